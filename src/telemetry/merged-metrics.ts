import type { Counter } from '@opentelemetry/api';
import { type CounterName, Counters } from '../util/counters.js';
import { GAUGES, type GaugeName, type Gauges } from '../util/gauges.js';
import type { Log } from '../util/log.js';
import { createWindowedWarning } from '../util/log-window.js';
import { PROCESS_IDENTITY } from '../util/process-identity.js';
import type { StoredHistogram } from './histogram-store.js';
import type { InstrumentIncrement, MetricIncrement } from './metric-increment.js';
import { createMetricsPipeline, type MetricsPipeline } from './metrics-pipeline.js';
import { createResource } from './resource.js';
import { publishSelfMetrics } from './self-metrics.js';
import { withSessionHeaders } from './session-headers.js';
import type { TelemetrySettings } from './telemetry-settings.js';

/** The metrics of several workers as those of one process: one page, one stream for each exporter. */
export interface MergedMetrics {
  /** Summed over the workers, and what this process counts itself. */
  counters: Counters;
  meter: MetricsPipeline['meter'];
  add(worker: number, increment: MetricIncrement): void;
  /** That worker is gone: what it has counted stays, its gauges do not. */
  forget(worker: number): void;
  prometheusPage(): Promise<string>;
  /** Exports what was counted since the last export; gives up after `deadlineMillis`. */
  close(deadlineMillis: number): Promise<void>;
}

type Named<Kind extends InstrumentIncrement['kind']> = Extract<InstrumentIncrement, { kind: Kind }>;

/**
 * Starts the exporters of metrics that the settings name, and merges what workers hand on. The caps are those of a single process:
 * series beyond them count in one overflow series.
 */
export function createMergedMetrics(given: TelemetrySettings, log: Log): MergedMetrics {
  const settings = withSessionHeaders(given, PROCESS_IDENTITY);
  const counters = new Counters();
  const resource = createResource(settings, PROCESS_IDENTITY);
  const pipeline = createMetricsPipeline(settings, resource, counters, createWindowedWarning(log));
  publishSelfMetrics(pipeline.meter, counters);
  const histograms = new Map<string, StoredHistogram>();
  const sums = new Map<string, Counter>();
  const gauges = new Map<number, Gauges>();

  function mergeGauges(): void {
    for (const name of Object.keys(GAUGES) as GaugeName[]) counters.gauges[name] = merge(name, gauges.values());
  }

  function addHistogram({ name, description, unit, bounds, points }: Named<'histogram'>): void {
    const advice = { explicitBucketBoundaries: bounds };
    const histogram = histograms.get(name) ?? pipeline.histograms.createHistogram(name, { description, unit, advice });
    histograms.set(name, histogram);
    for (const { attributes, increment } of points) histogram.merge(attributes, increment);
  }

  function addSum({ name, description, unit, points }: Named<'sum'>): void {
    const counter = sums.get(name) ?? pipeline.meter.createCounter(name, { description, unit });
    sums.set(name, counter);
    for (const { attributes, value } of points) counter.add(value, attributes);
  }

  return {
    counters,
    meter: pipeline.meter,
    add(worker, increment) {
      for (const [name, value] of Object.entries(increment.counters)) {
        // a worker may be of a newer version, which counts more
        if (Object.hasOwn(counters.values, name)) counters.add(name as CounterName, value);
      }
      for (const instrument of increment.instruments) {
        if (instrument.kind === 'histogram') addHistogram(instrument);
        else addSum(instrument);
      }
      gauges.set(worker, increment.gauges);
      mergeGauges();
    },
    forget(worker) {
      gauges.delete(worker);
      mergeGauges();
    },
    prometheusPage: pipeline.prometheusPage,
    close: pipeline.close,
  };
}

/** The gauges of all workers as one of each, by the rule that stands beside its name. */
function merge(name: GaugeName, ofWorkers: Iterable<Gauges>): number {
  const values = [...ofWorkers].map((gauges) => gauges[name] ?? 0);
  return GAUGES[name].merge === 'sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
}
