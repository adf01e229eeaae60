import { describe, expect, test } from 'vitest';
import { addedLatency, type Bar, judge, type Results, type Slice } from '../../bench/lib/bars.mjs';

const MEGABYTE = 1_000_000;

function slice(figures: { p50?: number; cpu?: number; peak?: number; pause?: number }): Slice {
  const { p50 = 1, cpu = 100, peak = 100, pause = 5 } = figures;
  return {
    latency: { p50, p99: p50 * 2 },
    cpuMicros: cpu,
    memory: { current: MEGABYTE, peak: peak * MEGABYTE },
    pause: { max: pause, p99: pause / 2 },
  };
}

/** A run of one round in which every scenario gave the same; `us` and `hidden` change what counts. */
function results(us: Parameters<typeof slice>[0], hidden: Parameters<typeof slice>[0] = {}): Results {
  const small = { none: [slice({ p50: 1 })], noop: [slice({ p50: 2 })], us: [slice(us)], hidden: [slice(hidden)] };
  return {
    'small-json-1': small,
    'small-json-16': small,
    'small-json-paced': small,
    'content-export': { noop: [slice({ pause: 5 })], us: [slice(us)] },
  };
}

function verdict(bars: Bar[], what: RegExp): Bar['verdict'][] {
  return bars.filter((bar) => what.test(bar.what)).map((bar) => bar.verdict);
}

describe('each bar passes at its limit and misses beyond it', () => {
  test.each([
    ['added p50', /^Added p50/, { p50: 2.3 }, { p50: 2.31 }, 3],
    ['CPU with content', /^CPU .* with content/, { cpu: 300 }, { cpu: 301 }, 1],
    ['pause', /^Longest event-loop pause/, { pause: 25 }, { pause: 25.1 }, 1],
    ['memory', /^Peak RSS, with content/, { peak: 200 }, { peak: 200.1 }, 1],
  ])('%s', (_, what, good, bad, count) => {
    expect(verdict(judge(results(good)), what)).toEqual(Array(count).fill('pass'));
    expect(verdict(judge(results(bad)), what)).toEqual(Array(count).fill('miss'));
  });

  test('content hidden has bars of its own', () => {
    const what = /content hidden/;
    expect(verdict(judge(results({}, { cpu: 250, peak: 200 })), what)).toEqual(['pass', 'pass']);
    expect(verdict(judge(results({}, { cpu: 251, peak: 201 })), what)).toEqual(['miss', 'miss']);
  });
});

test('memory is judged by the greatest peak of all scenarios', () => {
  const run = results({ peak: 100 });
  run['content-export']!['us']!.push(slice({ peak: 250 }));
  const bar = judge(run).find((each) => each.what === 'Peak RSS, with content');
  expect(bar).toMatchObject({ verdict: 'miss', figure: { median: 250, max: 250 } });
});

test('what did not run is not measured, never passed', () => {
  const bars = judge({ 'small-json-1': { none: [slice({})], noop: [slice({ p50: 2 })] } });
  expect(bars.map((bar) => bar.verdict)).toEqual(bars.map(() => 'not measured'));
});

test('an added time of the no-op of nothing or less is no yardstick', () => {
  const run = results({ p50: 9 });
  run['small-json-1']!['noop'] = [slice({ p50: 1 })];
  const bar = judge(run).find((each) => each.what.includes('1 at a time'));
  expect(bar?.verdict).toBe('not measured');
});

test('added latency is taken within the round', () => {
  const run: Results = {
    'small-json-1': {
      none: [slice({ p50: 1 }), slice({ p50: 10 })],
      us: [slice({ p50: 1.5 }), slice({ p50: 10.5 }), slice({})],
    },
  };
  expect(addedLatency(run, 'small-json-1', 'us', 'p50')).toEqual([0.5, 0.5, undefined]);
  expect(addedLatency(run, 'small-json-1', 'us', 'p99')).toEqual([1, 1, undefined]);
});
