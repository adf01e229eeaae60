import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findEndpoint } from '../../src/endpoints/registry.js';
import type { Reply } from '../../src/model/reply.js';
import { checkCase } from './check-case.js';
import { codings, encodeCase } from './compress-case.js';
import { randomCuttings } from './cuttings.js';
import { BYTE_BY_BYTE, type Cutting, IN_ONE_PIECE } from './drive-exchange.js';
import { DEFAULT_PATH, type ExchangeCase } from './exchange-case.js';

/** Bytes above which a message for every byte says no more than random cuts do. */
const SMALL = 10_000;
const RUNS = { numRuns: 8, seed: 20_240_817 };

/** Declares the tests of case tables by their names: every case in one piece, byte by byte, in random cuts, and compressed. */
export function checkTables(tables: readonly (readonly [string, readonly ExchangeCase[]])[]): void {
  describe.each(tables)('%s', (_table, cases) => {
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
          { ...RUNS, numRuns: 2 },
        );
      }
    });
  });
}

/** A case that is not compressed is answered at once: each reply within its message. What no endpoint shares is asked for at once. */
async function checkReplies(one: ExchangeCase, cutting: Cutting): Promise<void> {
  const { replies } = await checkCase(one, cutting);
  const known = findEndpoint(one.request.method ?? 'POST', one.request.path ?? DEFAULT_PATH) !== undefined;
  const places = (chosen: (reply: Reply) => boolean | undefined) =>
    replies.flatMap((reply, index) => (chosen(reply) ? [index] : []));
  expect(places((reply) => reply.observe)).toEqual(known ? [0] : []);
  // the body of another application's request lets the stream go
  expect(places((reply) => reply.end)).toEqual(known && one.expected === 'ignored' ? [replies.length - 1] : []);
}

function sizeOf(one: ExchangeCase): number {
  return (one.request.body?.length ?? 0) + (one.response?.body?.length ?? 0);
}
