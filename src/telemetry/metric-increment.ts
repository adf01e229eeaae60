import type { Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { CounterName } from '../util/counters.js';
import type { Gauges } from '../util/gauges.js';
import type { HistogramIncrement } from './histogram-series.js';

/** What one instrument of a worker has to say. */
export type InstrumentIncrement = { name: string; description: string; unit: string } & (
  | { kind: 'histogram'; bounds: number[]; points: { attributes: Attributes; increment: HistogramIncrement }[] }
  /** What was added. */
  | { kind: 'sum'; points: { attributes: Attributes; value: number }[] }
);

/**
 * What a worker has counted since its last increment: plain data. Increments are summed by whoever takes them, so that nothing
 * counts twice and nothing falls back when a worker ends.
 */
export interface MetricIncrement {
  counters: Partial<Record<CounterName, number>>;
  /** How they stand. */
  gauges: Gauges;
  instruments: InstrumentIncrement[];
}

/** Of what a reader with delta temporality has collected: the histograms and counters that have news. Gauges are in `Counters`. */
export function instrumentIncrements({ scopeMetrics }: ResourceMetrics): InstrumentIncrement[] {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .flatMap((metric) => incrementOf(metric) ?? [])
    .filter(({ points }) => points.length > 0);
}

function incrementOf(metric: MetricData): InstrumentIncrement | undefined {
  const { name, description, unit } = metric.descriptor;
  const instrument = { name, description, unit };
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return {
        ...instrument,
        kind: 'histogram',
        bounds: metric.dataPoints[0]?.value.buckets.boundaries ?? [],
        points: metric.dataPoints.map(({ attributes, value }) => ({
          attributes,
          increment: {
            counts: value.buckets.counts,
            count: value.count,
            sum: value.sum ?? 0,
            least: value.min ?? 0,
            greatest: value.max ?? 0,
          },
        })),
      };
    case DataPointType.SUM: {
      const isIncrement = metric.isMonotonic && metric.aggregationTemporality === AggregationTemporality.DELTA;
      if (!isIncrement) return undefined;
      const points = metric.dataPoints.map(({ attributes, value }) => ({ attributes, value }));
      return { ...instrument, kind: 'sum', points: points.filter(({ value }) => value > 0) };
    }
    default:
      return undefined;
  }
}
