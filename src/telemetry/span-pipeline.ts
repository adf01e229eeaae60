import { type Context, TraceFlags } from '@opentelemetry/api';
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { ConsoleSpanExporter, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';
import { cutSpan } from './cut-span.js';
import { createLossReport, type LossReport } from './export-losses.js';
import { createOtlpExport } from './otlp-export.js';
import { encodeSpan, measureSpan } from './span-encoder.js';
import { createSpanFile, type SpanFile } from './span-file.js';
import type { TelemetrySettings } from './telemetry-settings.js';

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
  const lost = createLossReport('TRACES', counters, warn);
  const exporters = new Set(settings.traces.exporters);
  const otlp = exporters.has('otlp') ? createSpanExport(settings, resource, counters, lost) : undefined;
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

interface SpanExport {
  add(span: ReadableSpan): void;
  close(deadlineMillis: number): Promise<void>;
}

function createSpanExport(
  settings: TelemetrySettings,
  resource: Resource,
  counters: Counters,
  lost: LossReport,
): SpanExport {
  const exporter = createOtlpExport({
    signal: 'TRACES',
    otlp: settings.traces.otlp,
    batch: settings.traces.batch,
    queueBytes: settings.limits.spanQueueBytes,
    batchBytes: settings.limits.spanBatchBytes,
    resource,
    counted: TraceExporterMetricsHelper,
    readRejected: (answer) => ProtobufTraceSerializer.deserializeResponse(answer).partialSuccess?.rejectedSpans ?? 0,
    exported: (count) => counters.add('spans.exported', count),
    lost,
  });
  return {
    add(span) {
      let measured = measureSpan(span);
      if (measured.bytes > exporter.maxItemBytes) {
        const cut = cutSpan(measured, exporter.maxItemBytes);
        if (cut === undefined) {
          lost(1, 'too_large');
          return;
        }
        counters.add('spans.cut');
        measured = cut;
      }
      exporter.add(measured.bytes, () => encodeSpan(measured));
    },
    close: exporter.close,
  };
}
