import { describe, expect, test } from 'vitest';
import { judge, type Results, type Slice } from '../../bench/lib/bars.mjs';
import { barTable, checkTable, page, type Scenario, scenarioTable } from '../../bench/lib/report.mjs';
import { number, spread, table } from '../../bench/lib/table.mjs';

const scenario: Scenario = {
  name: 'small-json-16',
  title: 'Small calls',
  unit: 'call',
  exchange: 'small',
  targets: ['none', 'noop', 'us'],
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
    us: [slice(2.2, 400), slice(3.4, 410)],
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
  expect(row(text, 'genai-extproc').slice(-3)).toEqual(['405 (400–410)', '50.0 (50.0–50.0)', '80.0 / 90.0']);
});

test('the tables of bars and checks say what held', () => {
  const bars = barTable(judge(results));
  expect(row(bars, 'Added p50, small JSON, 16')).toEqual([
    'Added p50, small JSON, 16 at a time, to the no-op’s',
    '≤ 1.3×',
    '1.20× (1.20–1.20)',
    'pass',
  ]);
  expect(row(bars, 'CPU a small JSON call, with')[3]).toBe('miss');
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
