import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reply } from '../../../src/model/reply.js';
import { checkCase } from '../../support/check-case.js';
import { codings, encodeCase } from '../../support/compress-case.js';
import { randomCuttings } from '../../support/cuttings.js';
import { BYTE_BY_BYTE, type Cutting, IN_ONE_PIECE } from '../../support/drive-exchange.js';
import type { ExchangeCase } from '../../support/exchange-case.js';
import { CHAT_COMPLETIONS_CASES } from './chat-completions-cases.js';
import { CHAT_COMPLETIONS_STREAM_CASES } from './chat-completions-stream-cases.js';
import { COMPLETIONS_CASES } from './completions-cases.js';
import { EMBEDDINGS_CASES } from './embeddings-cases.js';

const TABLES: [string, readonly ExchangeCase[]][] = [
  ['chat completions', CHAT_COMPLETIONS_CASES],
  ['chat completions, streamed', CHAT_COMPLETIONS_STREAM_CASES],
  ['completions', COMPLETIONS_CASES],
  ['embeddings', EMBEDDINGS_CASES],
];
/** Bytes above which a message for every byte says no more than random cuts do. */
const SMALL = 10_000;
const RUNS = { numRuns: 12, seed: 20_240_817 };

describe.each(TABLES)('%s', (_table, cases) => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    await checkReplies(one, IN_ONE_PIECE);
    if (sizeOf(one) < SMALL) await checkReplies(one, BYTE_BY_BYTE);
    await fc.assert(
      fc.asyncProperty(randomCuttings(), (cutting) => checkReplies(one, cutting)),
      RUNS,
    );
  });

  const compressible = cases.filter((one) => encodeCase(one, 'gzip') !== undefined);
  test.each(compressible.map((one) => [one.name, one] as const))('%s, compressed', async (_name, one) => {
    for (const coding of codings) {
      const encoded = encodeCase(one, coding);
      if (!encoded) continue;
      await checkCase(encoded, IN_ONE_PIECE);
      await fc.assert(
        fc.asyncProperty(randomCuttings(), async (cutting) => void (await checkCase(encoded, cutting))),
        { ...RUNS, numRuns: 3 },
      );
    }
  });
});

/** A case that is not compressed is answered at once: each reply within its message. */
async function checkReplies(one: ExchangeCase, cutting: Cutting): Promise<void> {
  const { replies } = await checkCase(one, cutting);
  const shared = one.request.path === '/v1/completions';
  const called = one.expected !== 'ignored';
  const places = (chosen: (reply: Reply) => boolean | undefined) =>
    replies.flatMap((reply, index) => (chosen(reply) ? [index] : []));
  expect(places((reply) => reply.observe)).toEqual(called || shared ? [0] : []);
  // the body of another application's request lets the stream go
  expect(places((reply) => reply.end)).toEqual(!called && shared ? [replies.length - 1] : []);
}

function sizeOf(one: ExchangeCase): number {
  return (one.request.body?.length ?? 0) + (one.response?.body?.length ?? 0);
}
