import { describe, expect, test } from 'vitest';
import { plot } from '../../soak/lib/plot.mjs';
import { fitLine } from '../../soak/lib/regression.mjs';
import { judge, judgeGrowth } from '../../soak/lib/verdict.mjs';

describe('a line through points', () => {
  test('has the slope and the interval of a worked example', () => {
    // residuals 0.06, -0.13, 0.18, -0.21, 0.1; t of 3 degrees of freedom 3.182; 3.182 * sqrt(0.107 / 3 / 10)
    const line = fitLine([2.1, 3.9, 6.2, 7.8, 10.1].map((y, index) => ({ x: index + 1, y })));
    expect(line?.slope).toBeCloseTo(1.99, 10);
    expect(line?.intercept).toBeCloseTo(0.05, 10);
    expect(line?.margin).toBeCloseTo(0.19, 2);
  });

  test('needs three points at more than one place', () => {
    expect(
      fitLine([
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ]),
    ).toBeUndefined();
    expect(fitLine([1, 2, 3].map((y) => ({ x: 1, y })))).toBeUndefined();
  });
});

/** A run in which all is well: 100 samples, 200 calls between two, some noise in the memory. */
const wellRun = () => {
  const samples = Array.from({ length: 100 }, (_, index) => ({
    seconds: index * 10,
    calls: index * 200 + 20,
    held: 20,
    openStreams: 20,
    openCalls: 20,
    active: 20,
    samples: index * 200,
    heap: 30e6 + 1e5 * Math.sin(index * 7),
    external: 4e6 + 1e6 * Math.sin(index * 5),
    resident: 150e6 + 4e6 * Math.sin(index * 3),
  }));
  const end = { samples: 20_000, calls: 20_000, spans: 19_000, expectedSpans: 19_000, openStreams: 0, openCalls: 0 };
  return {
    samples,
    end: { ...end, dropped: 0, refused: 0, trouble: { watchdog: 0 }, shed: 0, failures: 0, wrong: {}, exit: 0 },
  };
};
type Run = ReturnType<typeof wellRun>;

/** So many bytes more for each call. */
function grow(samples: Run['samples'], name: 'heap' | 'external' | 'resident', bytes: number): void {
  for (const sample of samples) sample[name] += sample.calls * bytes;
}

const missed = ({ samples, end }: Run): string[] =>
  judge({ samples, growth: judgeGrowth(samples), end })
    .filter(({ held }) => !held)
    .map(({ what }) => what);

describe('the bars of the soak', () => {
  test('hold for a run in which all is well', () => expect(missed(wellRun())).toEqual([]));

  test.each<[string, (run: Run) => void]>([
    ['Heap', ({ samples }) => grow(samples, 'heap', 150)],
    ['Resident', ({ samples }) => grow(samples, 'resident', 400)],
    ['Outside', ({ samples }) => grow(samples, 'external', 200)],
    ['Open streams = ', ({ samples }) => (samples[50]!.openStreams = 21)],
    ['Open streams = ', ({ samples }) => (samples[50]!.active = 19)],
    ['Open calls = ', ({ samples }) => (samples[50]!.openCalls = 0)],
    ['Duration samples = calls that ended', ({ samples }) => (samples[50]!.samples += 1)],
    ['Duration samples = calls, at the end', ({ end }) => (end.samples -= 1)],
    ['Spans at the collector', ({ end }) => (end.spans += 1)],
    ['Open streams, open calls', ({ end }) => (end.openCalls = 1)],
    ['Spans and records dropped', ({ end }) => (end.dropped = 1)],
    ['Ended by an error', ({ end }) => (end.trouble.watchdog = 1)],
    ['Content or spans shed', ({ end }) => (end.shed = 1)],
    ["Envoy's counters", ({ end }) => (end.failures = 1)],
    ['Answers that', ({ end }) => (end.wrong = { 'chat: 500 instead of 200': 1 })],
    ["The sidecar's exit code", ({ end }) => (end.exit = 1)],
  ])('%s is missed when it does not hold', (begin, spoil) => {
    const run = wellRun();
    spoil(run);
    expect(missed(run)).toEqual([expect.stringMatching(new RegExp(`^${begin}`))]);
  });

  test('are not judged on too few samples', () => {
    expect(() => judgeGrowth(wellRun().samples.slice(0, 2))).toThrow('give more --minutes');
  });
});

test('the picture holds every point inside of its frame', () => {
  const points = [0, 5, 10].map((x) => ({ x, y: 7 * x }));
  const panels = [{ title: 'A & B', unit: 'MB', lines: [{ name: 'a', color: '#000', points }] }];
  const svg = plot({ title: 'T', warmUpMinutes: 2, panels });
  const drawn = /points="([^"]*)"/
    .exec(svg)![1]!
    .split(' ')
    .map((pair) => pair.split(',').map(Number));
  const [width = 0, height = 0] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.slice(1).map(Number);
  expect(drawn).toHaveLength(3);
  for (const [x = -1, y = -1] of drawn) {
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(width);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(height);
  }
  expect(svg).toContain('A &amp; B');
});
