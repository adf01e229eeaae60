import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';
import { cutSpan } from './cut-span.js';
import type { EndedSpan } from './ended-span.js';
import { createLossReport, type LossReport } from './export-losses.js';
import { createOtlpExport } from './otlp-export.js';
import { readableSpan } from './readable-span.js';
import { encodeSpan } from './span-encoder.js';
import { createSpanFile, type SpanFile } from './span-file.js';
import type { TelemetrySettings } from './telemetry-settings.js';

/** Where ended spans go. */
export interface SpanPipeline {
  take(span: EndedSpan): void;
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
    take(span) {
      if (console !== undefined) {
        console.export([readableSpan(span, resource)], () => {});
        if (otlp === undefined) counters.add('spans.exported');
      }
      file?.add(span);
      otlp?.add(span);
    },
    close: async (deadlineMillis) => {
      await Promise.all([otlp?.close(deadlineMillis), file?.close()]);
    },
  };
}

function openSpanFile(path: string | undefined, warn: WindowedWarning): SpanFile | undefined {
  if (path === undefined) return undefined;
  return createSpanFile(path, (error) => warn('span file', { path, error: error.message }, 'spans cannot be written'));
}

interface SpanExport {
  add(span: EndedSpan): void;
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
      let item = encodeSpan(span);
      if (item.length > exporter.maxItemBytes) {
        const cut = cutSpan(span, item.length, exporter.maxItemBytes);
        if (cut === undefined) {
          lost(1, 'too_large');
          return;
        }
        counters.add('spans.cut');
        item = cut;
      }
      exporter.add(item);
    },
    close: exporter.close,
  };
}
