import { added } from './bars.mjs';
import { overRounds } from './statistics.mjs';
import { number, spread, table } from './table.mjs';
import { EXPORT_DELAY_MILLIS, METRIC_INTERVAL_MILLIS, TARGETS } from './targets.mjs';

const MEGABYTE = 1_000_000;

function of(slices, pick) {
  return overRounds(slices.map(pick));
}

/** A column of a scenario's table: its title, and what stands in it for one target's slices. */
function column(title, pick) {
  return [title, (slices) => spread(of(slices, pick))];
}

/** How much more than without a filter. */
function addedColumn(title, results, scenario, quantile, what) {
  return [
    title,
    (_, target) =>
      target === 'none' ? '–' : spread(overRounds(added(results, scenario.name, target, quantile, what))),
  ];
}

function timeColumns(scenario, results) {
  if (scenario.exchange === 'paced')
    return ['p50', 'p99'].flatMap((quantile) => [
      column(`delay an event, ${quantile} ms`, (slice) => slice.delay?.[quantile]),
      addedColumn(`added ${quantile}`, results, scenario, quantile, 'delay'),
    ]);
  const hasBase = !scenario.without?.includes('none');
  return ['p50', 'p99'].flatMap((quantile) => [
    column(`${quantile} ms`, (slice) => slice.latency[quantile]),
    ...(hasBase ? [addedColumn(`added ${quantile}`, results, scenario, quantile, 'latency')] : []),
  ]);
}

function callColumns(scenario, results) {
  return [
    ...timeColumns(scenario, results),
    ...(scenario.measuresPause
      ? [column('longest pause ms', (slice) => slice.pause?.max), column('pause p99 ms', (slice) => slice.pause?.p99)]
      : []),
    column(`${scenario.unit}s/s`, (slice) => slice.perSecond),
    column(`its CPU µs/${scenario.unit}`, (slice) => slice.cpuMicros),
    column(`Envoy CPU µs/${scenario.unit}`, (slice) => slice.envoyCpuMicros),
    [
      'RSS now / peak MB',
      (slices) => {
        const now = of(slices, (slice) => slice.memory && slice.memory.current / MEGABYTE);
        const peak = of(slices, (slice) => slice.memory && slice.memory.peak / MEGABYTE);
        return now === undefined ? '–' : `${number(now.median)} / ${number(peak.max)}`;
      },
    ],
  ];
}

function idleColumns() {
  return [
    ['open at once', (slices) => number(of(slices, (slice) => slice.openCount)?.min)],
    column('RSS before MB', (slice) => slice.idle.before / MEGABYTE),
    column('RSS with them MB', (slice) => slice.idle.open / MEGABYTE),
    column('KB a stream', (slice) => (slice.idle.open - slice.idle.before) / slice.openCount / 1000),
    column('peak MB', (slice) => slice.idle.peak / MEGABYTE),
    column('after MB', (slice) => slice.idle.after / MEGABYTE),
    column('CPU while idle, % of a core', (slice) => slice.idleCpu * 100),
    column('longest pause ms', (slice) => slice.longestPause),
    column('opened/s', (slice) => slice.openedPerSecond),
    column('ended/s', (slice) => slice.finishedPerSecond),
  ];
}

/** One scenario's table. */
export function scenarioTable(scenario, results) {
  const shown = scenario.streams === undefined ? callColumns(scenario, results) : idleColumns();
  const rows = Object.entries(results[scenario.name])
    .filter(([, slices]) => slices.length > 0)
    .map(([target, slices]) => [TARGETS[target].title, ...shown.map(([, cell]) => cell(slices, target))]);
  return table(['behind Envoy', ...shown.map(([title]) => title)], rows, ['l', ...shown.map(() => 'r')]);
}

/** The table of bars. */
export function barTable(bars) {
  const rows = bars.map((bar) => [bar.what, `≤ ${bar.most}${bar.unit}`, spread(bar.figure, bar.unit), bar.verdict]);
  return table(['bar', 'limit', 'figure', 'verdict'], rows, ['l', 'r', 'r', 'l']);
}

/** The table of what was checked while measuring. */
export function checkTable(checks) {
  const rows = checks.map((check) => [check.what, check.found, check.passed ? 'yes' : 'NO']);
  return table(['check', 'found', 'held'], rows, ['l', 'l', 'l']);
}

/** The page `docs/benchmarks.md`. `notes` is hand-written text on the figures, or empty. */
export function page({ command, date, rounds, machine, bars, checks, scenarios, results, notes }) {
  return `# Benchmarks

Written by \`${command}\` on ${date}; a rerun replaces this page, so do not edit it.

## Bars

${barTable(bars)}

Figures are medians over ${rounds} rounds (least–greatest). A ratio or difference is taken within each round, then the median of it; peak RSS is the
greatest of all scenarios with calls and rounds (least–greatest over them).
${notes === '' ? '' : `\n${notes.trim()}\n`}
## Machine

${table(['', ''], machine, ['l', 'l'])}

## How it is measured

One Envoy with one worker and one listener for each row, alike but for the ext_proc filter and the process behind it: no filter; the no-op
(\`bench/noop.mjs\`: same gRPC stack, same mode override, empty replies); \`genai-extproc serve\` with spans, content, metrics and
dynamic metadata on, exporting OTLP http/protobuf to a process that counts and discards; the same with \`OPENINFERENCE_HIDE_INPUTS\`
and \`OPENINFERENCE_HIDE_OUTPUTS\`; in one scenario two workers of it (\`--workers 2\`), figures of all its processes together. Upstream, load generator and sink are processes of their own; all share the machine, none is pinned.

- Rounds: in each, a scenario is made of many passes of a fraction of a second in which the rows take turns, in changing order, so that what
  disturbs the machine disturbs all alike. Percentiles are those of all calls of a row in a round. Thousands of calls and half a round before
  the first are not counted, since code that has not run often is not compiled yet.
- Added: a row's percentile less that of *no filter* in the same round.
- CPU: user and system time of the process from \`/proc\`, from before the calls of a pass until the last of their spans was exported.
- Spans are exported at least every ${EXPORT_DELAY_MILLIS} ms and metrics every ${METRIC_INTERVAL_MILLIS} ms (defaults: 5 s and 60 s), so that a measure need not wait for them.
- RSS: \`VmRSS\` after the calls (median) and \`VmHWM\` during them (greatest).
- Idle streams: with an Envoy and processes started anew for each repeat, after a few small calls: \`VmRSS\` while all of them are open and silent. HTTP/2 on both
  sides of Envoy; client and upstream are one process. All are then ended, and each must have given its span and its sample.
- Event delay: the upstream stamps its send time into each event, the client subtracts it on arrival; one machine, one clock.
- Pause: \`perf_hooks.monitorEventLoopDelay\`, resolution 1 ms, preloaded alike into the no-op and the sidecar and on only in that scenario. A figure is
  the time between two ticks of its timer: an idle loop shows about 1 ms, and a core that was busy elsewhere shows in all rows alike.

## Scenarios

${scenarios.map((scenario) => `### ${scenario.title}\n\n${scenarioTable(scenario, results)}\n`).join('\n')}
## Checked while measuring

${checkTable(checks)}
`;
}
