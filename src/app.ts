/** The composition root: puts the rooms together into a running sidecar. */
import type { Settings } from './config/settings.js';
import { findEndpoint } from './endpoints/registry.js';
import type { ExchangeDependencies } from './exchange/dependencies.js';
import { createExchange } from './exchange/exchange.js';
import type { Recorder } from './model/record.js';
import { describeMetadata } from './recorders/metadata/metadata.js';
import { createMetricsRecorder } from './recorders/metrics/metrics-recorder.js';
import { createOpenInferenceConvention } from './recorders/openinference/openinference-recorder.js';
import { createSpanRecorder } from './recorders/span/span-recorder.js';
import { startAdminServer } from './server/admin.js';
import { startGrpcServer } from './server/grpc-server.js';
import { type ProcessCall, serveStream } from './server/stream.js';
import { warmUp } from './server/warm-up.js';
import { createWatchdog } from './server/watchdog.js';
import { createTelemetry } from './telemetry/telemetry.js';
import { createClock } from './util/clock.js';
import { Counters } from './util/counters.js';
import { createDeferred } from './util/deferred.js';
import { createLog, type Log } from './util/log.js';
import { createWindowedWarning } from './util/log-window.js';
import { type Contract, loadContract } from './wire/contract.js';
import { createReplyEncoder } from './wire/replies.js';

/** A sidecar that serves. */
export interface Sidecar {
  /** The ext_proc address; a port 0 has become the real one. */
  address: string;
  port: number;
  adminPort: number;
  counters: Counters;
  /** Drains within the settings' deadline: no new streams, open ones end, telemetry is flushed. */
  close(): Promise<void>;
}

export interface SidecarOptions {
  /** Recorders beside the standard ones. */
  recorders?: readonly Recorder[];
  log?: Log;
}

/** A sidecar without its servers: everything from a stream's first message to the exported telemetry. */
export interface Observer {
  contract: Contract;
  counters: Counters;
  log: Log;
  /** Serves one ext_proc stream. */
  serve(call: ProcessCall): void;
  /** `GET /metrics`. */
  prometheusPage(): Promise<string>;
  /** Does the work that waits and exports what is known, in `deadlineMillis` at most. */
  close(deadlineMillis: number): Promise<void>;
}

/**
 * Puts the rooms together.
 *
 * @public `npm run bench:micro` serves calls through it
 */
export function createObserver(settings: Settings, options: SidecarOptions = {}): Observer {
  const log = options.log ?? createLog({ debug: settings.debug });
  const warn = createWindowedWarning(log);
  const counters = new Counters();
  const contract = loadContract();
  const telemetry = createTelemetry(settings, counters, log);
  const onInternalError = (error: unknown) =>
    warn('internal', { error: describeError(error) }, 'an error of ours; the call goes on');
  const deferred = createDeferred(onInternalError);
  const watchdog = createWatchdog(settings.limits.replyMillis);
  const dependencies: ExchangeDependencies = {
    findEndpoint,
    tracer: telemetry.tracer,
    recorders: [
      createSpanRecorder([createOpenInferenceConvention(settings.contentPolicy)]),
      createMetricsRecorder(telemetry.meter, settings.limits, counters, log),
      ...(options.recorders ?? []),
    ],
    describeMetadata,
    wantsResponseContent: !settings.contentPolicy.hideOutputs,
    headerMapping: settings.headerMapping,
    limits: settings.limits,
    clock: createClock(),
    counters,
    defer: deferred.defer,
    onRecorderError: (recorder, error) =>
      warn(
        `recorder ${recorder}`,
        { recorder, error: describeError(error) },
        'a recorder failed; the others have the call',
      ),
  };
  const streamDependencies = {
    createExchange: (start: Parameters<typeof createExchange>[1]) => createExchange(dependencies, start),
    encodeReply: createReplyEncoder(contract, settings.metadataNamespace),
    counters,
    watchdog,
    onInternalError,
  };
  const silent = { ...dependencies, recorders: [], counters: new Counters() };
  warmUp(
    () => createExchange(silent, { grpcMetadata: () => undefined, bodiesComeAnyway: false }),
    streamDependencies.encodeReply,
  );
  return {
    contract,
    counters,
    log,
    serve: (call) => serveStream(call, streamDependencies),
    prometheusPage: telemetry.prometheusPage,
    async close(deadlineMillis) {
      deferred.flush();
      await telemetry.shutdown(deadlineMillis);
      watchdog.close();
    },
  };
}

/** Starts a sidecar; resolves when it serves. Throws an AppError when an address cannot be had; then nothing is left running. */
export async function startSidecar(settings: Settings, options: SidecarOptions = {}): Promise<Sidecar> {
  const observer = createObserver(settings, options);
  let serving = false;
  const admin = await startAdminServer(settings.admin, { healthy: () => serving, metrics: observer.prometheusPage });
  const server = await startGrpcServer(settings, observer.contract, observer.serve).catch(async (error: unknown) => {
    await Promise.all([admin.close(), observer.close(0)]);
    throw error;
  });
  serving = true;
  observer.log.debug({ listen: server.address, admin: admin.port }, 'serving');
  return {
    address: server.address,
    port: server.port,
    adminPort: admin.port,
    counters: observer.counters,
    async close() {
      serving = false;
      const until = performance.now() + settings.drainMillis;
      await server.close(settings.drainMillis);
      await observer.close(Math.max(FLUSH_MILLIS, until - performance.now()));
      await admin.close();
    },
  };
}

/** What the last export gets, even when the open streams took the whole deadline. */
const FLUSH_MILLIS = 1000;

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
