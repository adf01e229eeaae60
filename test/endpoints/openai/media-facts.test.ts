import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { audioSpeech } from '../../../src/endpoints/openai/audio-speech.js';
import { audioTranscriptions } from '../../../src/endpoints/openai/audio-transcripts.js';
import { readFormValues } from '../../../src/endpoints/openai/form-values.js';
import { images } from '../../../src/endpoints/openai/images.js';
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import type { JsonObject } from '../../../src/model/json.js';
import { createBench, rawHeaders } from '../../support/drive-exchange.js';
import { testSettings } from '../../support/sidecar.js';

const ENDPOINTS = [images, audioSpeech, audioTranscriptions];

afterEach(() => {
  vi.restoreAllMocks();
});

test("a large answer's usage is in its reply, and nothing large was parsed by then", () => {
  const bench = createBench();
  const parse = vi.spyOn(JSON, 'parse');
  const { exchange } = bench;
  const none = () => undefined;
  exchange.requestHeaders(rawHeaders({ ':method': 'POST', ':path': '/v1/images/generations' }), false, none);
  exchange.requestBody(Buffer.from('{"model":"gpt-image-1","prompt":"a cat"}'), true, none);
  exchange.responseHeaders(rawHeaders({ ':status': '200', 'content-type': 'application/json' }), false, none);
  const usage = { input_tokens: 10, output_tokens: 20, total_tokens: 30 };
  const answer = Buffer.from(JSON.stringify({ data: [{ b64_json: 'QUJD'.repeat(200_000) }], usage }));
  parse.mockClear();
  const reply = exchange.responseBody(answer, true, none) as { metadata?: ReadonlyMap<string, unknown> };
  expect(reply.metadata?.get('llm_total_token')).toBe(30);
  expect(Math.max(...parse.mock.calls.map(([text]) => text.length))).toBeLessThan(5000);
  bench.settle();
  expect(bench.spans[0]?.attributes['output.images.0.image.url']).toHaveLength(800_022);
});

test("a form's model is in the reply to its last message", () => {
  const { exchange } = createBench();
  const none = () => undefined;
  const type = 'multipart/form-data; boundary=x';
  const head = { ':method': 'POST', ':path': '/v1/audio/transcriptions', 'content-type': type };
  exchange.requestHeaders(rawHeaders(head), false, none);
  const part = (head: string, value: string) => `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
  exchange.requestBody(Buffer.from(part('name="file"; filename="a.mp3"', 'x'.repeat(100_000))), false, none);
  const last = Buffer.from(`${part('name="model"', 'whisper-1')}${part('name="stream"', 'true')}--x--\r\n`);
  const { metadata } = exchange.requestBody(last, true, none);
  expect(metadata?.get('request_model')).toBe('whisper-1');
  expect(metadata?.get('streaming')).toBe(true);
});

describe('gen_ai parameters', () => {
  test.each<[string, JsonObject | undefined, JsonObject]>([
    [
      'images',
      { ...images.describeRequest({ n: 3, prompt: 'x' }).parameters },
      { choiceCount: 3, outputType: 'image' },
    ],
    ['speech', { ...audioSpeech.describeRequest({ input: 'x' }).parameters }, { outputType: 'speech' }],
    [
      'a transcript as JSON',
      { ...audioTranscriptions.describeRequest({ response_format: 'verbose_json', temperature: 0.2 }).parameters },
      { temperature: 0.2, outputType: 'json' },
    ],
    [
      'a transcript as text',
      { ...audioTranscriptions.describeRequest({ response_format: 'srt' }).parameters },
      { outputType: 'text' },
    ],
    ['a transcript of no named format', { ...audioTranscriptions.describeRequest({}).parameters }, {}],
  ])('%s', (_name, parameters, expected) => expect(JSON.parse(JSON.stringify(parameters))).toEqual(expected));
});

test('fields of a form have the types of a JSON request; what is no such value stays text', () => {
  const fields = { n: '2', temperature: '0.20', top_p: '-1.5', seed: '007', speed: '', stream: 'true', prompt: '42' };
  expect({ ...readFormValues({ ...fields, include: ['1'], top_k: ['1', 'x'], min_p: '1e5' }) }).toEqual({
    n: 2,
    temperature: 0.2,
    top_p: -1.5,
    seed: '007',
    speed: '',
    stream: true,
    prompt: '42',
    include: ['1'],
    top_k: [1, 'x'],
    min_p: '1e5',
  });
  expect({ ...readFormValues({ stream: 'yes', model: 'true', file: { name: 'n', size: 1 } }) }).toEqual({
    stream: 'yes',
    model: 'true',
    file: { name: 'n', size: 1 },
  });
});

/** Any JSON object, with the members that the endpoints look at more often than others. */
const member = fc.constantFrom(
  ...[
    'data',
    'b64_json',
    'url',
    'usage',
    'type',
    'text',
    'delta',
    'audio',
    'error',
    'model',
    'prompt',
    'input',
    'image',
  ],
  ...[
    'images',
    'mask',
    'file',
    'size',
    'name',
    'stream',
    'n',
    'segments',
    'output_format',
    'response_format',
    '__proto__',
  ],
);
const type = fc.constantFrom(
  ...['image_generation.completed', 'image_edit.partial_image', 'speech.audio.delta', 'speech.audio.done', 'error'],
  ...['transcript.text.delta', 'transcript.text.segment', 'transcript.text.done', 'tokens'],
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, -1, 1.5, Number.MAX_VALUE, '', 'x', 'data:image/png;base64,AA', 'file'),
    type,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(member, fc.string({ maxLength: 5 })), tie('value'), { maxKeys: 8 }),
  ),
}));
const body = fc.dictionary(fc.oneof(member, fc.string({ maxLength: 5 })), anything, { maxKeys: 10 });
const NOTHING_HIDDEN = testSettings().contentPolicy;
const SWITCHES = Object.keys(NOTHING_HIDDEN).filter((name) => name.startsWith('hide'));

test('no JSON object makes an endpoint throw or is changed by it', () => {
  fc.assert(
    fc.property(body, fc.array(body, { maxLength: 5 }), fc.subarray(SWITCHES), (one, events, switches) => {
      const hidden = Object.fromEntries(switches.map((name) => [name, true]));
      const policy: ContentPolicy = { ...NOTHING_HIDDEN, ...hidden, base64ImageMaxLength: 10 };
      const object = one as JsonObject;
      const before = JSON.stringify([object, events]);
      for (const endpoint of ENDPOINTS) {
        endpoint.readRequest(object);
        endpoint.readResponse(object);
        endpoint.isResponse(object);
        endpoint.readForm?.(object);
        const fold = endpoint.createFold();
        for (const event of events as JsonObject[]) {
          endpoint.readEvent(event);
          fold.isWhole?.(event);
          fold.push(event, 1);
        }
        for (const each of [object, fold.result()]) {
          endpoint.describeRequest(each);
          endpoint.describeResponse(each);
          JSON.stringify([endpoint.redactRequest(each, policy), endpoint.redactResponse(each, policy)]);
        }
      }
      expect(JSON.stringify([object, events])).toBe(before);
    }),
    { numRuns: 300, seed: 11 },
  );
});
