import { addedLatency } from './bars.mjs';
import { overRounds } from './statistics.mjs';
import { number, spread, table } from './table.mjs';
import { EXPORT_DELAY_MILLIS, METRIC_INTERVAL_MILLIS, TARGETS } from './targets.mjs';

const MEGABYTE = 1_000_000;

function of(slices, pick) {
  return overRounds(slices.map(pick));
}

/** A scenario's columns: title and what stands in it for one target's slices. */
function columns(scenario, results) {
  const latency = (quantile) => [
    [`${quantile} ms`, (slices) => spread(of(slices, (slice) => slice.latency[quantile]))],
    [
      `added ${quantile}`,
      (_, target) =>
        target === 'none' ? '–' : spread(overRounds(addedLatency(results, scenario.name, target, quantile))),
    ],
  ];
  const hasBase = scenario.targets.includes('none');
  const isPaced = scenario.exchange === 'paced';
  return [
    ...(isPaced
      ? [
          ['delay an event p50 ms', (slices) => spread(of(slices, (slice) => slice.delay?.p50))],
          ['delay p99 ms', (slices) => spread(of(slices, (slice) => slice.delay?.p99))],
        ]
      : ['p50', 'p99'].flatMap((quantile) => latency(quantile).slice(0, hasBase ? 2 : 1))),
    ...(scenario.measuresPause
      ? [
          ['longest pause ms', (slices) => spread(of(slices, (slice) => slice.pause?.max))],
          ['pause p99 ms', (slices) => spread(of(slices, (slice) => slice.pause?.p99))],
        ]
      : []),
    [`${scenario.unit}s/s`, (slices) => spread(of(slices, (slice) => slice.perSecond))],
    [`its CPU µs/${scenario.unit}`, (slices) => spread(of(slices, (slice) => slice.cpuMicros))],
    [`Envoy CPU µs/${scenario.unit}`, (slices) => spread(of(slices, (slice) => slice.envoyCpuMicros))],
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

/** One scenario's table. */
export function scenarioTable(scenario, results) {
  const shown = columns(scenario, results);
  const rows = Object.entries(results[scenario.name])
    .filter(([, slices]) => slices.length > 0)
    .map(([target, slices]) => [TARGETS[target], ...shown.map(([, cell]) => cell(slices, target))]);
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

Figures are medians over ${rounds} rounds (least–greatest). A ratio or difference is taken within each round, then the median of it; RSS is the
greatest peak of all scenarios and rounds (least–greatest over them).
${notes === '' ? '' : `\n${notes.trim()}\n`}
## Machine

${table(['', ''], machine, ['l', 'l'])}

## How it is measured

One Envoy with one worker and one listener for each row, alike but for the ext_proc filter and the process behind it: no filter; the no-op
(\`bench/noop.mjs\`: same gRPC stack, same mode override, empty replies); \`genai-extproc serve\` with spans, content, metrics and
dynamic metadata on, exporting OTLP http/protobuf to a process that counts and discards; the same with \`OPENINFERENCE_HIDE_INPUTS\`
and \`OPENINFERENCE_HIDE_OUTPUTS\`. Upstream, load generator and sink are processes of their own; all share the machine, none is pinned.

- Rounds: in each, every scenario visits every row in turn, beginning with another one each round; thousands of calls and a whole round before
  the first are not counted, since code that has not run often is not compiled yet.
- Added: a row's percentile less that of *no filter* in the same round.
- CPU: user and system time of the process from \`/proc\`, from before the calls until the last of their spans was exported (steps of 10 ms).
- Spans are exported at least every ${EXPORT_DELAY_MILLIS} ms and metrics every ${METRIC_INTERVAL_MILLIS} ms (defaults: 5 s and 60 s), so that a measure need not wait for them.
- RSS: \`VmRSS\` after the calls (median) and \`VmHWM\` during them (greatest).
- Event delay: the upstream stamps its send time into each event, the client subtracts it on arrival; one machine, one clock.
- Pause: \`perf_hooks.monitorEventLoopDelay\`, resolution 1 ms, preloaded alike into the no-op and the sidecar and on only in that scenario. A figure is
  the time between two ticks of its timer: an idle loop shows about 1 ms, and a core that was busy elsewhere shows in all rows alike.

## Scenarios

${scenarios.map((scenario) => `### ${scenario.title}\n\n${scenarioTable(scenario, results)}\n`).join('\n')}
## Checked while measuring

${checkTable(checks)}
`;
}
