import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineReader } from '../../src/decode/ndjson.js';
import { cutAt } from '../support/cuttings.js';

function read(pieces: readonly Uint8Array[], limit: number): { lines: string[]; oversized: number } {
  const lines: string[] = [];
  let oversized = 0;
  const reader = createLineReader(
    limit,
    (line) => lines.push(line),
    () => {
      oversized += 1;
    },
  );
  for (const piece of pieces) reader.feed(piece);
  reader.end();
  return { lines, oversized };
}

test('lines are those of the text, without the blank and the oversized ones, in any split', () => {
  const part = fc.constantFrom('{"a":1}', '"ü🙂"', '\n', '\r\n', ' ', 'x'.repeat(30));
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), cuts, (parts, places) => {
      const text = parts.join('');
      const all = text.split('\n');
      const expected = {
        lines: all.filter((line) => line.trim() !== '' && line.length <= 40),
        oversized: all.filter((line) => line.length > 40).length,
      };
      expect(read(cutAt(places)(Buffer.from(text)), 40)).toEqual(expected);
    }),
    { numRuns: 300, seed: 18 },
  );
});
