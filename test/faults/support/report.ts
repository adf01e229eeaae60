/** docs/reliability.md and what the command prints, made from the results. */
import { describeMachine } from '../../../bench/lib/machine.mjs';
import { table } from '../../../bench/lib/table.mjs';
import { PHASES } from './call.js';
import type { Cell } from './cell.js';
import type { FaultResult } from './run-fault.js';
import { FORMATS } from './shape.js';

/** Failures of one fault that are listed; the rest is counted. */
const LISTED = 20;

interface Row {
  phase: string;
  cells: Cell[];
}

/** The page. `envoy`: the binary; `root`: the package's folder with a slash at its end. */
export function renderReport(results: readonly FaultResult[], place: { envoy: string; root: string }): string {
  const again = results.flatMap(({ fault, again: texts }) => listFailures(fault.name, texts));
  const failures = results.flatMap(({ fault, failures: texts }) => listFailures(fault.name, texts));
  const cells = results.reduce((sum, result) => sum + result.cells, 0);
  const passed = results.reduce((sum, result) => sum + result.passed.size, 0);
  const day = new Date().toISOString().slice(0, 10);
  return `# Reliability

Written by \`npm run test:faults\` on ${day}; a rerun replaces this page, so do not edit it.

${cells} cells, ${passed} passed. A cell is one call shape that meets one fault, played twice at the same moment through the same Envoy: with the
filter and without it. It passes when client and upstream saw the same (status, headers, trailers, every byte, how it ended), Envoy's log
says the same of it, and the signals say of it what the telemetry contract asks for.

## Every fault

${faultTable(results)}

- *identical*: cells whose client and upstream saw no difference; *recorded*: calls that must give one span and one duration sample, and what they gave.
- *Envoy*: what its ext_proc filter counted: streams started; where there were any, failed streams, calls it let go on without the sidecar (\`failure_mode_allowed\`) and timeouts.
- *added*: the longest that any call of the fault took beyond its twin without the filter, in milliseconds.
- *heap*: growth of the sidecar's heap from the first batch of the fault to its last, in MiB; – where the process was replaced. Streams, requests, sockets and timers are compared too, and must be none, or none more.

## Where the filter does make a difference

\`upstream-hasty\`: an upstream sends bytes and breaks its connection (or stream) in the same moment. Envoy holds each chunk of a body until an
inline ext_proc filter has answered, a fraction of a millisecond, and drops what it holds when the upstream is gone; any such filter has this
effect, with any sidecar. The client of a call that is broken anyway then has less of it, or Envoy's 502 or 503 instead. It never has other bytes than were
sent; that is what these cells ask for beside the one span and the one sample. Observability mode holds nothing.

## Every phase

${phaseTable(results)}

Cells passed of cells played. *start*: the call begins after the fault; *head*: its request's headers are on the way; *body*: half of its request's body is;
*waiting*: the upstream has it; *headers*: the answer's headers have arrived; *middle*: half of its chunks have; *last*: its last byte has, but not its end.

## Shapes

Ten endpoint families in the formats they answer in, in 1, 100 and 10,000 chunks, plain, gzip, br and zstd, HTTP/1.1 and HTTP/2 on either side.
Where fault and shape interact (something stops in the middle of framing or decoding), every format comes in every coding at every phase; the other
dimensions take turns. Where they do not (collectors, Envoy's own answers, the process's output), every pair of values of two dimensions comes once.
Long answers come once for each format. Envoy's timers are those of the recommended \`envoy.yaml\`.
${failures.length === 0 ? '' : `\n## Failures\n\n${failures.join('\n')}\n`}
${again.length === 0 ? '' : `\n## Played again\n\nOn a busy machine Envoy's timers fire at a sidecar that is well. These batches failed in nothing else, and passed when they were played again.\n\n${again.join('\n')}\n`}
## Machine

${table(['', ''], describeMachine(place), ['l', 'l'])}
`;
}

function listFailures(name: string, texts: readonly string[]): string[] {
  const listed = texts.slice(0, LISTED).map((text) => `- ${name}: ${text.replaceAll('|', '\\|')}`);
  return texts.length > LISTED ? [...listed, `- ${name}: and ${texts.length - LISTED} more`] : listed;
}

function faultTable(results: readonly FaultResult[]): string {
  const rows = results.map((result) => {
    const { counters } = result;
    const trouble = [counters.streams_failed, counters.failure_mode_allowed, counters.message_timeouts];
    const envoy = trouble.some((count) => count > 0)
      ? `${counters.streams_started} (${trouble.join(', ')})`
      : counters.streams_started;
    return [
      result.fault.name,
      result.fault.what,
      result.cells,
      result.passed.size,
      result.identical,
      `${result.due}: ${result.spans}, ${result.samples}`,
      envoy,
      Math.round(result.worstDelay),
      result.heapGrowth === undefined ? '–' : result.heapGrowth.toFixed(1),
      Math.round(result.seconds),
    ];
  });
  const header = [
    'fault',
    'what happens',
    'cells',
    'passed',
    'identical',
    'recorded: spans, samples',
    'Envoy',
    'added',
    'heap',
    's',
  ];
  return table(header, rows, ['l', 'l', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r']);
}

function phaseTable(results: readonly FaultResult[]): string {
  const rows = results.flatMap((result) =>
    rowsOf(result).map(({ phase, cells }) => [
      result.fault.name,
      phase,
      ...FORMATS.map((format) => {
        const some = cells.filter(({ shape }) => shape.format === format);
        return some.length === 0 ? '–' : `${some.filter((cell) => result.passed.has(cell)).length} of ${some.length}`;
      }),
    ]),
  );
  return table(['fault', 'phase', ...FORMATS], rows, ['l', 'l', 'r', 'r', 'r']);
}

function rowsOf({ fault }: FaultResult): Row[] {
  return [...PHASES, undefined]
    .map((phase) => ({ phase: phase ?? '', cells: fault.cells.filter(({ script }) => script.at === phase) }))
    .filter(({ cells }) => cells.length > 0);
}
