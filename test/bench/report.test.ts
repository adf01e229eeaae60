import { describe, expect, test } from 'vitest';
import { againstTable } from '../../bench/lib/against.mjs';
import { judge, type Results, type Slice } from '../../bench/lib/bars.mjs';
import { modesTable } from '../../bench/lib/modes-page.mjs';
import { barTable, checkTable, page, type Scenario, scenarioTable } from '../../bench/lib/report.mjs';
import { number, spread, table } from '../../bench/lib/table.mjs';

const scenario: Scenario = {
  name: 'small-json-16',
  title: 'Small calls',
  unit: 'call',
  exchange: 'small',
};

function slice(p50: number, cpuMicros?: number): Slice & { perSecond: number; envoyCpuMicros: number } {
  return {
    latency: { p50, p99: 2 * p50 },
    perSecond: 1234.5,
    envoyCpuMicros: 50,
    ...(cpuMicros === undefined ? {} : { cpuMicros, memory: { current: 80_000_000, peak: 90_000_000 } }),
  };
}

const results: Results = {
  'small-json-16': {
    none: [slice(1), slice(1)],
    noop: [slice(2, 100), slice(3, 100)],
    us: [slice(2.2, 160), slice(3.4, 170)],
  },
};

/** The cells of a Markdown table's row that begins with `first`. */
function row(text: string, first: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(`| ${first}`));
  return (line ?? '')
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe('table', () => {
  test('aligns its columns and keeps what would break a cell', () => {
    expect(
      table(
        ['a', 'figure'],
        [
          ['x|y', 1],
          ['two\nlines', 12345],
        ],
        ['l', 'r'],
      ),
    ).toBe(
      ['| a         | figure |', '| --------- | -----: |', '| x\\|y      |      1 |', '| two lines |  12345 |'].join(
        '\n',
      ),
    );
  });

  test.each([
    [undefined, '–'],
    [0.01234, '0.012'],
    [1.234, '1.23'],
    [12.34, '12.3'],
    [123.4, '123'],
    [-0.5, '-0.500'],
    [12345.6, '12,346'],
  ])('writes %s as %s', (value, text) => {
    expect(number(value)).toBe(text);
  });

  test('a spread is median, least and greatest', () => {
    expect(spread({ median: 1.5, min: 1, max: 12 }, ' ms')).toBe('1.50 ms (1.00–12.0)');
    expect(spread(undefined)).toBe('–');
  });
});

test('a scenario has one row a target, what it adds taken from its rounds', () => {
  const text = scenarioTable(scenario, results);
  expect(row(text, 'behind')).toEqual([
    'behind Envoy',
    'p50 ms',
    'added p50',
    'p99 ms',
    'added p99',
    'calls/s',
    'its CPU µs/call',
    'Envoy CPU µs/call',
    'RSS now / peak MB',
  ]);
  expect(row(text, 'no filter')).toEqual([
    'no filter',
    '1.00 (1.00–1.00)',
    '–',
    '2.00 (2.00–2.00)',
    '–',
    '1,235 (1,235–1,235)',
    '–',
    '50.0 (50.0–50.0)',
    '–',
  ]);
  expect(row(text, 'no-op').slice(1, 3)).toEqual(['2.50 (2.00–3.00)', '1.50 (1.00–2.00)']);
  expect(row(text, 'genai-extproc').slice(-3)).toEqual(['165 (160–170)', '50.0 (50.0–50.0)', '80.0 / 90.0']);
});

test('a paced stream has the delay of its events, and what is added to that of no filter', () => {
  const paced: Scenario = { name: 'stream-paced', title: 'SSE', unit: 'stream', exchange: 'paced' };
  const streamed = (p50: number) => ({ ...slice(400), delay: { p50, p99: 3 * p50 } });
  const text = scenarioTable(paced, { 'stream-paced': { none: [streamed(1)], us: [streamed(1.5)] } });
  expect(row(text, 'behind').slice(1, 5)).toEqual([
    'delay an event, p50 ms',
    'added p50',
    'delay an event, p99 ms',
    'added p99',
  ]);
  const same = (value: string) => `${value} (${value}–${value})`;
  expect(row(text, 'genai-extproc').slice(1, 5)).toEqual(['1.50', '0.500', '4.50', '1.50'].map(same));
});

test('idle streams have what one of them holds', () => {
  const megabytes = (count: number) => count * 1_000_000;
  const text = scenarioTable(
    { name: 'idle-streams', title: 'Idle', unit: 'stream', streams: 10_000 },
    {
      'idle-streams': {
        noop: [
          {
            openCount: 10_000,
            idle: { before: megabytes(80), open: megabytes(230), after: megabytes(210), peak: megabytes(240) },
            idleCpu: 0.0123,
            longestPause: 4.5,
            openedPerSecond: 1234,
            finishedPerSecond: 2345,
          },
        ],
      },
    },
  );
  const same = (value: string) => `${value} (${value}–${value})`;
  expect(row(text, 'no-op')).toEqual([
    'no-op',
    '10,000',
    ...['80.0', '230', '15.0', '240', '210', '1.23', '4.50', '1,234', '2,345'].map(same),
  ]);
});

test('the modes have what each costs and what it lacks, and only those that ran', () => {
  const streamed = { ...slice(1), delay: { p50: 0.5, p99: 0.9 } };
  const text = modesTable({
    'small-json-paced': { none: [slice(1)], observe: [slice(1.25, 150)] },
    'stream-paced': { none: [streamed], observe: [streamed] },
  });
  const same = (value: string) => `${value} (${value}–${value})`;
  expect(row(text, 'observability mode').slice(1, 7)).toEqual([
    '`envoy.observe.yaml`',
    ...['0.250', '0.500', '0.900', '50.0', '150'].map(same),
  ]);
  expect(row(text, 'observability mode').at(-1)).toContain('trace headers');
  expect(row(text, 'no filter').slice(2, 4)).toEqual(['–', '–']);
  expect(row(text, 'inline')).toEqual([]);
});

test('two builds are compared within each round', () => {
  const text = againstTable({
    'small-json-16': { us: [slice(2, 100), slice(30, 90)], other: [slice(4, 200), slice(20, 300)] },
  });
  expect(row(text ?? '', 'small-json-16')).toEqual([
    'small-json-16',
    'p50',
    '16.0 ms',
    '12.0 ms',
    '1.00× (0.500–1.50)',
  ]);
  expect(text).toContain('0.400× (0.300–0.500)');
  expect(againstTable(results)).toBeUndefined();
});

test('the tables of bars and checks say what held', () => {
  const bars = barTable(judge(results));
  expect(row(bars, 'Added p50, small JSON, 16')).toEqual([
    'Added p50, small JSON, 16 at a time, to the no-op’s',
    '≤ 1.15×',
    '1.20× (1.20–1.20)',
    'miss',
  ]);
  expect(row(bars, 'CPU a small JSON call, with')[3]).toBe('pass');
  expect(row(bars, 'Longest event-loop pause')[3]).toBe('not measured');
  const checks = checkTable([
    { what: 'a', passed: true, found: '1' },
    { what: 'b', passed: false, found: '2' },
  ]);
  expect(row(checks, 'a')).toEqual(['a', '1', 'yes']);
  expect(row(checks, 'b')).toEqual(['b', '2', 'NO']);
});

test('the page has everything that a reader needs to judge it', () => {
  const text = page({
    command: 'npm run bench',
    date: '2026-01-02',
    rounds: 2,
    machine: [['Node', 'v20']],
    bars: judge(results),
    checks: [{ what: 'all answers right', passed: true, found: '7 of 7' }],
    scenarios: [scenario],
    results,
    notes: 'Why one misses.\n',
  });
  for (const part of [
    '`npm run bench` on 2026-01-02',
    'over 2 rounds',
    '| Node',
    '### Small calls',
    '7 of 7',
    'Why one misses.',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('undefined');
});
