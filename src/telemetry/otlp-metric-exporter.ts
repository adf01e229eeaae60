import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { MetricsExporterMetricsHelper, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Settings } from '../config/settings.js';
import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';
import { describeError } from './export-losses.js';
import { createOtlpSender } from './otlp-sender.js';
import { createTemporalitySelector } from './temporality.js';

/**
 * Creates the OTLP exporter of metrics. A failure is counted and logged once per window; with cumulative temporality
 * the next export brings everything again.
 *
 * @throws Error naming the setting when a certificate or a header is unusable.
 */
export function createOtlpMetricExporter(
  settings: Settings['metrics'],
  counters: Counters,
  warn: WindowedWarning,
): PushMetricExporter {
  const sender = createOtlpSender('METRICS', settings.otlp, ProtobufMetricsSerializer, MetricsExporterMetricsHelper);
  return {
    export(metrics: ResourceMetrics, done: (result: ExportResult) => void) {
      sender.send(metrics).then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error) => {
          counters.add('metrics.export_failed');
          warn(
            'metrics.export_failed',
            { endpoint: settings.otlp.endpoint, ...describeError(error) },
            'metrics were not exported: the collector could not be reached or refused them; check OTEL_EXPORTER_OTLP_ENDPOINT',
          );
          done({ code: ExportResultCode.FAILED, error });
        },
      );
    },
    selectAggregationTemporality: createTemporalitySelector(settings.temporality),
    // an export under way is awaited by the reader itself
    forceFlush: async () => {},
    shutdown: () => sender.shutdown(),
  };
}
