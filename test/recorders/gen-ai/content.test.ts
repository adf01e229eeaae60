import { describe, expect, test } from 'vitest';
import { CHAT_REQUEST } from '../../support/answers.js';
import { CONTENT_CASES, chat } from './content-cases.js';
import { contentOf, type GenAiCall, spanOf } from './gen-ai-span.js';

describe('the gen_ai content of', () => {
  test.each(CONTENT_CASES)('%s', async (_name, call, expected) => {
    expect(await contentOf(call)).toEqual(expected);
  });

  test('nothing, unless it is asked for', async () => {
    for (const [, call] of CONTENT_CASES) expect((await spanOf(call)).content).toEqual({});
  });

  test('an error: its request; the answer is the exception, with its text where content is shown', async () => {
    const call: GenAiCall = { ...chat(CHAT_REQUEST), status: 429, response: '{"error":{"message":"slow down"}}' };
    const shown = await spanOf(call, { content: true });
    expect(Object.keys(shown.content)).toEqual(['gen_ai.input.messages']);
    expect(shown.status).toEqual({ code: 'ERROR', message: 'Error code: 429 - {"error":{"message":"slow down"}}' });
    const silent = await spanOf(call);
    expect(silent.status).toEqual({ code: 'ERROR', message: 'Error code: 429' });
    expect(silent.facts['error.type']).toBe('429');
    expect(silent.events).toEqual([
      {
        name: 'exception',
        time: expect.any(Number),
        attributes: { 'exception.type': 'RateLimitError', 'exception.message': 'Error code: 429' },
      },
    ]);
    expect((await spanOf(call, { content: true, policy: { hideOutputText: true } })).status).toEqual(silent.status);
  });
});
