import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { countBlocks } from '../../scripts/lib/instrument.mjs';

const PROGRAM = `
function f(x) {
  if (x > 2) return 'big'; else if (x < 0) return 'negative';
  let sum = 0;
  for (const n of [1, 2, 3]) sum += x ? n : -n;
  while (sum > 100) sum -= 1;
  switch (x) { case 1: sum += 10; break; default: sum += 20; }
  const twice = (n) => ({ value: n * 2 });
  return x && twice(sum).value || 'none';
}
[5, -1, 0, 1, 2].map(f);
`;

/** Runs the program with its blocks counted; what it gives, and how often each block ran. */
function runCounted(): { value: unknown; counts: number[] } {
  let taken = 0;
  const code = countBlocks(PROGRAM, 'program.js', () => taken++);
  const fuzzBlocks = new Uint8Array(100);
  const value: unknown = runInNewContext(code, { fuzzBlocks });
  return { value, counts: [...fuzzBlocks.subarray(0, taken)] };
}

test('a program whose blocks are counted does what it did', () => {
  expect(runCounted().value).toEqual(runInNewContext(PROGRAM));
});

test('every block, arm and case has a counter of its own, and each input shows which it ran', () => {
  const { counts } = runCounted();
  // the function; if, else, if; for; two arms; while; two cases; the arrow; two right sides
  expect(counts).toHaveLength(13);
  expect(counts.filter((count) => count === 0)).toHaveLength(1);
  expect(counts[0]).toBe(5);
});
