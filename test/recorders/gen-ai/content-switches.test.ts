import { describe, expect, test } from 'vitest';
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import { RESPONSES_PATH, response } from '../../support/responses-answers.js';
import { chat, PNG, text, WEATHER } from './content-cases.js';
import { contentOf, type GenAiCall, spanOf } from './gen-ai-span.js';

const RICH = chat(
  {
    stop: ['STOP'],
    temperature: 0.5,
    messages: [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: PNG } },
        ],
      },
      { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"a":1}' } }] },
      { role: 'tool', tool_call_id: 'c', content: 'Rain' },
    ],
    tools: [{ type: 'function', function: WEATHER }],
  },
  { content: 'Hello', reasoning: 'Hm.' },
);
const HIDDEN = '__REDACTED__';

describe('the switches in the content', () => {
  test.each([
    ['hideInputs', { hideInputs: true }, ['output.messages']],
    ['hideOutputs', { hideOutputs: true }, ['tool.definitions', 'input.messages']],
    ['hideInputMessages', { hideInputMessages: true }, ['tool.definitions', 'output.messages']],
    ['hideOutputMessages', { hideOutputMessages: true }, ['tool.definitions', 'input.messages']],
    ['hideTools', { hideTools: true }, ['input.messages', 'output.messages']],
  ] as const)('%s leaves out', async (_name, policy, names) => {
    expect(Object.keys(await contentOf(RICH, policy))).toEqual(names);
  });

  test('hideInputText: the marker in the place of every text of the request', async () => {
    const content = await contentOf(RICH, { hideInputText: true });
    expect(content['input.messages']).toEqual([
      { role: 'system', parts: [text(HIDDEN)] },
      {
        role: 'user',
        parts: [text(HIDDEN), { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'iVBOR' }],
      },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: { a: 1 } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: HIDDEN }] },
    ]);
    expect(content['output.messages']).toEqual([
      { role: 'assistant', parts: [{ type: 'reasoning', content: 'Hm.' }, text('Hello')], finish_reason: 'stop' },
    ]);
  });

  test('hideOutputText: the marker in the place of every text of the answer', async () => {
    expect((await contentOf(RICH, { hideOutputText: true }))['output.messages']).toEqual([
      { role: 'assistant', parts: [{ type: 'reasoning', content: HIDDEN }, text(HIDDEN)], finish_reason: 'stop' },
    ]);
  });

  test('images are left out, or hidden where they are too long', async () => {
    const partsOf = async (policy: Partial<ContentPolicy>) =>
      ((await contentOf(RICH, policy))['input.messages'] as { parts: object[] }[])[1]?.parts;
    expect(await partsOf({ hideInputImages: true })).toEqual([text('Look')]);
    expect(await partsOf({ base64ImageMaxLength: 10 })).toEqual([
      text('Look'),
      { type: 'blob', modality: 'image', mime_type: 'image/png', content: HIDDEN },
    ]);
  });

  test.each([
    ['hidePrompts', { hidePrompts: true }, 'input.messages'],
    ['hideChoices', { hideChoices: true }, 'output.messages'],
  ] as const)('%s: the texts of legacy completions', async (_name, policy, attribute) => {
    const call: GenAiCall = {
      path: '/v1/completions',
      request: { model: 'm', prompt: 'p' },
      response: { choices: [{ text: 'c' }] },
    };
    const [first] = (await contentOf(call, policy))[attribute] as { parts: object[] }[];
    expect(first?.parts).toEqual([text(HIDDEN)]);
  });

  test('parameters go with the invocation parameters; of hidden inputs only numbers stay', async () => {
    const factsOf = async (policy: Partial<ContentPolicy>) => (await spanOf(RICH, { policy })).facts;
    expect(await factsOf({})).toMatchObject({
      'gen_ai.request.stop_sequences': ['STOP'],
      'gen_ai.request.temperature': 0.5,
    });
    const inputs = await factsOf({ hideInputs: true });
    expect(inputs).toMatchObject({ 'gen_ai.request.temperature': 0.5, 'gen_ai.request.model': 'gpt-4o' });
    expect(inputs).not.toHaveProperty(['gen_ai.request.stop_sequences']);
    const without = Object.keys(await factsOf({ hideInvocationParameters: true }));
    expect(without.filter((name) => name.startsWith('gen_ai.request.'))).toEqual(['gen_ai.request.model']);
  });

  test('a conversation is a parameter too', async () => {
    const call: GenAiCall = {
      path: RESPONSES_PATH,
      request: { model: 'gpt-5', input: 'Hi', conversation: 'conv_1' },
      response: response([]),
    };
    const name = 'gen_ai.conversation.id';
    expect((await spanOf(call)).facts[name]).toBe('conv_1');
    expect((await spanOf(call, { policy: { hideInputs: true } })).facts[name]).toBeUndefined();
    expect((await spanOf(call, { policy: { hideInvocationParameters: true } })).facts[name]).toBeUndefined();
  });
});
