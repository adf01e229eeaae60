// The page of limits: what bounds what, where it is counted, and which test reaches it; and what the latest full run of those tests saw.

/**
 * @typedef {{ limit: string, setting: string, beyond: string, counter: string, test: string }} LimitRow
 * @typedef {{ about: string, before: number, peak: number, after: number, seconds: number, honest: { calls: number, failed: number, p99: number, worst: number } }} FigureRow
 */

/** Every limit on what others send. `setting` and `counter`: by name; `-` where it is fixed, or is no event.  @type {LimitRow[]} */
export const LIMITS = [
  {
    limit: 'kept content of one body',
    setting: 'GENAI_EXTPROC_CONTENT_BYTES',
    beyond: 'model and usage are still found; the span says `genai_extproc.content.truncated`',
    counter: 'content.truncated',
    test: 'test/limits/bodies.test.ts',
  },
  {
    limit: 'kept content of all open calls',
    setting: 'GENAI_EXTPROC_HELD_BYTES',
    beyond:
      'the calls that are open for longest let their content go (`genai_extproc.content.shed`); model and usage are still found',
    counter: 'content.shed',
    test: 'test/limits/many-streams.test.ts',
  },
  {
    limit: 'what their parsers and decoders hold beside it',
    setting: 'GENAI_EXTPROC_HELD_BYTES',
    beyond: 'the same calls let all of it go: they tell what is known already',
    counter: 'content.given_up',
    test: 'test/exchange/call-load.test.ts',
  },
  {
    limit: 'one event of a stream',
    setting: 'GENAI_EXTPROC_EVENT_BYTES',
    beyond: 'it is passed over up to its end',
    counter: 'events.oversized',
    test: 'test/limits/bodies.test.ts',
  },
  {
    limit: 'lines of one server-sent event: 65,536',
    setting: '-',
    beyond: 'it is passed over up to its end',
    counter: 'events.oversized',
    test: 'test/limits/bodies.test.ts',
  },
  {
    limit: 'a decompressed answer',
    setting: 'GENAI_EXTPROC_DECODED_BYTES',
    beyond: 'the copy is dropped, the traffic flows',
    counter: 'decode.limited',
    test: 'test/limits/bombs.test.ts',
  },
  {
    limit: 'how dense an answer is compressed',
    setting: 'GENAI_EXTPROC_DECODED_RATIO',
    beyond: 'the copy is dropped, the traffic flows',
    counter: 'decode.limited',
    test: 'test/limits/bombs.test.ts',
  },
  {
    limit: 'the window (8 MiB) and the work of a zstd answer',
    setting: '-',
    beyond: 'the copy is dropped, the traffic flows',
    counter: 'decode.limited',
    test: 'test/decode/zstd-bombs.test.ts',
  },
  {
    limit: 'top-level members of a body that is not parsed whole: 128, of 8 KiB, 64 KiB together',
    setting: '-',
    beyond: 'their kind is known, their value is not',
    counter: '-',
    test: 'test/limits/nesting.test.ts',
  },
  {
    limit: 'values of a metric attribute',
    setting: 'GENAI_EXTPROC_METRIC_ATTRIBUTE_VALUES',
    beyond: '`_other`',
    counter: 'metrics.limited',
    test: 'test/limits/cardinality.test.ts',
  },
  {
    limit: 'combinations of metric attributes',
    setting: 'GENAI_EXTPROC_METRIC_SERIES',
    beyond: '`_other`',
    counter: 'metrics.limited',
    test: 'test/limits/cardinality.test.ts',
  },
  {
    limit: 'open ext_proc streams',
    setting: 'GENAI_EXTPROC_STREAMS',
    beyond: 'the stream is ended at once, in peace: the call goes on unobserved',
    counter: 'streams.refused',
    test: 'test/limits/many-streams.test.ts',
  },
  {
    limit: 'one message from Envoy',
    setting: 'GENAI_EXTPROC_MESSAGE_BYTES',
    beyond: 'the stream ends with RESOURCE_EXHAUSTED: the call goes on unobserved',
    counter: '-',
    test: 'test/limits/hostile-peer.test.ts',
  },
  {
    limit: 'how late the event loop is',
    setting: 'GENAI_EXTPROC_SHED_LAG_MILLIS',
    beyond: 'content is left out, then spans',
    counter: 'spans.shed',
    test: 'test/limits/overload.test.ts',
  },
  {
    limit: 'memory',
    setting: 'GENAI_EXTPROC_SHED_MEMORY_BYTES',
    beyond: 'open calls let their content go; content is left out, then spans',
    counter: 'content.shed',
    test: 'test/limits/overload.test.ts',
  },
];

const BEGIN = '<!-- figures: begin -->';
const END = '<!-- figures: end -->';

/**
 * The page; `figures`: those of a run, else what stands between the marks of `before`.
 *
 * @param {{ figures?: readonly FigureRow[], before?: string, machine?: string }} options
 */
export function renderLimits({ figures, before = '', machine = '' }) {
  const kept = before.includes(BEGIN) ? before.slice(before.indexOf(BEGIN) + BEGIN.length, before.indexOf(END)) : '\n';
  const block = figures === undefined ? kept : `\n${renderFigures(figures, machine)}\n`;
  return `${[
    '# Limits',
    '',
    '<!-- Written by `npm run test:limits`; the first table comes from scripts/lib/limits-page.mjs, and a test keeps it equal. -->',
    '',
    'What a client, an upstream or a peer of the gRPC port sends is bounded everywhere. Beyond a limit less of a call is observed; the call itself is',
    'never touched, and it is counted as any other. Counters are on `/metrics` as `genai_extproc_<name>_total`.',
    '',
    '| limit | setting | beyond it | counter | test that reaches it |',
    '|---|---|---|---|---|',
    ...LIMITS.map(
      ({ limit, setting, beyond, counter, test }) =>
        `| ${limit} | ${code(setting)} | ${beyond} | ${code(counter)} | \`${test}\` |`,
    ),
    '',
    '## What is left out under load, in this order',
    '',
    '1. **Content.** New calls keep nothing for a recorder; when memory is the cause, open calls let go of what they hold. Model, usage, finish reason,',
    '   timings, headers and costs stay; spans say `genai_extproc.content.shed`, and the error text of a failed call may be missing.',
    '2. **Spans** of new calls. Their trace headers stay as they came, and `sampled` is false in the metadata.',
    '3. Nothing more: metrics, metadata for the access log, log records and the reply are never left out.',
    '',
    'The level stands in `genai_extproc_shedding_level` (0, 1, 2); `genai_extproc_event_loop_lag_seconds`, `genai_extproc_memory_resident_bytes`,',
    '`genai_extproc_streams_open`, `genai_extproc_calls_open` and `genai_extproc_calls_held_bytes` show what drives it. It rises after five late looks in a',
    'row (half a second and their lateness), or at once when memory passes its mark, and once more if that does not help. It falls by one after three calm',
    'seconds: the lag below half of its mark, memory below nine tenths of it, or no longer in use. Each change is a line of the log.',
    '',
    '## What a run has shown',
    '',
    BEGIN,
  ].join('\n')}${block}${END}\n`;
}

/**
 * @param {readonly FigureRow[]} figures
 * @param {string} machine
 */
function renderFigures(figures, machine) {
  return [
    `Resident memory of the sidecar's process in MiB; replies to ordinary calls that go on meanwhile, in milliseconds. ${machine}`,
    '',
    '| attack | before | peak | after | seconds | ordinary calls | lost | reply p99 | slowest reply |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...figures.map(
      ({ about, before, peak, after, seconds, honest }) =>
        `| ${about} | ${before.toFixed(0)} | ${peak.toFixed(0)} | ${after.toFixed(0)} | ${seconds.toFixed(1)} | ${honest.calls} | ${honest.failed} | ${honest.p99.toFixed(1)} | ${honest.worst.toFixed(1)} |`,
    ),
    '',
  ].join('\n');
}

/** @param {string} name */
function code(name) {
  return name === '-' ? '–' : `\`${name}\``;
}
