/** Plays cells: each call twice, with the filter and without. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type CallOutcome, runCall } from './call.js';
import type { Cell, PlayedCell } from './cell.js';
import type { FaultStage } from './fault-stage.js';
import { createGate } from './gate.js';
import { controlOf } from './listeners.js';
import { poll } from './poll.js';

/** Cells whose calls are under way at once. */
const AT_ONCE = 8;
/** Between the begins of calls that meet at a gate. */
const BETWEEN_MILLIS = 15;
/** How long calls may take to come to their gate. */
const GATE_MILLIS = 30_000;

let calls = 0;

/**
 * Plays all cells. Those with a gate are brought before it together, then `disturb` happens, then they go on. A call that hangs is a
 * failure of its cell.
 */
export async function play(
  stage: FaultStage,
  cells: readonly Cell[],
  disturb?: (stage: FaultStage) => Promise<void>,
): Promise<{ played: PlayedCell[]; failures: { cell: Cell; text: string }[] }> {
  const gate = createGate();
  const failures: { cell: Cell; text: string }[] = [];
  const waiting = cells.filter(({ script }) => script.step?.kind === 'gate').length * 2;

  async function openGate(): Promise<void> {
    if (waiting === 0) return;
    if (!(await poll(() => gate.count() >= waiting, GATE_MILLIS))) {
      failures.push({ cell: cells[0] as Cell, text: `${gate.count()} of ${waiting} calls came to the gate` });
    }
    try {
      await disturb?.(stage);
    } finally {
      gate.open();
    }
  }

  async function playOne(cell: Cell, index: number): Promise<PlayedCell | undefined> {
    calls += 1;
    const id = `call-${calls}`;
    const marks = { traceId: randomBytes(16).toString('hex'), model: `model-${index}` };
    const run = (listener: string, name: string): Promise<CallOutcome> => {
      const { shape, script } = cell;
      return runCall({
        ...marks,
        id: name,
        upstream: stage.upstream,
        port: stage.port(listener),
        shape,
        script,
        gate,
        place: index,
      });
    };
    // they all stand there together, but they need not all come in the same moment
    if (waiting > 0) await wait(index * BETWEEN_MILLIS);
    try {
      const [observed, control] = await Promise.all([
        run(cell.listener, id),
        run(controlOf(cell.listener), `${id}-control`),
      ]);
      return { cell, id, ...marks, observed, control };
    } catch (error) {
      failures.push({ cell, text: (error as Error).message });
      return undefined;
    }
  }

  const opening = openGate();
  const played = await inTurns(cells, waiting > 0 ? cells.length : AT_ONCE, playOne);
  await opening;
  return { played: played.filter((one) => one !== undefined), failures };
}

/** Works on all items, so many at a time, and keeps their order. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index] as Item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}
