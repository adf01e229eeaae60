import { describe, expect, test } from 'vitest';
import { timePerOutputToken, timeToFirstToken } from '../../src/model/record.js';
import {
  hasUsage,
  mergeUsage,
  type ReportedUsage,
  settleUsage,
  totalTokens,
  type Usage,
} from '../../src/model/usage.js';

describe('usage', () => {
  test('merges field by field: the last known value wins, 0 too, and nothing unknown wins', () => {
    const usage: Usage = { input: 9, cachedInput: 4, reasoning: 1 };
    mergeUsage(usage, { input: undefined, output: 3, cachedInput: 0, audioOutput: 2 });
    expect(usage).toEqual({ input: 9, output: 3, cachedInput: 0, reasoning: 1, audioOutput: 2 });
  });

  test('an input that was reported in pieces is the sum of their last values', () => {
    const reported: ReportedUsage = {};
    const settled = [
      { uncachedInput: 4, cachedInput: 0, cacheCreationInput: 100, output: 1 },
      { cachedInput: 1000 },
      { uncachedInput: 5, output: 20 },
    ].map((update) => {
      mergeUsage(reported, update);
      return settleUsage(reported);
    });
    expect(settled).toEqual([
      { input: 104, cachedInput: 0, cacheCreationInput: 100, output: 1 },
      { input: 1104, cachedInput: 1000, cacheCreationInput: 100, output: 1 },
      { input: 1105, cachedInput: 1000, cacheCreationInput: 100, output: 20 },
    ]);
    expect(settleUsage({ input: 9, cachedInput: 4 })).toEqual({ input: 9, cachedInput: 4 });
    expect(settleUsage({ cachedInput: 4 })).toEqual({ cachedInput: 4 });
  });

  test.each<[Usage, number | undefined]>([
    [{}, undefined],
    [{ input: 1 }, undefined],
    [{ output: 1 }, undefined],
    [{ input: 1, output: 2 }, 3],
    [{ input: 0, output: 0 }, 0],
    [{ input: 1, output: 2, total: 7 }, 7],
    [{ total: 0 }, 0],
  ])('the total of %j is %s', (usage, total) => expect(totalTokens(usage)).toBe(total));

  test('is known when any counter is', () => {
    expect([{}, { input: undefined }, { input: 0 }, { audioInput: 1 }].map(hasUsage)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('token times', () => {
  const timing = { startTime: 0, duration: 500, firstContent: 100, lastContent: 300 };

  test('the first token', () => {
    expect(timeToFirstToken({ timing })).toBe(100);
    expect(timeToFirstToken({ timing: { startTime: 0, duration: 1 } })).toBeUndefined();
  });

  test.each([
    [undefined, undefined],
    [0, undefined],
    [1, undefined],
    [2, 200],
    [5, 50],
  ])('with %s output tokens each takes %s', (output, expected) => {
    expect(timePerOutputToken({ timing, usage: { output } })).toBe(expected);
    expect(timePerOutputToken({ timing: { startTime: 0, duration: 1 }, usage: { output } })).toBeUndefined();
  });
});
