/** The composition root: puts the rooms together into a running sidecar. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from './config/settings.js';
import { findEndpoint } from './endpoints/registry.js';
import { createContextExchange } from './exchange/context-exchange.js';
import type { ExchangeDependencies } from './exchange/dependencies.js';
import { createExchange, type Exchange } from './exchange/exchange.js';
import { GIVEN_KEYS, readGivenIdentity } from './exchange/given-identity.js';
import { createHeldContent } from './exchange/held-content.js';
import type { GenAiRecord, Recorder } from './model/record.js';
import type { ConventionName, SpanConvention } from './model/span-convention.js';
import { compileCostExpressions } from './pricing/cost-expressions.js';
import { parsePriceFile } from './pricing/price-file.js';
import { createPriceTable } from './pricing/price-table.js';
import { describeContent } from './recorders/gen-ai/content.js';
import { createGenAiConvention } from './recorders/gen-ai/gen-ai-convention.js';
import { createLogRecorder } from './recorders/log/log-recorder.js';
import { createRetention } from './recorders/log/retention.js';
import { describeMetadata } from './recorders/metadata/metadata.js';
import { createMetricsRecorder } from './recorders/metrics/metrics-recorder.js';
import { createOpenInferenceConvention } from './recorders/openinference/openinference-convention.js';
import { createSpanRecorder } from './recorders/span/span-recorder.js';
import { startAdminServer } from './server/admin.js';
import type { Call, CallListener } from './server/grpc/call.js';
import { startGrpcServer } from './server/grpc-server.js';
import { type StreamStart, serveStream } from './server/stream.js';
import { warmUp } from './server/warm-up.js';
import { watchLoad } from './server/watch-load.js';
import { createWatchdog } from './server/watchdog.js';
import type { TakeIncrement } from './telemetry/increment-pipeline.js';
import { createTelemetry, type Telemetry } from './telemetry/telemetry.js';
import { createClock } from './util/clock.js';
import { Counters } from './util/counters.js';
import { createDeferred, type Deferred } from './util/deferred.js';
import { createLog, type Log } from './util/log.js';
import { createWindowedWarning, type WindowedWarning } from './util/log-window.js';
import { type Contract, loadContract } from './wire/contract.js';
import { readFilterMetadata } from './wire/filter-metadata.js';
import { createReplyEncoder } from './wire/replies.js';

/** A sidecar that serves. */
export interface Sidecar {
  /** The ext_proc address; a port 0 has become the real one. */
  address: string;
  port: number;
  /** 0 in a worker, whose supervisor has the admin endpoint. */
  adminPort: number;
  counters: Counters;
  /** Drains within the settings' deadline: no new streams, open ones end, telemetry is flushed. */
  close(): Promise<void>;
}

export interface SidecarOptions {
  /** Recorders beside the standard ones. */
  recorders?: readonly Recorder[];
  log?: Log;
  /** In a worker: takes the metrics to its supervisor, which exports and shows them. */
  takeIncrement?: TakeIncrement;
}

/** A sidecar without its servers: everything from a stream's first message to the exported telemetry. */
export interface Observer {
  contract: Contract;
  counters: Counters;
  log: Log;
  /** Serves one ext_proc stream. */
  serve(call: Call): CallListener;
  /** A client was refused in its TLS handshake. */
  onRefusedConnection(error: Error): void;
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
  const telemetry = createTelemetry(settings, counters, log, options.takeIncrement);
  const onInternalError = (error: unknown) =>
    warn('internal', { error: describeError(error) }, 'an error of ours; the call goes on');
  const deferred = createDeferred(onInternalError);
  const watchdog = createWatchdog(settings.limits.replyMillis);
  const held = createHeldContent(settings.limits.heldBytes, counters, onInternalError);
  const overload = watchLoad(settings.shedding, counters, held.letAllGo, warn);
  const dependencies: ExchangeDependencies = {
    findEndpoint,
    tracer: telemetry.tracer,
    ...createRecorders(settings, telemetry, counters, log, options.recorders ?? []),
    describeMetadata,
    headerMapping: settings.headerMapping,
    providers: settings.providers,
    bodySessions: settings.bodySessions,
    ...createPricing(settings, counters, warn),
    limits: settings.limits,
    shedLevel: () => overload.level(),
    held,
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
    createExchange: (start: StreamStart) => createExchangeOf(start, dependencies, settings.metadataNamespace),
    encodeReply: createReplyEncoder(contract, settings.metadataNamespace),
    counters,
    maxStreams: settings.limits.streams,
    watchdog,
    onRefusedMode: (mode: string) => warn('refused mode', { mode }, REFUSED_MODE),
    onInternalError,
  };
  const silent = { ...dependencies, recorders: [], counters: new Counters(), held: undefined };
  warmUp(
    () => createExchange(silent, { grpcMetadata: () => undefined, bodiesComeAnyway: false }),
    streamDependencies.encodeReply,
  );
  return {
    contract,
    counters,
    log,
    serve: (call) => serveStream(call, streamDependencies),
    onRefusedConnection(error) {
      counters.add('connections.refused');
      warn('refused connection', { error: error.message }, 'a client was refused in its TLS handshake');
    },
    prometheusPage: telemetry.prometheusPage,
    async close(deadlineMillis) {
      await callsRecorded(deferred, counters);
      await telemetry.shutdown(deadlineMillis);
      watchdog.close();
      overload.close();
    },
  };
}

/** Starts a sidecar; resolves when it serves. Throws an AppError when an address cannot be had; then nothing is left running. */
export async function startSidecar(settings: Settings, options: SidecarOptions = {}): Promise<Sidecar> {
  const observer = createObserver(settings, options);
  let serving = false;
  const pages = { healthy: () => serving, metrics: observer.prometheusPage };
  const admin = options.takeIncrement
    ? undefined
    : await startAdminServer(settings.admin, pages).catch(async (error: unknown) => {
        await observer.close(0);
        throw error;
      });
  const server = await startGrpcServer(settings, observer.serve, observer.onRefusedConnection).catch(
    async (error: unknown) => {
      await Promise.all([admin?.close(), observer.close(0)]);
      throw error;
    },
  );
  serving = true;
  observer.log.debug({ listen: server.address, admin: admin?.port }, 'serving');
  return {
    address: server.address,
    port: server.port,
    adminPort: admin?.port ?? 0,
    counters: observer.counters,
    async close() {
      serving = false;
      const until = performance.now() + settings.drainMillis;
      await server.close(settings.drainMillis);
      await observer.close(Math.max(FLUSH_MILLIS, until - performance.now()));
      await admin?.close();
    },
  };
}

/** The gRPC metadata by which Envoy's configuration marks the stream of the context filter (envoy.pair.yaml). */
const FILTER_MARK = 'x-genai-filter';

/** The exchange of the filter that has opened the stream: the context filter of a pair, or one that shows whole calls. */
function createExchangeOf(start: StreamStart, dependencies: ExchangeDependencies, namespace: string): Exchange {
  if (start.grpcMetadata(FILTER_MARK) === 'context') return createContextExchange(dependencies, start);
  const { grpcMetadata, bodiesComeAnyway, observing, forwardedMetadata } = start;
  const metadata = forwardedMetadata && readFilterMetadata(forwardedMetadata, namespace, GIVEN_KEYS);
  const given = metadata && readGivenIdentity(metadata);
  return createExchange(dependencies, { grpcMetadata, bodiesComeAnyway, observing, given });
}

/** Price lists and expressions were judged with the settings; what fails for one call is counted. */
function createPricing(
  settings: Settings,
  counters: Counters,
  warn: WindowedWarning,
): Pick<ExchangeDependencies, 'costOf' | 'customCostsOf'> {
  const expressions = settings.costs.length > 0 ? compileCostExpressions(settings.costs) : undefined;
  const list =
    settings.pricesFile === undefined ? undefined : parsePriceFile(readFileSync(settings.pricesFile, 'utf8'));
  const prices = list?.ok ? createPriceTable(list.prices) : undefined;
  return {
    costOf: (facts) => prices?.costOf(facts.provider, facts.responseModel, facts.usage),
    customCostsOf: (facts) =>
      expressions?.costsOf(facts, (key, reason) => {
        counters.add('costs.failed');
        warn(`cost ${key}`, { key, reason }, 'a cost expression failed; the call has no such key');
      }),
  };
}

/** What to do about streams that cannot be served. */
const REFUSED_MODE =
  'calls are not observed: Envoy sends a body mode that cannot be served; ' +
  "in the ext_proc filter's processing_mode use STREAMED, or NONE with allow_mode_override: true";

/** How long the last calls may take to be recorded once their streams are over: decoders of compressed answers may still be busy. */
const RECORD_MILLIS = 1000;

/** Does the work that waits until every call that has ended is recorded, for a bounded moment. */
async function callsRecorded(deferred: Deferred, { gauges }: Counters): Promise<void> {
  const until = performance.now() + RECORD_MILLIS;
  for (;;) {
    deferred.flush();
    if (gauges['calls.open'] === 0 || performance.now() > until) return;
    await wait(1);
  }
}

/** What the last export gets, even when the open streams took the whole deadline. */
const FLUSH_MILLIS = 1000;

/** The vocabularies of spans by the names of the setting. */
const CONVENTIONS: Record<ConventionName, (settings: Settings) => SpanConvention> = {
  openinference: ({ contentPolicy }) => createOpenInferenceConvention(contentPolicy),
  gen_ai: ({ contentPolicy, contentCapture }) => createGenAiConvention(contentPolicy, contentCapture.span),
};

/** Every signal that is recorded at a call's end, and what the exchanges must keep for them. */
function createRecorders(
  settings: Settings,
  telemetry: Telemetry,
  counters: Counters,
  log: Log,
  more: readonly Recorder[],
): Pick<
  ExchangeDependencies,
  'recorders' | 'wantsRequestContent' | 'wantsResponseContent' | 'logsResponseContent' | 'recordsHttp'
> {
  const { contentPolicy, contentCapture, traces, logs } = settings;
  const { callLog } = telemetry;
  const [first, ...others] = traces.conventions;
  const recorders: Recorder[] = [
    createSpanRecorder([CONVENTIONS[first](settings), ...others.map((name) => CONVENTIONS[name](settings))]),
    createMetricsRecorder(telemetry.meter, settings.limits, counters, log),
  ];
  if (callLog) {
    const content = contentCapture.event ? (record: GenAiRecord) => describeContent(record, contentPolicy) : undefined;
    const keeps = createRetention(logs.retention);
    recorders.push(createLogRecorder({ log: callLog, keeps, counters, describeContent: content }));
  }
  const onSpans = contentCapture.span || traces.conventions.includes('openinference');
  return {
    recorders: [...recorders, ...more],
    wantsRequestContent: !contentPolicy.hideInputs,
    wantsResponseContent: onSpans && !contentPolicy.hideOutputs,
    logsResponseContent: callLog !== undefined && contentCapture.event && !contentPolicy.hideOutputs,
    recordsHttp: callLog !== undefined,
  };
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
