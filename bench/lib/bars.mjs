import { overRounds, pairedOverRounds } from './statistics.mjs';

const MEGABYTE = 1_000_000;

/** By how much a target's `quantile` of latency lies above that of the call without a filter, round by round, in milliseconds. */
export function addedLatency(results, scenario, target, quantile) {
  const bare = results[scenario]?.none ?? [];
  const own = results[scenario]?.[target] ?? [];
  return own.map((slice, round) => {
    const base = bare[round]?.latency[quantile];
    return base === undefined ? undefined : slice.latency[quantile] - base;
  });
}

function ratio(first, second) {
  // an added time of nothing or less is noise, no yardstick
  return pairedOverRounds(
    first,
    second.map((value) => (value !== undefined && value > 0 ? value : undefined)),
    (a, b) => a / b,
  );
}

function addedRatio(results, scenario) {
  return ratio(addedLatency(results, scenario, 'us', 'p50'), addedLatency(results, scenario, 'noop', 'p50'));
}

function cpuRatio(results, target) {
  const cpu = (name) => (results['small-json-16']?.[name] ?? []).map((slice) => slice.cpuMicros);
  return ratio(cpu(target), cpu('noop'));
}

function pauseDifference(results) {
  const longest = (name) => (results['content-export']?.[name] ?? []).map((slice) => slice.pause.max);
  return pairedOverRounds(longest('us'), longest('noop'), (us, noop) => us - noop);
}

/** Peak memory in megabytes: the greatest of all scenarios and rounds is what counts, so it stands in the place of the median. */
function peakMemory(results, target) {
  const peaks = Object.values(results).flatMap((targets) =>
    (targets[target] ?? []).map((slice) => slice.memory.peak / MEGABYTE),
  );
  const spread = overRounds(peaks);
  return spread === undefined ? undefined : { median: spread.max, min: spread.min, max: spread.max };
}

/** What the project promises. `unit` is written behind the figure; `most` is the greatest figure that passes. */
const BARS = [
  {
    what: 'Added p50, small JSON, 1 at a time, to the no-op’s',
    unit: '×',
    most: 1.3,
    figure: (r) => addedRatio(r, 'small-json-1'),
  },
  {
    what: 'Added p50, small JSON, 16 at a time, to the no-op’s',
    unit: '×',
    most: 1.3,
    figure: (r) => addedRatio(r, 'small-json-16'),
  },
  {
    what: 'Added p50, small JSON, 500 a second, to the no-op’s',
    unit: '×',
    most: 1.3,
    figure: (r) => addedRatio(r, 'small-json-paced'),
  },
  { what: 'CPU a small JSON call, with content, to the no-op’s', unit: '×', most: 3, figure: (r) => cpuRatio(r, 'us') },
  {
    what: 'CPU a small JSON call, content hidden, to the no-op’s',
    unit: '×',
    most: 2.5,
    figure: (r) => cpuRatio(r, 'hidden'),
  },
  {
    what: 'Longest event-loop pause while exporting 50 KB spans, beyond the no-op’s',
    unit: ' ms',
    most: 20,
    figure: pauseDifference,
  },
  { what: 'Peak RSS, with content', unit: ' MB', most: 200, figure: (r) => peakMemory(r, 'us') },
  { what: 'Peak RSS, content hidden', unit: ' MB', most: 200, figure: (r) => peakMemory(r, 'hidden') },
];

/**
 * Each bar with its figure and `verdict`: `pass`, `miss`, or `not measured` when its scenario or a target did not run.
 * `results[scenario][target]` is the list of slices by round.
 */
export function judge(results) {
  return BARS.map(({ what, unit, most, figure }) => {
    const value = figure(results);
    const verdict = value === undefined ? 'not measured' : value.median <= most ? 'pass' : 'miss';
    return { what, unit, most, figure: value, verdict };
  });
}
