import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepBytes } from '../../src/decode/kept-bytes.js';

test('keeps exactly the first bytes up to its cap, in any split, whenever it is asked', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 200 });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 100 }), (chunks, cap, every) => {
      const kept = keepBytes(cap);
      let all = Buffer.alloc(0);
      chunks.forEach((chunk, index) => {
        kept.add(chunk);
        all = Buffer.concat([all, chunk]);
        if (index % every === 0) expect(kept.bytes().equals(all.subarray(0, cap))).toBe(true);
      });
      expect(kept.bytes().equals(all.subarray(0, cap))).toBe(true);
      expect(kept.size()).toBe(all.length);
      expect(kept.truncated()).toBe(all.length > cap);
    }),
    { numRuns: 100, seed: 15 },
  );
});

test('what was handed out stays as it was', () => {
  const kept = keepBytes(1000);
  for (let count = 0; count < 100; count += 1) kept.add(Buffer.from('a'));
  const early = kept.bytes();
  for (let count = 0; count < 900; count += 1) kept.add(Buffer.from('b'));
  expect(early.toString()).toBe('a'.repeat(100));
});

test('a million tiny chunks cost little', () => {
  const kept = keepBytes(1 << 20);
  const byte = Buffer.from('x');
  const started = performance.now();
  for (let count = 0; count < 1 << 20; count += 1) kept.add(byte);
  expect(kept.bytes()).toHaveLength(1 << 20);
  expect(performance.now() - started).toBeLessThan(3000);
});
