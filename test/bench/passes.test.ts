import { describe, expect, test } from 'vitest';
import { type Pass, sliceOf } from '../../bench/lib/passes.mjs';
import { orderOf } from '../../bench/lib/rounds.mjs';

function pass(more: Partial<Pass>): Pass {
  return { calls: 2, elapsedMillis: 100, latencies: new Float64Array([1, 2]), envoyCpuMicros: 50, ...more };
}

describe('a slice', () => {
  test('is made of the calls of all passes, whichever pass they were in', () => {
    const slice = sliceOf([
      pass({ calls: 3, latencies: new Float64Array([1, 1, 9]) }),
      pass({ calls: 2, latencies: new Float64Array([9, 9]) }),
    ]);
    expect(slice).toMatchObject({ calls: 5, latency: { p50: 9, max: 9, count: 5 }, perSecond: 25 });
    expect(slice.envoyCpuMicros).toBe(20);
  });

  test('has CPU over all calls, the last memory and the greatest peak and pause', () => {
    const slice = sliceOf([
      pass({ cpuMicros: 100, memory: { current: 5, peak: 9 }, pause: { max: 7, p99: 1 } }),
      pass({ cpuMicros: 300, memory: { current: 6, peak: 8 }, pause: { max: 3, p99: 2 } }),
    ]);
    expect(slice).toMatchObject({ cpuMicros: 100, memory: { current: 6, peak: 9 }, pause: { max: 7, p99: 2 } });
  });

  test('has no figures of a process where there is none, and delays only of events', () => {
    expect(Object.keys(sliceOf([pass({})]))).not.toEqual(expect.arrayContaining(['cpuMicros']));
    expect(sliceOf([pass({})])).not.toHaveProperty('delay');
    expect(sliceOf([pass({ delays: [1, 3] }), pass({ delays: [5] })])).toMatchObject({ delay: { p50: 3, count: 3 } });
  });
});

test('each target is at each place and follows each other over the passes', () => {
  const names = ['none', 'noop', 'us', 'hidden'];
  const orders = Array.from({ length: 8 }, (_, index) => orderOf(names, index));
  for (const order of orders) expect([...order].sort()).toEqual([...names].sort());
  for (const place of names.keys()) expect(new Set(orders.map((order) => order[place]))).toEqual(new Set(names));
  const afterUs = orders.map((order) => order[order.indexOf('us') + 1]);
  expect(afterUs).toContain('noop');
  expect(afterUs).toContain('hidden');
});
