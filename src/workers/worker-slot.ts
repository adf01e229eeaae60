import type { ListenAddress, Settings } from '../config/settings.js';
import { formatAddress } from '../server/listen-address.js';
import type { MetricIncrement } from '../telemetry/metric-increment.js';
import { formatError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { createBackOff } from './back-off.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

/** `waiting`: it ended, and is started again after a while. */
export type SlotState = 'starting' | 'serving' | 'draining' | 'waiting' | 'ended';

/** One of the places of a supervisor, and the worker in it. */
export interface WorkerSlot {
  readonly worker: number;
  state(): SlotState;
  /** Where its worker serves; a port 0 stays what it has become, over all its workers. */
  address(): ListenAddress;
  /** The first start; rejects with an AppError when the worker cannot serve. From then on it is started again when it ends. */
  start(): Promise<void>;
  /** Lets the worker drain and puts another in its place. `false` when that one does not serve; it is tried again later. */
  replace(): Promise<boolean>;
  /** Lets the worker drain, and starts none any more. */
  stop(): Promise<void>;
  /** Makes the worker end now. */
  kill(): void;
}

export interface WorkerSlotOptions {
  /** The program's file. */
  program: string;
  worker: number;
  /** Its own: with its address. */
  settings: Settings;
  log: Log;
  onMetrics(increment: MetricIncrement): void;
  /** Its worker has ended, for whatever reason. */
  onGone(): void;
  /** It has ended unasked. */
  onDied(): void;
  /** How long a worker that drains may take before it is killed, in milliseconds. */
  patienceMillis: number;
}

/** Creates a place without a worker. */
export function createWorkerSlot(options: WorkerSlotOptions): WorkerSlot {
  const { worker, log } = options;
  const backOff = createBackOff();
  let address = options.settings.listen;
  let state: SlotState = 'starting';
  /** The one that shall serve. */
  let current: WorkerProcess | undefined;
  /** The last that was started: it may be draining. */
  let latest: WorkerProcess | undefined;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  /** Settles when the worker serves; from then on its end has it started again. */
  async function launch(): Promise<void> {
    const begin = performance.now();
    const launched = startWorkerProcess({ ...options, settings: { ...options.settings, listen: address } });
    current = launched;
    latest = launched;
    state = 'starting';
    void launched.exited.then(() => options.onGone());
    address = await launched.serving;
    // it may have been asked to end meanwhile
    if (current !== launched) return;
    state = 'serving';
    log.info({ worker, pid: launched.pid, listen: formatAddress(address) }, 'worker serves');
    void launched.exited.then(({ code, signal }) => {
      if (current !== launched) return;
      current = undefined;
      const waitMillis = backOff.next(performance.now() - begin);
      log.warn({ worker, pid: launched.pid, code, signal, waitMillis }, 'worker ended; it is started again');
      options.onDied();
      relaunchAfter(waitMillis);
    });
  }

  function relaunchAfter(waitMillis: number): void {
    state = 'waiting';
    retry = setTimeout(() => void relaunch(), waitMillis);
  }

  /** Launches once; what fails is told, and tried again later. */
  async function relaunch(): Promise<boolean> {
    const begin = performance.now();
    const launching = launch();
    const launched = current;
    try {
      await launching;
      return current === launched;
    } catch (error) {
      if (current !== launched) return false;
      current = undefined;
      const waitMillis = backOff.next(performance.now() - begin);
      log.error({ worker, error: formatError(error), waitMillis }, 'worker does not start; it is tried again');
      relaunchAfter(waitMillis);
      return false;
    }
  }

  /** Asks it to end, and after a while makes it. */
  async function end(): Promise<void> {
    clearTimeout(retry);
    const ending = current;
    current = undefined;
    state = 'draining';
    if (!ending) return;
    ending.drain();
    const timer = setTimeout(() => {
      log.warn({ worker, pid: ending.pid }, 'worker does not end; it is killed');
      ending.kill();
    }, options.patienceMillis);
    await ending.exited;
    clearTimeout(timer);
  }

  return {
    worker,
    state: () => state,
    address: () => address,
    start: launch,
    async replace() {
      await end();
      return !stopped && (await relaunch());
    },
    async stop() {
      stopped = true;
      await end();
      state = 'ended';
    },
    kill: () => latest?.kill(),
  };
}
