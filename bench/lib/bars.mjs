import { overRounds, pairedOverRounds } from './statistics.mjs';

const MEGABYTE = 1_000_000;

/** How many idle streams the bar on them is worded for. */
const IDLE_STREAMS = 10_000;

/**
 * By how much a target's `quantile` lies above that of the call without a filter, round by round, in milliseconds: of a call's
 * `latency`, or of a streamed event's `delay`.
 */
export function added(results, scenario, target, quantile, what = 'latency') {
  const bare = results[scenario]?.none ?? [];
  const own = results[scenario]?.[target] ?? [];
  return own.map((slice, round) => {
    const base = bare[round]?.[what]?.[quantile];
    return base === undefined ? undefined : slice[what][quantile] - base;
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

function addedRatio(results, scenario, quantile) {
  return ratio(added(results, scenario, 'us', quantile), added(results, scenario, 'noop', quantile));
}

function slices(results, scenario, target) {
  return results[scenario]?.[target] ?? [];
}

function cpuRatio(results, target) {
  const cpu = (name) => slices(results, 'small-json-16', name).map((slice) => slice.cpuMicros);
  return ratio(cpu(target), cpu('noop'));
}

function delayRatio(results) {
  const delay = (name) => slices(results, 'stream-paced', name).map((slice) => slice.delay.p99);
  return ratio(delay('us'), delay('noop'));
}

function pauseDifference(results) {
  const longest = (name) => slices(results, 'content-export', name).map((slice) => slice.pause.max);
  return pairedOverRounds(longest('us'), longest('noop'), (us, noop) => us - noop);
}

/** What a target holds with the idle streams, in megabytes; `undefined` where not all of them were open. */
function idleMemory(results, target) {
  return slices(results, 'idle-streams', target).map((slice) =>
    slice.openCount === IDLE_STREAMS ? slice.idle.open / MEGABYTE : undefined,
  );
}

function idleDifference(results) {
  return pairedOverRounds(idleMemory(results, 'us'), idleMemory(results, 'noop'), (us, noop) => us - noop);
}

/** Peak memory in megabytes: the greatest of all scenarios and rounds is what counts, so it stands in the place of the median. */
function peakMemory(results, target) {
  const peaks = Object.values(results).flatMap((targets) =>
    (targets[target] ?? []).map((slice) => slice.memory && slice.memory.peak / MEGABYTE),
  );
  const range = overRounds(peaks);
  return range === undefined ? undefined : { median: range.max, min: range.min, max: range.max };
}

/** The loads at which the latency of a small call is judged. */
const LOADS = {
  'small-json-1': '1 at a time',
  'small-json-paced': '250 a second',
  'small-json-16': '16 at a time',
};

function latencyBars(quantile, most) {
  return Object.entries(LOADS).map(([scenario, load]) => ({
    what: `Added ${quantile}, small JSON, ${load}, to the no-op’s`,
    unit: '×',
    most,
    figure: (results) => addedRatio(results, scenario, quantile),
  }));
}

/** What the project promises. `unit` is written behind the figure; `most` is the greatest figure that passes. */
const BARS = [
  ...latencyBars('p50', 1.15),
  ...latencyBars('p99', 1.3),
  {
    what: 'CPU a small JSON call, with content, to the no-op’s',
    unit: '×',
    most: 1.8,
    figure: (r) => cpuRatio(r, 'us'),
  },
  {
    what: 'CPU a small JSON call, content hidden, to the no-op’s',
    unit: '×',
    most: 1.5,
    figure: (r) => cpuRatio(r, 'hidden'),
  },
  { what: 'SSE delay an event, p99, to the no-op’s', unit: '×', most: 1.3, figure: delayRatio },
  { what: 'RSS with 10,000 idle streams, beyond the no-op’s', unit: ' MB', most: 50, figure: idleDifference },
  {
    what: 'Longest event-loop pause while exporting 50 KB spans, beyond the no-op’s',
    unit: ' ms',
    most: 10,
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
