/** A batch of cells: played, and judged by what clients, upstreams, Envoy and every signal say of them. */
import { type Cell, describeCell, type Expectation, type PlayedCell } from './cell.js';
import type { ExtProcCounters, FaultStage } from './fault-stage.js';
import { judgeRow, judgeTraffic, type Races } from './judge-cell.js';
import { judgeSignals } from './judge-signals.js';
import { play } from './play.js';
import { poll } from './poll.js';
import {
  type Durations,
  durationsExported,
  durationsOnPage,
  NO_MODEL,
  newDurations,
  rowsById,
  selfMetric,
  spansByTrace,
} from './readings.js';

export interface BatchOptions {
  /** Done before the first call begins. */
  prepare?: ((stage: FaultStage) => Promise<void>) | undefined;
  /** Done once all calls with a gate stand before it. */
  disturb?: ((stage: FaultStage) => Promise<void>) | undefined;
  /** Done when all calls are over, before anything is read. */
  settle?: ((stage: FaultStage) => Promise<void>) | undefined;
  expect(played: PlayedCell): Expectation;
  /** The most that the filter may add to a call, in milliseconds; for each chunk there is some more. */
  delay: number;
  /** Counters of Envoy that this fault moves. */
  allowed: readonly (keyof ExtProcCounters)[];
  /** Of how many of the cells Envoy's `failure_mode_allowed` must tell; absent: any number, if it may move at all. */
  unobserved?: ((cells: readonly Cell[]) => number) | undefined;
  /** The sidecar that served the calls is gone when they are read: its last export tells of them. */
  gone?: boolean | undefined;
  /** What client and upstream must have seen where the filter does make a difference; default: the same as without it. */
  judge?: ((played: PlayedCell) => Promise<string[]>) | undefined;
  /** What time decides in Envoy itself, with the filter and without. */
  races?: Races | undefined;
  /** No collector takes the spans. */
  spansAreLost?: boolean | undefined;
  /** What else is to be looked at when the batch is over; texts of what is wrong. */
  inspect?: ((stage: FaultStage, played: readonly PlayedCell[]) => Promise<string[]>) | undefined;
}

export interface CellFailure {
  cell: Cell;
  text: string;
}

/** What became of a batch. */
export interface BatchResult {
  cells: number;
  identical: number;
  spans: number;
  samples: number;
  /** Calls that must be recorded once. */
  due: number;
  worstDelay: number;
  counters: ExtProcCounters;
  failures: CellFailure[];
  /** Of the batch as a whole. */
  problems: string[];
  /** Something failed that a busy machine does not explain: bytes, a call that was recorded twice, something left open. */
  hard: boolean;
  ok: ReadonlySet<Cell>;
}

/** Each chunk is a message of its own, which Envoy holds until the sidecar has answered: milliseconds. */
const CHUNK_DELAY = 0.3;

export async function runBatch(stage: FaultStage, cells: readonly Cell[], options: BatchOptions): Promise<BatchResult> {
  const before = durationsOnPage(await stage.sidecar().metrics());
  const countersBefore = await stage.extProc();
  stage.sink.requests.length = 0;
  await options.prepare?.(stage);
  const { played, failures } = await play(stage, cells, options.disturb);
  await options.settle?.(stage);
  const expected = new Map(played.map((one) => [one, options.expect(one)]));
  const news = async () => {
    const now = options.gone ? durationsExported(stage) : durationsOnPage(await stage.sidecar().metrics());
    return newDurations(now, before);
  };
  await signalsThere(stage, expected, news, options.spansAreLost === true);
  const problems = await openThings(stage);
  let hard = problems.length > 0 || failures.length > 0;

  const fail = (one: PlayedCell, text: string) => void failures.push({ cell: one.cell, text });
  let identical = 0;
  let worstDelay = 0;
  const rows = await rowsOnceThere(stage, played);
  for (const one of played) {
    const differences = judgeTraffic(one, options.races);
    if (differences.length === 0) identical += 1;
    const texts = options.judge ? await options.judge(one) : differences;
    hard ||= texts.length > 0;
    const { observed, control } = one;
    const delay = Math.max(observed.millis - control.millis, observed.stall - control.stall);
    worstDelay = Math.max(worstDelay, delay);
    if (delay > options.delay + one.cell.shape.chunks * CHUNK_DELAY) texts.push(`${Math.round(delay)} ms later`);
    texts.push(...judgeRow(one, expected.get(one) as Expectation, rows, options.races));
    for (const text of texts) fail(one, text);
  }
  const signals = judgeSignals(expected, await news(), spansByTrace(stage), options.spansAreLost === true);
  for (const failure of signals.failures) {
    fail(failure.one, failure.text);
    hard ||= failure.hard;
  }
  problems.push(...signals.problems, ...((await options.inspect?.(stage, played)) ?? []));
  const counters = countersSince(countersBefore, await stage.extProc());
  for (const [name, value] of Object.entries(counters)) {
    const allowed = name === 'streams_started' || options.allowed.includes(name as keyof ExtProcCounters);
    if (value > 0 && !allowed) problems.push(`Envoy counted ${value} ${name}`);
  }
  const unobserved = options.unobserved?.(cells) ?? counters.failure_mode_allowed;
  if (counters.failure_mode_allowed !== unobserved) {
    problems.push(`Envoy tells of ${counters.failure_mode_allowed} unobserved calls, not of ${unobserved}`);
  }
  const internal = selfMetric(await stage.sidecar().metrics(), 'streams_internal_error_total');
  if (internal > 0) {
    problems.push(`${internal} errors of the sidecar's own`);
    hard = true;
  }
  const failed = new Set(failures.map(({ cell }) => cell));
  return {
    cells: cells.length,
    identical,
    spans: signals.spans,
    samples: signals.samples,
    due: [...expected.values()].filter(({ recorded }) => recorded === 'once').length,
    worstDelay,
    counters,
    failures,
    problems,
    hard,
    ok: new Set(cells.filter((cell) => !failed.has(cell))),
  };
}

/** Waits until every call that must be recorded is, or a while. */
async function signalsThere(
  stage: FaultStage,
  expected: ReadonlyMap<PlayedCell, Expectation>,
  news: () => Promise<Durations>,
  spansAreLost: boolean,
): Promise<void> {
  const due = [...expected].filter(([, { recorded }]) => recorded === 'once');
  const nameless = due.filter(([, { named }]) => named === false).length;
  await poll(async () => {
    const durations = await news();
    const without = [...(durations.get(NO_MODEL)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
    if (without < nameless) return false;
    if (due.some(([one, { named }]) => named === true && !durations.has(one.model))) return false;
    if (spansAreLost) return true;
    const traces = spansByTrace(stage);
    return due.every(([{ traceId }]) => traces.has(traceId));
  });
}

/** What is still open a while after the last call, in words. */
async function openThings(stage: FaultStage): Promise<string[]> {
  const problems: string[] = [];
  let open: Record<string, number> = {};
  const closed = await poll(async () => {
    open = await stage.envoyOpen();
    return Object.keys(open).length === 0;
  });
  if (!closed) problems.push(`Envoy has open: ${JSON.stringify(open)}`);
  const streams = async () => selfMetric(await stage.sidecar().metrics(), 'streams_open');
  if (!(await poll(async () => (await streams()) === 0)))
    problems.push(`the sidecar has ${await streams()} streams open`);
  return problems;
}

async function rowsOnceThere(stage: FaultStage, played: readonly PlayedCell[]) {
  let rows = await rowsById(stage);
  await poll(async () => {
    rows = await rowsById(stage);
    return played.every(({ id, cell }) => cell.script.at === 'head' || (rows.has(id) && rows.has(`${id}-control`)));
  });
  return rows;
}

function countersSince(before: ExtProcCounters, after: ExtProcCounters): ExtProcCounters {
  const news = Object.entries(after).map(([name, value]) => [name, value - before[name as keyof ExtProcCounters]]);
  return Object.fromEntries(news) as ExtProcCounters;
}

/** A failure in words. */
export function describeFailure({ cell, text }: CellFailure): string {
  return `${describeCell(cell)}: ${text}`;
}
