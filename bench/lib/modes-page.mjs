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

/** What no figure tells. Each cell is held by a test: test/envoy/observability.test.ts, pair.test.ts, sidecar-loss.test.ts, calls.test.ts. */
const TRADE = table(
  ['', 'inline', 'observability mode', 'pair'],
  [
    [
      'take it when',
      'you want tokens in Envoy’s access log',
      'nothing may ever wait',
      'nothing may wait, but traces must reach the upstream',
    ],
    ['the access log has', 'everything', 'nothing of the sidecar’s', 'operation, provider, session, trace and span id'],
    ['trace headers to the upstream', 'yes', 'no: the span hangs below the client’s', 'yes'],
    ['a call waits for', 'each message’s reply', 'nothing', 'one reply, at its headers'],
    [
      'an aborted call is told',
      'at once',
      '`deferred_close_timeout` (5 s) later',
      '`deferred_close_timeout` (5 s) later',
    ],
    ['and lasted', 'until the abort', 'until its latest message', 'until its latest message'],
    [
      'a stuck sidecar costs',
      'a pause of 2 s at most (the cluster’s keepalive)',
      'memory of Envoy’s: the copies that wait, for 2 s at most',
      '`message_timeout` (0.25 s), and memory as beside',
    ],
    [
      'paths that are none of ours',
      'one message',
      'what passes in the time of one message',
      'one message, and what passes meanwhile',
    ],
    ['gRPC streams a call', '1', '1', '2'],
  ],
  ['l', 'l', 'l', 'l'],
);

/** The page `docs/modes.md`. */
export function modesPage({ command, date, rounds, machine, checks, scenarios, results }) {
  return `# Modes: how Envoy shows the calls

Written by \`${command}\` on ${date}; a rerun replaces this page, so do not edit it.

${modesTable(results)}

- *Inline*: a call waits for the sidecar's replies, message by message; in return what the sidecar finds out is in Envoy's access log, and trace
  headers reach the upstream. A sidecar that is stuck is waited for up to \`message_timeout\`, or until the cluster's keepalive gives it up.
- *Observability mode*: Envoy sends a copy and waits for nothing. Spans, metrics and log records are complete; nothing comes back. A call that was
  cut ends for the sidecar \`deferred_close_timeout\` later, its time is that of its last message.
- *Pair*: an inline filter for the request headers alone, which sets the trace headers, and an observer. A call waits once; Envoy opens two
  streams for it.

${TRADE}

The sidecar needs no setting for any of them: it sees from each stream which it is, and serves all at once. \`genai-extproc envoy-config --mode\`
prints the configuration of a mode for your addresses, workers and upstream.

The pair works with several sidecars, too: the first filter’s answer carries the identity of the call’s span (trace id, span id, parent, sampled)
as dynamic metadata, Envoy forwards it to the second filter (\`forwarding_namespaces\`), and whichever process watches the call gives its span
exactly that identity. No client can write there. A call whose first filter got no answer has a span of its own, and no header names it.

Nothing slows calls down for an observer: those that come faster than the sidecar can take them are not observed, where inline they would wait.

Added times and CPU: small JSON chat calls at an even 250 a second. Event delay: 8 streams of 200 events 2 ms apart.
Figures are medians over ${rounds} rounds (least–greatest), the rows taking turns in short passes; differences are taken within a round.
Spans with content and metrics are on everywhere, metadata where Envoy takes it, log records where they stand in its place. One Envoy has
a listener for each row, with the filters of its configuration; \`docs/benchmarks.md\` tells how the figures are taken.

## Machine

${table(['', ''], machine, ['l', 'l'])}

## Scenarios

${scenarios.map((scenario) => `### ${scenario.title}\n\n${scenarioTable(scenario, results)}\n`).join('\n')}
## Checked while measuring

${checkTable(checks)}
`;
}
