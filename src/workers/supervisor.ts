import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../config/settings.js';
import { workerAddresses } from '../config/worker-addresses.js';
import { formatAddress } from '../server/listen-address.js';
import type { MetricIncrement } from '../telemetry/metric-increment.js';
import type { Log } from '../util/log.js';
import { createWorkerSlot, type WorkerSlot } from './worker-slot.js';

/** Several workers, as one service. */
export interface Supervisor {
  /** Where they serve, in their order, as people write it. */
  addresses(): string[];
  /** How many of them serve. */
  serving(): number;
  /** A line for each, for `/health`. */
  describe(): string;
  /** Replaces one worker after the other; a second wish while that goes on changes nothing. */
  restart(): Promise<void>;
  /** Lets all of them drain at once; settles when they have ended. */
  close(): Promise<void>;
  /** Makes all of them end now. */
  kill(): void;
}

export interface SupervisorOptions {
  /** The program's file. */
  program: string;
  settings: Settings;
  log: Log;
  onMetrics(worker: number, increment: MetricIncrement): void;
  onGone(worker: number): void;
  onDied(): void;
}

/** What a worker may take beyond its drain: its last export, and a loaded machine. */
const PATIENCE_MILLIS = 4_000;

/**
 * After a new worker serves, before the next one drains, beside the settings' delay: Envoy has to find it first. Its health check comes
 * within that delay, and may have a connection to make anew.
 */
const FOUND_MILLIS = 1_000;

/** How long a rolling restart waits for another worker that serves, before it takes one away. */
const ANOTHER_MILLIS = 60_000;

/** Starts a worker for each address of the settings. Rejects with the first AppError; then none is left running. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { settings, log } = options;
  const slots = workerAddresses(settings.listen, settings.workers).map((listen, worker) =>
    createWorkerSlot({
      ...options,
      worker,
      settings: { ...settings, listen },
      onMetrics: (increment) => options.onMetrics(worker, increment),
      onGone: () => options.onGone(worker),
      patienceMillis: settings.drainMillis + PATIENCE_MILLIS,
    }),
  );
  const kill = () => {
    for (const slot of slots) slot.kill();
  };
  try {
    await Promise.all(slots.map((slot) => slot.start()));
  } catch (error) {
    kill();
    await Promise.all(slots.map((slot) => slot.stop()));
    throw error;
  }
  let restarting: Promise<void> | undefined;
  const closing = new AbortController();

  async function replaceAll(): Promise<void> {
    log.info({ workers: slots.length }, 'rolling restart');
    // who does not serve goes first: nothing is lost with it
    const order = slots.toSorted((one, other) => Number(serves(one)) - Number(serves(other)));
    for (const slot of order) if (!(await replaceOne(slot))) return;
    log.info({}, 'rolling restart is done');
  }

  /** `false` when the round cannot go on. */
  async function replaceOne(slot: WorkerSlot): Promise<boolean> {
    if (!(await anotherServes(slot)) || closing.signal.aborted) return false;
    log.info({ worker: slot.worker }, 'worker drains');
    const replaced = await slot.replace();
    if (closing.signal.aborted) return false;
    if (!replaced) {
      log.error({ worker: slot.worker }, 'rolling restart stops: the new worker does not serve; the others stay');
      return false;
    }
    await pause(settings.drainDelayMillis + FOUND_MILLIS);
    return !closing.signal.aborted;
  }

  /** Waits for one, when the others have just died. */
  async function anotherServes(slot: WorkerSlot): Promise<boolean> {
    const until = performance.now() + ANOTHER_MILLIS;
    while (!slots.some((other) => other !== slot && serves(other))) {
      if (performance.now() > until) {
        log.error({ worker: slot.worker }, 'rolling restart stops: no other worker serves meanwhile');
        return false;
      }
      await pause(100);
      if (closing.signal.aborted) return false;
    }
    return true;
  }

  const pause = (millis: number) => wait(millis, undefined, { signal: closing.signal }).catch(() => undefined);
  return {
    addresses: () => slots.map((slot) => formatAddress(slot.address())),
    serving: () => slots.filter(serves).length,
    describe: () =>
      slots.map((slot) => `worker ${slot.worker} ${formatAddress(slot.address())} ${slot.state()}\n`).join(''),
    restart() {
      restarting ??= replaceAll().finally(() => {
        restarting = undefined;
      });
      return restarting;
    },
    async close() {
      closing.abort();
      await Promise.all(slots.map((slot) => slot.stop()));
      await restarting;
    },
    kill,
  };
}

function serves(slot: WorkerSlot): boolean {
  return slot.state() === 'serving';
}
