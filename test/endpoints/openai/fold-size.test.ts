import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../../src/endpoints/endpoint.js';
import { chatCompletions } from '../../../src/endpoints/openai/chat-completions.js';
import { completions } from '../../../src/endpoints/openai/completions.js';
import type { JsonObject } from '../../../src/model/json.js';
import { CHAT_STREAM_REQUEST, chatChunk, chatDelta, STREAM_HEADERS, sse, USAGE_CHUNK } from '../../support/answers.js';
import { driveExchange, IN_ONE_PIECE } from '../../support/drive-exchange.js';

/** More tokens than wire bytes of this size would let through. */
const TOKENS = 7000;
const COMPLETION_CHUNK = {
  ...chatChunk([{ index: 0, text: 'word ', finish_reason: null }]),
  object: 'text_completion',
};

describe('the cap on kept content counts what is kept, not what was sent', () => {
  test.each<[string, string, object]>([
    ['chat', '/v1/chat/completions', chatDelta({ content: 'word ' })],
    ['chat, every chunk with a role', '/v1/chat/completions', chatDelta({ role: 'assistant', content: 'word ' })],
    [
      'chat, tool arguments',
      '/v1/chat/completions',
      chatDelta({
        tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: 'word ' } }],
      }),
    ],
    ['completions', '/v1/completions', COMPLETION_CHUNK],
  ])('%s: a long stream of small chunks is whole', async (_name, path, chunk) => {
    const body = sse(...Array.from({ length: TOKENS }, () => chunk), USAGE_CHUNK, '[DONE]');
    expect(body.length).toBeGreaterThan(1024 * 1024);
    const { records } = await driveExchange(
      {
        name: 'long',
        request: { path, body: JSON.stringify({ ...CHAT_STREAM_REQUEST, prompt: 'x' }) },
        response: { headers: STREAM_HEADERS, body },
        expected: {},
      },
      IN_ONE_PIECE,
    );
    const text = records[0]?.response.text() ?? '';
    expect(records[0]?.response.truncated).toBe(false);
    expect(text.split('word ')).toHaveLength(TOKENS + 1);
  });
});

/** Chunks whose members are of every kind, some of them changing. */
const value = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.integer(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 3 }),
);
const members = fc.dictionary(fc.string({ maxLength: 6 }), value, { maxKeys: 4 });
const toolCall = fc.record(
  {
    index: fc.nat(3),
    id: fc.string({ maxLength: 9 }),
    function: fc.record({ name: fc.string(), arguments: fc.string() }),
    more: value,
  },
  { requiredKeys: [] },
);
const delta = fc.record(
  {
    content: fc.string(),
    reasoning: fc.string(),
    annotations: fc.array(members, { maxLength: 2 }),
    tool_calls: fc.array(toolCall, { maxLength: 2 }),
    function_call: fc.record({ name: fc.string(), arguments: fc.string() }),
    audio: fc.record({ id: fc.string(), data: fc.string() }),
    other: value,
  },
  { requiredKeys: [] },
);
const choice = fc.record(
  {
    index: fc.nat(2),
    text: fc.string(),
    delta,
    finish_reason: fc.constantFrom('stop', null),
    logprobs: fc.record({ content: fc.array(members, { maxLength: 2 }) }),
  },
  { requiredKeys: [] },
);
const chunk = fc.tuple(members, fc.array(choice, { maxLength: 2 })).map(([more, choices]) => ({ ...more, choices }));

/** Every text in a value, names included. */
function textIn(json: unknown): number {
  if (typeof json === 'string') return json.length;
  if (Array.isArray(json)) return json.reduce((sum: number, entry) => sum + textIn(entry), 0);
  if (typeof json !== 'object' || json === null) return 0;
  return Object.values(json).reduce((sum: number, entry) => sum + textIn(entry), 0);
}

describe.each<[string, Endpoint]>([
  ['chat', chatCompletions],
  ['completions', completions],
])('%s: what a fold says it holds', (_name, endpoint) => {
  test('is never less than the text it holds, and never falls behind a hostile stream', () => {
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 1, maxLength: 12 }), (chunks) => {
        const fold = endpoint.createFold();
        for (const event of chunks) fold.push(event as JsonObject, JSON.stringify(event).length);
        expect(fold.held?.()).toBeGreaterThanOrEqual(textIn(fold.result()));
      }),
      { numRuns: 500, seed: 23 },
    );
  });
});
