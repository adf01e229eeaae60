import { describe, expect, test } from 'vitest';
import { distribution, overRounds, pairedOverRounds, percentile } from '../../bench/lib/statistics.mjs';

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  test.each([
    [0, 1],
    [0.01, 1],
    [0.5, 50],
    [0.501, 51],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])('nearest rank of %f is %i', (quantile, value) => {
    expect(percentile(hundred, quantile)).toBe(value);
  });

  test('of one number is that number, of none not known', () => {
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeUndefined();
  });
});

test('a distribution sorts by size, not by text, and leaves its input alone', () => {
  const values = [10, 9, 100, 1];
  expect(distribution(values)).toEqual({ p50: 9, p99: 100, max: 100, count: 4 });
  expect(values).toEqual([10, 9, 100, 1]);
});

describe('over rounds', () => {
  test('the middle of an odd count, the mean of the middle two of an even one', () => {
    expect(overRounds([30, 1, 2])).toEqual({ median: 2, min: 1, max: 30 });
    expect(overRounds([4, 1, 2, 30])).toEqual({ median: 3, min: 1, max: 30 });
  });

  test('what was not measured is left out', () => {
    expect(overRounds([undefined, 5, undefined])).toEqual({ median: 5, min: 5, max: 5 });
    expect(overRounds([undefined])).toBeUndefined();
  });

  test('pairs are compared within their round: a slow round does not move the ratio', () => {
    expect(pairedOverRounds([2, 20, 2], [1, 10, 1], (a, b) => a / b)).toEqual({ median: 2, min: 2, max: 2 });
    expect(pairedOverRounds([2, 20], [undefined, 10], (a, b) => a / b)).toEqual({ median: 2, min: 2, max: 2 });
    expect(pairedOverRounds([2], [], (a, b) => a / b)).toBeUndefined();
  });
});
