import { LogsExporterMetricsHelper, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import type { CallLog, LogEntry } from '../model/log-entry.js';
import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';
import { createLossReport, type LossReport } from './export-losses.js';
import { cutLog, encodeLog, SEVERITY_NUMBERS } from './log-encoder.js';
import { createOtlpExport, type OtlpExport } from './otlp-export.js';
import type { TelemetrySettings } from './telemetry-settings.js';

/** Where the log records of calls go. */
export interface LogPipeline extends CallLog {
  /** Sends what waits; what is not sent in time is dropped and counted. */
  close(deadlineMillis: number): Promise<void>;
}

/** Creates the way of log records to every exporter that the settings name; `undefined` when they name none. */
export function createLogPipeline(
  settings: TelemetrySettings,
  resource: Resource,
  counters: Counters,
  warn: WindowedWarning,
): LogPipeline | undefined {
  if (settings.sdkDisabled) return undefined;
  const exporters = new Set(settings.logs.exporters);
  const writers: ((entry: LogEntry) => void)[] = [];
  let otlp: OtlpExport | undefined;
  if (exporters.has('console')) {
    writers.push((entry) => {
      print(entry, resource);
      if (otlp === undefined) counters.add('logs.exported');
    });
  }
  if (exporters.has('otlp')) {
    const lost = createLossReport('LOGS', counters, warn);
    otlp = createOtlp(settings, resource, counters, lost);
    writers.push(createOtlpWriter(otlp, counters, lost));
  }
  if (writers.length === 0) return undefined;
  return {
    write(entry) {
      for (const write of writers) write(entry);
    },
    close: async (deadlineMillis) => otlp?.close(deadlineMillis),
  };
}

function createOtlp(settings: TelemetrySettings, resource: Resource, counters: Counters, lost: LossReport): OtlpExport {
  return createOtlpExport({
    signal: 'LOGS',
    otlp: settings.logs.otlp,
    batch: settings.logs.batch,
    queueBytes: settings.limits.logQueueBytes,
    batchBytes: settings.limits.logBatchBytes,
    resource,
    counted: LogsExporterMetricsHelper,
    readRejected: (answer) =>
      ProtobufLogsSerializer.deserializeResponse(answer).partialSuccess?.rejectedLogRecords ?? 0,
    exported: (count) => counters.add('logs.exported', count),
    lost,
  });
}

function createOtlpWriter(otlp: OtlpExport, counters: Counters, lost: LossReport): (entry: LogEntry) => void {
  return (entry) => {
    let item = encodeLog(entry);
    if (item.length > otlp.maxItemBytes) {
      const cut = cutLog(entry, item.length, otlp.maxItemBytes);
      if (cut === undefined) {
        lost(1, 'too_large');
        return;
      }
      counters.add('logs.cut');
      item = cut;
    }
    otlp.add(item);
  };
}

/** As the SDK's console exporter of logs prints them. */
function print(entry: LogEntry, resource: Resource): void {
  console.dir(
    {
      resource: { attributes: resource.attributes },
      timestamp: Math.round(entry.time * 1000),
      traceId: entry.traceId,
      spanId: entry.spanId,
      traceFlags: entry.sampled ? 1 : 0,
      severityText: entry.severity,
      severityNumber: SEVERITY_NUMBERS[entry.severity],
      eventName: entry.eventName,
      body: entry.body,
      attributes: entry.attributes,
    },
    { depth: 3 },
  );
}
