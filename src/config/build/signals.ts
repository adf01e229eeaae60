import type { BatchSettings, ExporterName, Settings } from '../settings.js';
import type { Values } from '../table/table.js';
import type { Judge } from './judge.js';
import { buildOtlp } from './otlp.js';
import type { OtlpSignal } from './otlp-endpoint.js';

const BATCH_SIZE = 512;
const METRIC_TIMEOUT_MILLIS = 30_000;

/** Where a signal goes: as asked for, else over OTLP when somebody said where to, else nowhere. */
function exportersOf(signal: OtlpSignal, values: Values): readonly ExporterName[] {
  if (values.OTEL_SDK_DISABLED) return ['none'];
  const asked = values[`OTEL_${signal}_EXPORTER`];
  if (asked) return asked;
  const endpoint = values[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] ?? values.OTEL_EXPORTER_OTLP_ENDPOINT;
  return endpoint ? ['otlp'] : ['none'];
}

/** @param processor how the settings of the signal's batches begin */
function buildBatch(processor: 'OTEL_BSP' | 'OTEL_BLRP', values: Values, judge: Judge): BatchSettings {
  const maxQueueSize = values[`${processor}_MAX_QUEUE_SIZE`];
  const asked = values[`${processor}_MAX_EXPORT_BATCH_SIZE`] ?? Math.min(BATCH_SIZE, maxQueueSize);
  if (asked > maxQueueSize) {
    judge.warn(`${processor}_MAX_EXPORT_BATCH_SIZE is more than the queue holds: ${maxQueueSize} is used`);
  }
  return {
    maxQueueSize,
    maxBatchSize: Math.min(asked, maxQueueSize),
    scheduleDelayMillis: values[`${processor}_SCHEDULE_DELAY`],
    exportTimeoutMillis: values[`${processor}_EXPORT_TIMEOUT`],
  };
}

/** Spans: where they go, which are taken, how they are batched. */
export function buildTraces(values: Values, judge: Judge): Settings['traces'] {
  const exporters = exportersOf('TRACES', values);
  return {
    exporters,
    otlp: buildOtlp('TRACES', values, exporters.includes('otlp'), judge),
    conventions: values.AI_GATEWAY_TRACING_SEMCONV as Settings['traces']['conventions'],
    sampler: values.OTEL_TRACES_SAMPLER,
    samplerRatio: values.OTEL_TRACES_SAMPLER_ARG,
    batch: buildBatch('OTEL_BSP', values, judge),
    attributeCountLimit: values.OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT,
    attributeValueLengthLimit: values.OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT ?? Number.POSITIVE_INFINITY,
  };
}

/** Metrics that are pushed. The SDK refuses a timeout beyond the interval, so it is cut to that. */
export function buildMetrics(values: Values, judge: Judge): Settings['metrics'] {
  const exporters = exportersOf('METRICS', values);
  const intervalMillis = values.OTEL_METRIC_EXPORT_INTERVAL;
  const asked = values.OTEL_METRIC_EXPORT_TIMEOUT ?? Math.min(METRIC_TIMEOUT_MILLIS, intervalMillis);
  if (asked > intervalMillis) {
    judge.warn(`OTEL_METRIC_EXPORT_TIMEOUT is longer than the interval: ${intervalMillis} ms is used`);
  }
  return {
    exporters,
    otlp: buildOtlp('METRICS', values, exporters.includes('otlp'), judge),
    intervalMillis,
    exportTimeoutMillis: Math.min(asked, intervalMillis),
    temporality: values.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE,
  };
}

/** The log record of each call: where it goes, how it is batched, which calls are kept. */
export function buildLogs(values: Values, judge: Judge): Settings['logs'] {
  const exporters = exportersOf('LOGS', values);
  return {
    exporters,
    otlp: buildOtlp('LOGS', values, exporters.includes('otlp'), judge),
    batch: buildBatch('OTEL_BLRP', values, judge),
    retention: {
      share: values.GENAI_EXTPROC_LOG_SHARE,
      expensiveTokens: values.GENAI_EXTPROC_LOG_EXPENSIVE_TOKENS,
      slowMillis: values.GENAI_EXTPROC_LOG_SLOW_MILLIS,
    },
  };
}
