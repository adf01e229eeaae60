import { added } from './bars.mjs';
import { checkTable, scenarioTable } from './report.mjs';
import { overRounds } from './statistics.mjs';
import { spread, table } from './table.mjs';
import { TARGETS } from './targets.mjs';

/** What a mode is in words: its configuration, and what it cannot do. */
const IN_WORDS = {
  none: { configuration: '–', missing: 'everything' },
  us: { configuration: '`envoy.yaml`, the default', missing: 'nothing' },
  observe: {
    configuration: '`envoy.observe.yaml`',
    missing: 'trace headers to the upstream; all metadata in Envoy’s access log (the sidecar’s log records have it)',
  },
  pair: {
    configuration: '`envoy.pair.yaml`',
    missing:
      'in Envoy’s access log, what the bodies say: models, tokens, finish reason (the sidecar’s log records have it)',
  },
};

/** The table of the modes: what each costs a call, Envoy and the sidecar, and what it lacks. */
export function modesTable(results) {
  const slices = (scenario, target) => results[scenario]?.[target] ?? [];
  const over = (scenario, target, pick) => spread(overRounds(slices(scenario, target).map(pick)));
  const more = (scenario, target, quantile, what) =>
    target === 'none' ? '–' : spread(overRounds(added(results, scenario, target, quantile, what)));
  const columns = [
    ['added p50 ms', (target) => more('small-json-paced', target, 'p50')],
    ['added p99 ms', (target) => more('small-json-paced', target, 'p99')],
    ['SSE delay an event, p99 ms', (target) => over('stream-paced', target, (slice) => slice.delay?.p99)],
    ['Envoy CPU µs/call', (target) => over('small-json-paced', target, (slice) => slice.envoyCpuMicros)],
    ['sidecar CPU µs/call', (target) => over('small-json-paced', target, (slice) => slice.cpuMicros)],
  ];
  const measured = Object.keys(IN_WORDS).filter((target) =>
    Object.values(results).some((targets) => (targets[target] ?? []).length > 0),
  );
  const rows = measured.map((target) => [
    titleOf(target),
    IN_WORDS[target].configuration,
    ...columns.map(([, cell]) => cell(target)),
    IN_WORDS[target].missing,
  ]);
  return table(['mode', 'configuration', ...columns.map(([title]) => title), 'what is missing'], rows, [
    'l',
    'l',
    ...columns.map(() => 'r'),
    'l',
  ]);
}

function titleOf(target) {
  return target === 'us' ? 'inline' : TARGETS[target].title;
}

/** The measured block of `docs/modes.md`; what no figure tells stands around it. */
export function modesBlock({ command, date, rounds, machine, checks, scenarios, results }) {
  return `Written by \`${command}\` on ${date}; a rerun replaces this part of the page.

${modesTable(results)}

Added times and CPU: small JSON chat calls at an even 250 a second. Event delay: 8 streams of 200 events 2 ms apart.
Figures are medians over ${rounds} rounds (least–greatest), the rows taking turns in short passes; differences are taken within a round.
Spans with content and metrics are on everywhere, metadata where Envoy takes it, log records where they stand in its place. One Envoy has
a listener for each row, with the filters of its configuration; \`docs/benchmarks.md\` tells how the figures are taken.

### Machine

${table(['', ''], machine, ['l', 'l'])}

${scenarios.map((scenario) => `### ${scenario.title}\n\n${scenarioTable(scenario, results)}\n`).join('\n')}
### Checked while measuring

${checkTable(checks)}`;
}
