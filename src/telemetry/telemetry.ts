import type { Meter } from '@opentelemetry/api';
import type { CallLog } from '../model/log-entry.js';
import { SPAN_KINDS } from '../model/span-convention.js';
import type { CallTracer } from '../model/trace.js';
import type { Counters } from '../util/counters.js';
import type { Log } from '../util/log.js';
import { createWindowedWarning } from '../util/log-window.js';
import { PROCESS_IDENTITY } from '../util/process-identity.js';
import { type CallSpans, createCallTracer } from './call-tracer.js';
import { createIncrementPipeline, type TakeIncrement } from './increment-pipeline.js';
import { createLogPipeline } from './log-pipeline.js';
import { createMetricsPipeline } from './metrics-pipeline.js';
import { createResource } from './resource.js';
import { createCallSampler } from './sampler.js';
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
 * @param takeIncrement exports the metrics of this process in place of it
 * @throws Error naming the setting when an exporter cannot be created.
 */
export function createTelemetry(
  given: TelemetrySettings,
  counters: Counters,
  log: Log,
  takeIncrement?: TakeIncrement,
): Telemetry {
  const settings = withSessionHeaders(given, PROCESS_IDENTITY);
  const warn = createWindowedWarning(log);
  const resource = createResource(settings, PROCESS_IDENTITY);
  const spans = exportsSpans(settings) ? createSpanPipeline(settings, resource, counters, warn) : undefined;
  const logs = createLogPipeline(settings, resource, counters, warn);
  const metrics = takeIncrement
    ? createIncrementPipeline(settings, counters, takeIncrement)
    : createMetricsPipeline(settings, resource, counters, warn);
  // the counters of a worker are part of its increments
  if (!takeIncrement) publishSelfMetrics(metrics.meter, counters);
  let stopped: Promise<void> | undefined;

  async function stop(deadlineMillis: number): Promise<void> {
    const begin = performance.now();
    const share = deadlineMillis * QUEUE_SHARE;
    await Promise.all([spans?.close(share), logs?.close(share)]);
    await metrics.close(Math.max(1, deadlineMillis - (performance.now() - begin)));
  }

  return {
    tracer: createTracer(settings, spans),
    meter: metrics.meter,
    callLog: logs,
    prometheusPage: metrics.prometheusPage,
    shutdown(deadlineMillis) {
      stopped ??= stop(deadlineMillis);
      return stopped;
    },
  };
}

function exportsSpans(settings: TelemetrySettings): boolean {
  if (settings.sdkDisabled) return false;
  const { exporters, spanFile } = settings.traces;
  return spanFile !== undefined || exporters.some((name) => name === 'otlp' || name === 'console');
}

function createTracer(settings: TelemetrySettings, pipeline: SpanPipeline | undefined): CallTracer {
  const { sampler, samplerRatio, attributeCountLimit, attributeValueLengthLimit, conventions } = settings.traces;
  const kind = SPAN_KINDS[conventions[0]];
  const spans: CallSpans | undefined = pipeline && {
    sample: createCallSampler(sampler, samplerRatio, kind),
    limits: {
      attributeCount: attributeCountLimit,
      // 0 is no limit
      valueLength: attributeValueLengthLimit > 0 ? attributeValueLengthLimit : Number.POSITIVE_INFINITY,
    },
    take: pipeline.take,
  };
  return createCallTracer(settings.propagators, spans, kind);
}
