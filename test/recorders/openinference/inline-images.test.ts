import { expect, test } from 'vitest';
import { driveExchange, IN_ONE_PIECE } from '../../support/drive-exchange.js';
import { chatAnswer, generateAnswer } from '../../support/ollama-answers.js';

/** Images as base64 without a word on what they are: only the name of their member tells. */
const LONG = `${'A'.repeat(300)}LONG`;
const SHORT = 'QkFTRTY0';
const CASES: [string, object, object][] = [
  ['/api/chat', { messages: [{ role: 'user', content: 'x', images: [LONG, SHORT] }] }, chatAnswer({ images: [LONG] })],
  ['/api/generate', { prompt: 'x', images: [LONG, SHORT] }, generateAnswer({ image: LONG })],
  [
    '/v1/rerank',
    { query: 'x', documents: [{ image: LONG }, { image: SHORT }] },
    { results: [{ document: { image: LONG } }] },
  ],
];

async function shown(path: string, request: object, answer: object, limit: number): Promise<string> {
  const body = JSON.stringify({ model: 'm', stream: false, ...request });
  const { spans } = await driveExchange(
    {
      name: '',
      request: { path, body },
      response: { body: JSON.stringify(answer) },
      policy: { base64ImageMaxLength: limit },
      expected: {},
    },
    IN_ONE_PIECE,
  );
  return JSON.stringify(spans);
}

test.each(CASES)('%s: an image beyond the limit is the marker, in the answer too', async (path, request, answer) => {
  const span = await shown(path, request, answer, 200);
  expect(span).not.toContain('LONG');
  expect(span).toContain(SHORT);
  expect(span).toContain('__REDACTED__');
});

test.each(CASES)('%s: an image up to the limit is shown', async (path, request, answer) => {
  const span = await shown(path, request, answer, 400);
  expect(span).toContain('LONG');
  expect(span).not.toContain('__REDACTED__');
});
