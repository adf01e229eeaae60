import { expect, test } from 'vitest';
import { createBackOff } from '../../src/workers/back-off.js';

test('0.2 s at first, doubled to 30 s, and 0.2 s again after a life of a minute', () => {
  const backOff = createBackOff();
  const lives = [100, 100, 100, 100, 100, 100, 100, 100, 100, 59_999, 60_000, 100];
  expect(lives.map((life) => backOff.next(life))).toEqual([
    200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 200, 400,
  ]);
});
