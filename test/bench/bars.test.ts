import { describe, expect, test } from 'vitest';
import { added, type Bar, type IdleSlice, judge, type Results, type Slice } from '../../bench/lib/bars.mjs';

const MEGABYTE = 1_000_000;

interface Figures {
  p50?: number;
  p99?: number;
  delay?: number;
  cpu?: number;
  peak?: number;
  pause?: number;
  idle?: number;
}

function slice(figures: Figures): Slice {
  const { p50 = 1, p99 = 2, delay = 1, cpu = 100, peak = 100, pause = 5 } = figures;
  return {
    latency: { p50, p99 },
    delay: { p50: 0.5, p99: delay },
    cpuMicros: cpu,
    memory: { current: MEGABYTE, peak: peak * MEGABYTE },
    pause: { max: pause, p99: pause / 2 },
  };
}

function idle(megabytes: number, openCount = 10_000): IdleSlice {
  const bytes = megabytes * MEGABYTE;
  return {
    openCount,
    idle: { before: 0, open: bytes, after: bytes, peak: 2 * bytes },
    idleCpu: 0,
    longestPause: 0,
    openedPerSecond: 1,
    finishedPerSecond: 1,
  };
}

/** A run of one round in which every scenario gave the same; `us` and `hidden` change what counts. */
function results(us: Figures, hidden: Figures = {}): Results {
  const small = {
    none: [slice({ p50: 1, p99: 2 })],
    noop: [slice({ p50: 2, p99: 4, delay: 10 })],
    us: [slice(us)],
    hidden: [slice(hidden)],
  };
  return {
    'small-json-1': small,
    'small-json-16': small,
    'small-json-paced': small,
    'stream-paced': small,
    'idle-streams': { noop: [idle(200)], us: [idle(us.idle ?? 200)] },
    'content-export': { noop: [slice({ pause: 5 })], us: [slice(us)] },
  };
}

function verdict(bars: Bar[], what: RegExp): Bar['verdict'][] {
  return bars.filter((bar) => what.test(bar.what)).map((bar) => bar.verdict);
}

describe('each bar passes at its limit and misses beyond it', () => {
  test.each([
    ['added p50', /^Added p50/, { p50: 2.14 }, { p50: 2.16 }, 3],
    ['added p99', /^Added p99/, { p99: 4.59 }, { p99: 4.61 }, 3],
    ['CPU with content', /^CPU .* with content/, { cpu: 180 }, { cpu: 181 }, 1],
    ['delay of an event', /^SSE delay/, { delay: 13 }, { delay: 13.1 }, 1],
    ['idle streams', /^RSS with 10,000 idle streams/, { idle: 250 }, { idle: 250.1 }, 1],
    ['pause', /^Longest event-loop pause/, { pause: 15 }, { pause: 15.1 }, 1],
    ['memory', /^Peak RSS, with content/, { peak: 200 }, { peak: 200.1 }, 1],
  ])('%s', (_, what, good, bad, count) => {
    expect(verdict(judge(results(good)), what)).toEqual(Array(count).fill('pass'));
    expect(verdict(judge(results(bad)), what)).toEqual(Array(count).fill('miss'));
  });

  test('content hidden has bars of its own', () => {
    const what = /content hidden/;
    expect(verdict(judge(results({}, { cpu: 150, peak: 200 })), what)).toEqual(['pass', 'pass']);
    expect(verdict(judge(results({}, { cpu: 151, peak: 201 })), what)).toEqual(['miss', 'miss']);
  });
});

test('fewer idle streams than the bar is worded for are not judged', () => {
  const run = results({});
  run['idle-streams']!['us'] = [idle(500, 9_999)];
  expect(verdict(judge(run), /idle streams/)).toEqual(['not measured']);
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
  const bar = judge(run).find((each) => each.what.startsWith('Added p50, small JSON, 1 at a time'));
  expect(bar?.verdict).toBe('not measured');
});

test('added latency is taken within the round', () => {
  const run: Results = {
    'small-json-1': {
      none: [slice({ p50: 1, p99: 2 }), slice({ p50: 10, p99: 20 })],
      us: [slice({ p50: 1.5, p99: 3, delay: 3 }), slice({ p50: 10.5, p99: 21 }), slice({})],
    },
  };
  expect(added(run, 'small-json-1', 'us', 'p50')).toEqual([0.5, 0.5, undefined]);
  expect(added(run, 'small-json-1', 'us', 'p99')).toEqual([1, 1, undefined]);
  expect(added(run, 'small-json-1', 'us', 'p99', 'delay')).toEqual([2, 0, undefined]);
});
