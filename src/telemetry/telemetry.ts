import type { Meter } from '@opentelemetry/api';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { CallLog } from '../model/log-entry.js';
import { SPAN_KINDS } from '../model/span-convention.js';
import type { CallTracer } from '../model/trace.js';
import type { Counters } from '../util/counters.js';
import type { Log } from '../util/log.js';
import { createWindowedWarning } from '../util/log-window.js';
import { PACKAGE } from '../util/package-info.js';
import { PROCESS_IDENTITY } from '../util/process-identity.js';
import { createCallTracer } from './call-tracer.js';
import { createLogPipeline } from './log-pipeline.js';
import { createMetricsPipeline } from './metrics-pipeline.js';
import { createResource } from './resource.js';
import { createSampler } from './sampler.js';
import { publishSelfMetrics } from './self-metrics.js';
import { withSessionHeaders } from './session-headers.js';
import { createSpanPipeline, type SpanPipeline } from './span-pipeline.js';
import type { TelemetrySettings } from './telemetry-settings.js';

/** Everything that leaves this process as OpenTelemetry; the only room that knows the SDK. Nothing is registered globally. */
export interface Telemetry {
  tracer: CallTracer;
  meter: Meter;
  /** Where the log records of calls go; absent when nobody wants them. */
  callLog?: CallLog | undefined;
  /** `GET /metrics`, in the Prometheus text format. */
  prometheusPage(): Promise<string>;
  /** Exports what waits, in `deadlineMillis` at most; what does not get out is counted and logged. */
  shutdown(deadlineMillis: number): Promise<void>;
}

/** Of the shutdown's time, what spans and logs may take at most: the last metrics, which count their losses, come after them. */
const QUEUE_SHARE = 0.6;

/**
 * Starts tracing, metrics and logs by the settings alone; what the SDK reads from the environment changes nothing.
 *
 * @throws Error naming the setting when an exporter cannot be created.
 */
export function createTelemetry(given: TelemetrySettings, counters: Counters, log: Log): Telemetry {
  const settings = withSessionHeaders(given, PROCESS_IDENTITY);
  const warn = createWindowedWarning(log);
  const resource = createResource(settings, PROCESS_IDENTITY);
  const spans = exportsSpans(settings) ? createSpanPipeline(settings, resource, counters, warn) : undefined;
  const logs = createLogPipeline(settings, resource, counters, warn);
  const metrics = createMetricsPipeline(settings, resource, counters, warn);
  publishSelfMetrics(metrics.meter, counters);
  const tracer = spans === undefined ? undefined : createTracer(settings, spans, resource);
  let stopped: Promise<void> | undefined;

  async function stop(deadlineMillis: number): Promise<void> {
    const begin = performance.now();
    const share = deadlineMillis * QUEUE_SHARE;
    await Promise.all([spans?.close(share), logs?.close(share)]);
    await metrics.close(Math.max(1, deadlineMillis - (performance.now() - begin)));
  }

  return {
    tracer: createCallTracer(settings.propagators, tracer, SPAN_KINDS[settings.traces.conventions[0]]),
    meter: metrics.meter,
    callLog: logs,
    prometheusPage: metrics.prometheusPage,
    shutdown(deadlineMillis) {
      stopped ??= stop(deadlineMillis);
      return stopped;
    },
  };
}

/** The specification's own: our spans have two events at most and no links. */
const EVENT_LIMITS = {
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
} as const;

/** Nobody asks the provider to flush: the pipelines close with a deadline of their own. */
const FORCE_FLUSH_MILLIS = 30_000;

function exportsSpans(settings: TelemetrySettings): boolean {
  if (settings.sdkDisabled) return false;
  const { exporters, spanFile } = settings.traces;
  return spanFile !== undefined || exporters.some((name) => name === 'otlp' || name === 'console');
}

function createTracer(settings: TelemetrySettings, spans: SpanPipeline, resource: ReturnType<typeof createResource>) {
  const { sampler, samplerRatio, attributeCountLimit, attributeValueLengthLimit } = settings.traces;
  // every option has its value here: for one that is left out this provider reads the environment
  const provider = new NodeTracerProvider({
    resource,
    sampler: createSampler(sampler, samplerRatio),
    idGenerator: new RandomIdGenerator(),
    spanLimits: {
      attributeCountLimit,
      // the SDK takes 0 for "warn on every attribute", not for "no limit"
      attributeValueLengthLimit: attributeValueLengthLimit > 0 ? attributeValueLengthLimit : Number.POSITIVE_INFINITY,
      ...EVENT_LIMITS,
    },
    forceFlushTimeoutMillis: FORCE_FLUSH_MILLIS,
    spanProcessors: [spans.processor],
  });
  return provider.getTracer(PACKAGE.name, PACKAGE.version);
}
