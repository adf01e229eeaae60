import type { ListenAddress, Settings } from '../config/settings.js';
import type { MetricIncrement } from '../telemetry/metric-increment.js';
import { AppError } from '../util/errors.js';
import { forkChild } from '../util/spawn-child.js';
import type { FromWorker, ToWorker } from './messages.js';

/** The command by which the program serves as a worker; for the supervisor alone. */
export const WORKER_COMMAND = 'worker';

/** How a worker ended. */
export interface WorkerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One process that serves, as its supervisor sees it. */
export interface WorkerProcess {
  pid: number;
  /** Where it serves, once it does; rejects with an {@link AppError} when it cannot. */
  serving: Promise<ListenAddress>;
  /** Settles when it has ended and everything that it said has been heard; never rejects. */
  exited: Promise<WorkerExit>;
  /** Asks it to end in peace. */
  drain(): void;
  /** Makes it end. */
  kill(): void;
}

export interface WorkerProcessOptions {
  /** The program's file. */
  program: string;
  worker: number;
  /** Its own: with its address. */
  settings: Settings;
  onMetrics(increment: MetricIncrement): void;
}

/** What a start may take, on a machine that has much else to do. */
const START_MILLIS = 60_000;

/**
 * Starts a worker. It has a process group of its own, so that a Ctrl-C reaches the supervisor alone, which ends it in order; when
 * the supervisor is gone, the channel between them closes, and the worker drains and ends by itself.
 */
export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const child = forkChild(options.program, [WORKER_COMMAND], {
    detached: true,
    // settings hold maps and infinities, which JSON does not know
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // its last words may be read after its end is known
  const silent = new Promise<void>((resolve) => void child.once('disconnect', () => resolve()));
  const exited = new Promise<WorkerExit>((resolve) => {
    child.once('exit', (code, signal) => void silent.then(() => resolve({ code, signal })));
    child.once('error', () => child.pid === undefined && resolve({ code: 127, signal: null }));
  });
  const send = (message: ToWorker) => {
    // one that has ended needs no word any more
    if (child.connected) child.send(message, () => undefined);
  };
  const kill = () => void child.kill('SIGKILL');
  const serving = new Promise<ListenAddress>((resolve, reject) => {
    const slow = setTimeout(() => {
      reject(failed(options.worker, `does not serve after ${START_MILLIS / 1000} s`));
      kill();
    }, START_MILLIS);
    child.on('message', (message: FromWorker) => {
      if (message.type === 'metrics') return options.onMetrics(message.increment);
      clearTimeout(slow);
      if (message.type === 'serving') resolve(message.listen);
      else reject(new AppError(message.code, message.message, message.setting));
    });
    void exited.then(({ code, signal }) => {
      clearTimeout(slow);
      reject(failed(options.worker, `ended with ${signal ?? `exit code ${code}`} before it served`));
    });
  });
  // who starts it awaits this; an end that comes later is no rejection that nobody handles
  serving.catch(() => undefined);
  send({ type: 'start', worker: options.worker, settings: options.settings });
  return { pid: child.pid ?? 0, serving, exited, drain: () => send({ type: 'drain' }), kill };
}

function failed(worker: number, what: string): AppError {
  return new AppError('WORKER_FAILED', `worker ${worker} ${what}`);
}
