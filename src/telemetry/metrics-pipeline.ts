import type { Meter } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  ConsoleMetricExporter,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type { Limits } from '../config/settings.js';
import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';
import { PACKAGE } from '../util/package-info.js';
import { createHistogramStore, type HistogramStore } from './histogram-store.js';
import { createOtlpMetricExporter } from './otlp-metric-exporter.js';
import { PrometheusReader } from './prometheus-reader.js';
import type { TelemetrySettings } from './telemetry-settings.js';
import { createTemporalitySelector } from './temporality.js';

/** `gen_ai.token.type` has five values, so one combination of the other attributes is up to five series. */
const TOKEN_TYPES = 5;
/** For combinations that stay apart even beyond the cap: operation and error type are closed sets of ours. */
const RESERVE = 512;

/**
 * Series per instrument that the SDK may hold: above what our own caps let through, because its own overflow would drop
 * every attribute of a sample.
 */
export function seriesLimit(limits: Pick<Limits, 'metricSeries'>): number {
  return (limits.metricSeries + RESERVE) * TOKEN_TYPES;
}

/** Points of one export: about 250 KiB and 3 ms of encoding; all that our caps allow in one would be refused by collectors. */
const POINTS_PER_EXPORT = 500;

/** Where measurements go. */
export interface MetricsPipeline {
  meter: Meter;
  /** Where the meter's histograms are. */
  histograms: Pick<HistogramStore, 'createHistogram'>;
  prometheusPage(): Promise<string>;
  /** Exports what was measured since the last export; gives up after `deadlineMillis`. */
  close(deadlineMillis: number): Promise<void>;
}

/** Creates the meter with a reader for Prometheus and one for each exporter that the settings name. */
export function createMetricsPipeline(
  settings: TelemetrySettings,
  resource: Resource,
  counters: Counters,
  warn: WindowedWarning,
): MetricsPipeline {
  const limit = seriesLimit(settings.limits);
  const histograms = createHistogramStore(PACKAGE, limit);
  const temporality = createTemporalitySelector(settings.metrics.temporality)(InstrumentType.HISTOGRAM);
  const prometheus = new PrometheusReader(limit, [histograms.createProducer(AggregationTemporality.CUMULATIVE)]);
  const exporters = createExporters(settings, counters, warn).map(
    (exporter) =>
      new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: settings.metrics.intervalMillis,
        // the SDK refuses a timeout beyond the interval
        exportTimeoutMillis: Math.min(settings.metrics.exportTimeoutMillis, settings.metrics.intervalMillis),
        cardinalityLimits: { default: limit },
        maxExportBatchSize: POINTS_PER_EXPORT,
        metricProducers: [histograms.createProducer(temporality)],
      }),
  );
  const provider = new MeterProvider({
    resource,
    readers: [prometheus, ...exporters],
  });

  const meter = provider.getMeter(PACKAGE.name, PACKAGE.version);
  // the meter's own histograms are ours; the readers have them from the producers above
  meter.createHistogram = histograms.createHistogram;

  return {
    meter,
    histograms,
    prometheusPage: () => prometheus.page(),
    async close(deadlineMillis) {
      try {
        await provider.shutdown({ timeoutMillis: deadlineMillis });
      } catch (error) {
        warn('metrics.shutdown', { error: String(error) }, 'metrics were not exported before the shutdown deadline');
      }
    },
  };
}

function createExporters(settings: TelemetrySettings, counters: Counters, warn: WindowedWarning): PushMetricExporter[] {
  if (settings.sdkDisabled) return [];
  const names = new Set(settings.metrics.exporters);
  const exporters: PushMetricExporter[] = [];
  if (names.has('otlp')) exporters.push(createOtlpMetricExporter(settings.metrics, counters, warn));
  if (names.has('console')) {
    exporters.push(
      new ConsoleMetricExporter({ temporalitySelector: createTemporalitySelector(settings.metrics.temporality) }),
    );
  }
  return exporters;
}
