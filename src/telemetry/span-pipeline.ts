import { type Context, TraceFlags } from '@opentelemetry/api';
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { ConsoleSpanExporter, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';
import { PACKAGE } from '../util/package-info.js';
import { cutSpan } from './cut-span.js';
import { createSpanLossReport, type SpanLossReport } from './export-losses.js';
import { createOtlpSender } from './otlp-sender.js';
import { encodeSpan, measureSpan } from './span-encoder.js';
import { createSpanFile, type SpanFile } from './span-file.js';
import { createSpanQueue, type SpanQueue } from './span-queue.js';
import { encodeEnvelope, encodeRequest, envelopeSize } from './span-request.js';
import type { TelemetrySettings } from './telemetry-settings.js';

/** Collectors accept 4 MiB in one request by default; no request of ours with one span is larger. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** Where ended spans go. */
export interface SpanPipeline {
  processor: SpanProcessor;
  /** Sends what waits; what is not sent in time is dropped and counted. */
  close(deadlineMillis: number): Promise<void>;
}

/** Creates the way of ended spans to every exporter that the settings name. */
export function createSpanPipeline(
  settings: TelemetrySettings,
  resource: Resource,
  counters: Counters,
  warn: WindowedWarning,
): SpanPipeline {
  const lost = createSpanLossReport(counters, warn);
  const exporters = new Set(settings.traces.exporters);
  const otlp = exporters.has('otlp') ? createOtlpExport(settings, resource, counters, lost) : undefined;
  const console = exporters.has('console') ? new ConsoleSpanExporter() : undefined;
  const file = openSpanFile(settings.traces.spanFile, warn);
  return {
    processor: createProcessor((span) => {
      if (console !== undefined) {
        console.export([span], () => {});
        if (otlp === undefined) counters.add('spans.exported');
      }
      file?.add(span);
      otlp?.add(span);
    }),
    close: async (deadlineMillis) => {
      await Promise.all([otlp?.close(deadlineMillis), file?.close()]);
    },
  };
}

function openSpanFile(path: string | undefined, warn: WindowedWarning): SpanFile | undefined {
  if (path === undefined) return undefined;
  return createSpanFile(path, (error) => warn('span file', { path, error: error.message }, 'spans cannot be written'));
}

function createProcessor(take: (span: ReadableSpan) => void): SpanProcessor {
  return {
    onStart(_span: unknown, _context: Context) {},
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) take(span);
    },
    // the pipeline's owner closes it, with a deadline
    forceFlush: async () => {},
    shutdown: async () => {},
  };
}

interface OtlpExport {
  add(span: ReadableSpan): void;
  close(deadlineMillis: number): Promise<void>;
}

function createOtlpExport(
  settings: TelemetrySettings,
  resource: Resource,
  counters: Counters,
  lost: SpanLossReport,
): OtlpExport {
  const { otlp, batch } = settings.traces;
  const envelope = encodeEnvelope(resource.attributes, PACKAGE);
  const maxSpanBytes = MAX_REQUEST_BYTES - envelopeSize(envelope);
  let rejected = 0;
  const sender = createOtlpSender<Buffer[], unknown>(
    'TRACES',
    otlp,
    {
      serializeRequest: (spans) => encodeRequest(envelope, spans),
      deserializeResponse(bytes) {
        const response = ProtobufTraceSerializer.deserializeResponse(bytes);
        rejected = response.partialSuccess?.rejectedSpans ?? 0;
        return response;
      },
    },
    { ...TraceExporterMetricsHelper, countItems: (spans) => spans.length },
  );

  async function send(spans: Buffer[]): Promise<number> {
    rejected = 0;
    await withTimeout(sender.send(spans), batch.exportTimeoutMillis);
    return Math.max(0, spans.length - rejected);
  }

  const queue: SpanQueue = createSpanQueue(
    {
      maxSpans: batch.maxQueueSize,
      maxBytes: settings.limits.spanQueueBytes,
      batchSpans: Math.min(batch.maxBatchSize, batch.maxQueueSize),
      batchBytes: Math.min(settings.limits.spanBatchBytes - envelopeSize(envelope), maxSpanBytes),
      delayMillis: batch.scheduleDelayMillis,
    },
    send,
    { exported: (count) => counters.add('spans.exported', count), dropped: lost },
  );

  return {
    add(span) {
      let measured = measureSpan(span);
      if (measured.bytes > maxSpanBytes) {
        const cut = cutSpan(measured, maxSpanBytes);
        if (cut === undefined) {
          lost(1, 'too_large');
          return;
        }
        counters.add('spans.cut');
        measured = cut;
      }
      queue.add(measured.bytes, () => encodeSpan(measured));
    },
    async close(deadlineMillis) {
      await queue.close(deadlineMillis);
      // not awaited: it waits for an export that was given up
      void sender.shutdown().catch(() => {});
    },
  };
}

/** The promise, or a rejection after `millis`; a transport's own timeout starts again with every byte that dribbles in. */
function withTimeout<Value>(promise: Promise<Value>, millis: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${millis} ms`)), millis).unref();
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
