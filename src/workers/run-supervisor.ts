import type { Settings } from '../config/settings.js';
import { startAdminServer } from '../server/admin.js';
import { createMergedMetrics } from '../telemetry/merged-metrics.js';
import type { Log } from '../util/log.js';
import { aborted } from '../util/stop-signal.js';
import { type Supervisor, startSupervisor } from './supervisor.js';

/** The signal that asks for a rolling restart; Node takes SIGUSR1 for its debugger. */
const RESTART_SIGNAL = 'SIGUSR2';

/** The exit code after a second signal. */
const IMPATIENT = 130;

/** What the last export of metrics gets, after the workers have ended, in milliseconds. */
const FLUSH_MILLIS = 1_000;

export interface RunSupervisorOptions {
  settings: Settings;
  log: Log;
  /** The program's file: it is started again for each worker. */
  program: string;
  /** Aborted when the service shall end. */
  stop: AbortSignal;
}

/**
 * `serve` with several workers: starts them and the one admin endpoint, exports their metrics as one, restarts them one by one at
 * SIGUSR2, and ends when all have drained. Rejects with an AppError when something cannot start; then nothing is left running.
 */
export async function runSupervisor(options: RunSupervisorOptions): Promise<number> {
  const { settings, log } = options;
  const metrics = createMergedMetrics(settings, log);
  let supervisor: Supervisor | undefined;
  // from the beginning: unheard, it would end the process
  const onRestart = () => void supervisor?.restart();
  process.on(RESTART_SIGNAL, onRestart);
  metrics.meter
    .createObservableGauge('genai_extproc.workers.serving', { description: 'workers that serve' })
    .addCallback((result) => result.observe(supervisor?.serving() ?? 0));
  const admin = await startAdminServer(settings.admin, {
    healthy: () => (supervisor?.serving() ?? 0) > 0 && !options.stop.aborted,
    describe: () => supervisor?.describe() ?? '',
    metrics: metrics.prometheusPage,
  }).catch(async (error: unknown) => {
    await metrics.close(0);
    throw error;
  });
  const { drainMillis } = settings;
  supervisor = await startSupervisor({
    ...options,
    // the last metrics go out after them, and shall not come late
    settings: { ...settings, drainMillis: Math.max(drainMillis - FLUSH_MILLIS, drainMillis / 2) },
    onMetrics: metrics.add,
    onGone: metrics.forget,
    onDied: () => metrics.counters.add('workers.restarted'),
  }).catch(async (error: unknown) => {
    await Promise.all([admin.close(), metrics.close(0)]);
    throw error;
  });
  const { kill } = supervisor;
  // a second signal; after an error of ours the workers end by themselves, and their calls are observed to the end
  const onExit = (code: number) => code === IMPATIENT && kill();
  process.on('exit', onExit);
  log.info(
    { workers: settings.workers, listen: supervisor.addresses(), admin: `${settings.admin.host}:${admin.port}` },
    'serving',
  );
  await aborted(options.stop);
  log.info({ drainMillis }, 'draining');
  await supervisor.close();
  await metrics.close(FLUSH_MILLIS);
  await admin.close();
  process.off('exit', onExit);
  process.off(RESTART_SIGNAL, onRestart);
  log.info({}, 'ended');
  return 0;
}
