import { expect, test } from 'vitest';
import { readOptions } from '../../../src/endpoints/ollama/parameters.js';
import type { JsonObject } from '../../../src/model/json.js';

const known = (body: JsonObject) =>
  Object.fromEntries(Object.entries(readOptions(body)).filter(([, value]) => value !== undefined));

test('options by the names of the gen_ai conventions', () => {
  const options = {
    temperature: 0,
    top_p: 0.9,
    top_k: 40,
    seed: 42,
    num_predict: 100,
    stop: ['\n', 'user:'],
    frequency_penalty: 1,
    presence_penalty: 1.5,
    num_ctx: 1024,
  };
  expect(known({ model: 'm', options, format: 'json' })).toEqual({
    temperature: 0,
    topP: 0.9,
    topK: 40,
    seed: 42,
    maxTokens: 100,
    stopSequences: ['\n', 'user:'],
    frequencyPenalty: 1,
    presencePenalty: 1.5,
    outputType: 'json',
  });
});

test.each([
  ['a schema asks for JSON', { format: { type: 'object' } }, { outputType: 'json' }],
  ['no format says nothing of the output', { format: '' }, {}],
  ['no limit is no parameter', { options: { num_predict: -1 } }, {}],
  ['a limit of 0 is one', { options: { num_predict: 0 } }, { maxTokens: 0 }],
  ['dimensions stand beside the options', { dimensions: 256, options: { dimensions: 1 } }, { dimensions: 256 }],
  ['what stands beside the options is none', { temperature: 1, top_p: 1, stop: 'x', n: 3 }, {}],
  ['types that are none', { options: { temperature: '1', top_k: null, seed: {}, stop: 7, num_predict: 'x' } }, {}],
  ['options that are none', { options: [1] }, {}],
] as [string, JsonObject, object][])('%s', (_name, body, expected) => expect(known(body)).toEqual(expected));
