import { once } from 'node:events';
import type { ListenAddress, Settings } from '../config/settings.js';
import type { TakeIncrement } from '../telemetry/increment-pipeline.js';
import { AppError } from '../util/errors.js';
import { createLog, type Log } from '../util/log.js';
import type { FromWorker, ToWorker } from './messages.js';

export interface RunWorkerOptions {
  /** Starts the sidecar in this process, without an admin endpoint; resolves when it serves. */
  startSidecar(
    settings: Settings,
    options: { log: Log; takeIncrement: TakeIncrement },
  ): Promise<{ port: number; close(): Promise<void> }>;
  /** Aborted when a signal asks this very process to end. */
  stop: AbortSignal;
}

/**
 * A worker's whole life: it serves by the settings that its supervisor sends, until that says so, is gone, or a signal comes; then it
 * drains. Resolves with the exit code.
 */
export async function runWorker({ startSidecar, stop }: RunWorkerOptions): Promise<number> {
  // before anything is awaited: a word that comes early is not lost
  const ended = untilEnd(stop);
  const { worker, settings } = await firstMessage();
  const log = createLog({ debug: settings.debug, fields: { worker } });
  try {
    const takeIncrement: TakeIncrement = (increment) => tell({ type: 'metrics', increment });
    const sidecar = await startSidecar(settings, { log, takeIncrement });
    await tell({ type: 'serving', listen: withPort(settings.listen, sidecar.port) });
    await ended;
    await sidecar.close();
    return 0;
  } catch (error) {
    const { code, message, setting } = AppError.from('WORKER_FAILED', error, `worker ${worker} does not start`);
    await tell({ type: 'failed', code, message, setting });
    return 1;
  }
}

async function firstMessage(): Promise<Extract<ToWorker, { type: 'start' }>> {
  const [message] = (await once(process, 'message')) as [ToWorker];
  if (message.type !== 'start') throw new Error('a worker is started by its supervisor');
  return message;
}

/** Settles when the supervisor asks for the end or has gone, or with the signal. */
function untilEnd(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.type === 'drain') resolve();
    });
    process.once('disconnect', () => resolve());
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Settles when the message is on its way, or cannot be: a supervisor that is gone needs no word. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}

function withPort(listen: ListenAddress, port: number): ListenAddress {
  return listen.kind === 'tcp' ? { ...listen, port } : listen;
}
