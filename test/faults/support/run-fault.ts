/** Plays a fault's cells on a stage of its own, batch by batch, and looks at what is left behind. */
import { type BatchOptions, type BatchResult, describeFailure, runBatch } from './batch.js';
import { type Cell, ordinarily } from './cell.js';
import type { Fault } from './fault.js';
import { type ExtProcCounters, type FaultStage, startFaultStage } from './fault-stage.js';
import type { ListenerName } from './listeners.js';
import { fullShapes } from './shapes.js';
import type { OpenThings } from './sidecar.js';

/** What a fault's cells gave. */
export interface FaultResult {
  fault: Fault;
  cells: number;
  passed: ReadonlySet<Cell>;
  identical: number;
  due: number;
  spans: number;
  samples: number;
  counters: ExtProcCounters;
  worstDelay: number;
  /** Growth of the sidecar's heap from its first batch to its last, in MiB; `undefined` where the process was replaced. */
  heapGrowth?: number | undefined;
  /** What failed in batches that then passed when they were played again. */
  again: string[];
  seconds: number;
  failures: string[];
}

/** What the filter may add to a call that nothing holds up: its message_timeout, twice, on a busy machine. */
const ORDINARY_DELAY = 1000;

/** Times as long on a machine that is busy with other things. */
const PATIENCE = 5;

/** MiB that the heap may grow by between the first batch and the last: each call leaves series of metrics behind. */
const HEAP_MIB = 16;

const BATCH = 24;

/** How often a batch is played, see {@link playPatiently}. */
const ATTEMPTS = 3;

export interface RunOptions {
  /** See the stage's option; faults that are about time do not take it. */
  patient?: boolean;
  onBatch?(done: number): void;
}

export async function runFault(fault: Fault, { patient = false, onBatch }: RunOptions = {}): Promise<FaultResult> {
  const began = performance.now();
  const listeners = [...new Set(fault.cells.map(({ listener }) => listener))];
  const stage = await startFaultStage({ listeners, patient, ...fault.stage });
  const options: BatchOptions = { expect: ordinarily, delay: ORDINARY_DELAY, allowed: [], ...fault.options };
  if (patient) options.delay *= PATIENCE;
  const results: BatchResult[] = [];
  const failures: string[] = [];
  const again: string[] = [];
  let first: OpenThings | undefined;
  let last: OpenThings | undefined;
  try {
    await runBatch(stage, warmUpCells(listeners), { ...options, ...WITHOUT_FAULT });
    const size = fault.batch ?? BATCH;
    for (let at = 0; at < fault.cells.length; at += size) {
      const pid = stage.sidecar().process.pid;
      const cells = fault.cells.slice(at, at + size);
      const [result, before] = await playPatiently(() => runBatch(stage, cells, options));
      results.push(result);
      again.push(...before);
      failures.push(...textsOf(result));
      onBatch?.(at + result.cells);
      if (stage.sidecar().process.pid !== pid) continue;
      last = await settledOpen(stage, first);
      first ??= last;
    }
    if (first && last) failures.push(...compareOpen(first, last));
  } finally {
    await stage.close();
  }
  const sum = (of: (result: BatchResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const counters = {} as ExtProcCounters;
  for (const { counters: some } of results) {
    for (const [name, value] of Object.entries(some)) {
      const key = name as keyof ExtProcCounters;
      counters[key] = (counters[key] ?? 0) + value;
    }
  }
  return {
    fault,
    cells: fault.cells.length,
    passed: new Set(results.flatMap(({ ok }) => [...ok])),
    identical: sum(({ identical }) => identical),
    due: sum(({ due }) => due),
    spans: sum(({ spans }) => spans),
    samples: sum(({ samples }) => samples),
    counters,
    worstDelay: Math.max(0, ...results.map(({ worstDelay }) => worstDelay)),
    heapGrowth: first && last && (last.heap - first.heap) / 2 ** 20,
    seconds: (performance.now() - began) / 1000,
    again,
    failures,
  };
}

/**
 * A busy machine makes Envoy's timers fire at a sidecar that is well; so a batch in which only that may have failed is played again. What
 * failed before is told. Other bytes, a call that was recorded twice, something left open: those are never played again.
 */
async function playPatiently(run: () => Promise<BatchResult>): Promise<[BatchResult, string[]]> {
  const before: string[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const result = await run();
    const texts = textsOf(result);
    if (texts.length === 0 || result.hard || attempt === ATTEMPTS) return [result, texts.length === 0 ? before : []];
    before.push(...texts);
  }
}

function textsOf(result: BatchResult): string[] {
  return [...result.failures.map(describeFailure), ...result.problems];
}

/** Cold code is late, and what a process opens once stays open: neither is the fault's. */
function warmUpCells(listeners: readonly ListenerName[]): Cell[] {
  return listeners.flatMap((listener) => fullShapes(1).map((shape) => ({ shape, script: {}, listener })));
}

const WITHOUT_FAULT: Partial<BatchOptions> = {
  prepare: undefined,
  disturb: undefined,
  settle: undefined,
  inspect: undefined,
  unobserved: undefined,
  judge: undefined,
  gone: false,
};

/** What is open once it is no more than it was at first; else as it is after a while. */
async function settledOpen(stage: FaultStage, first: OpenThings | undefined): Promise<OpenThings> {
  for (let look = 0; ; look += 1) {
    const open = await stage.sidecar().open();
    if (!first || look === 20 || compareOpen(first, open).length === 0) return open;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function compareOpen(first: OpenThings, last: OpenThings): string[] {
  const more = Object.entries(last.resources).filter(([kind, count]) => count > (first.resources[kind] ?? 0));
  const texts = more.map(
    ([kind, count]) => `${count} ${kind} open in the sidecar, ${first.resources[kind] ?? 0} before`,
  );
  const grown = (last.heap - first.heap) / 2 ** 20;
  return grown > HEAP_MIB ? [...texts, `the sidecar's heap has grown by ${grown.toFixed(1)} MiB`] : texts;
}
