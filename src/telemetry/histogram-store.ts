/**
 * The gen_ai histograms' own storage. The SDK's finds a sample's series by hashing all of its attributes, once for each instrument and
 * reader: 20 µs for the five samples of a call, more than everything else that metrics need. Our recorder hands the same attributes object
 * for every sample of a series, so here its identity is the key. Readers get the result as that of any other metric producer.
 */
import { type Attributes, type Histogram, type HrTime, type MetricOptions, ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { PackageInfo } from '../util/package-info.js';
import {
  addIncrement,
  addSample,
  createSeries,
  cumulativePoint,
  deltaPoint,
  type HistogramIncrement,
  type HistogramSeries,
} from './histogram-series.js';

/** Takes the place of a series that would be one too many (OpenTelemetry metrics SDK, "Overflow attribute"). */
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** A histogram that also takes what another process has counted. */
export interface StoredHistogram extends Histogram {
  /** Adds values that were counted by the same bounds; by others they are not taken. */
  merge(attributes: Attributes, increment: HistogramIncrement): void;
}

export interface HistogramStore {
  /** As a meter's; only explicit bounds. */
  createHistogram(name: string, options?: MetricOptions): StoredHistogram;
  /** What one reader reads; made before the first sample. Each has its own view of time. */
  createProducer(temporality: AggregationTemporality): MetricProducer;
}

interface Instrument {
  descriptor: HistogramMetricData['descriptor'];
  bounds: number[];
  series: HistogramSeries[];
}

/** Creates a store whose histograms hold `maxSeries` series each. */
export function createHistogramStore(scope: PackageInfo, maxSeries: number): HistogramStore {
  const instruments: Instrument[] = [];
  const begin = now();
  let deltaReaders = 0;

  function createHistogram(name: string, options: MetricOptions = {}): StoredHistogram {
    const bounds = options.advice?.explicitBucketBoundaries ?? [];
    const instrument: Instrument = {
      descriptor: {
        name,
        description: options.description ?? '',
        unit: options.unit ?? '',
        valueType: ValueType.DOUBLE,
      },
      bounds,
      series: [],
    };
    instruments.push(instrument);
    const byIdentity = new WeakMap<Attributes, HistogramSeries>();
    const byContent = new Map<string, HistogramSeries>();

    /** An attributes object that is new here: perhaps another of a known series. */
    function find(attributes: Attributes): HistogramSeries {
      const full = byContent.size >= maxSeries - 1;
      const content = contentOf(attributes);
      const known = byContent.get(content) ?? (full ? byContent.get(contentOf(OVERFLOW)) : undefined);
      const series = known ?? createSeries(full ? OVERFLOW : { ...attributes }, now(), bounds.length + 1, deltaReaders);
      if (known === undefined) {
        instrument.series.push(series);
        byContent.set(full ? contentOf(OVERFLOW) : content, series);
      }
      byIdentity.set(attributes, series);
      return series;
    }

    return {
      record(value, attributes = {}) {
        // what the SDK refuses too: it would spoil the sum for ever
        if (!(value >= 0)) return;
        addSample(byIdentity.get(attributes) ?? find(attributes), bounds, value);
      },
      merge(attributes, increment) {
        if (increment.counts.length === bounds.length + 1) addIncrement(find(attributes), increment);
      },
    };
  }

  function createProducer(temporality: AggregationTemporality): MetricProducer {
    const delta = temporality === AggregationTemporality.DELTA;
    const reader = deltaReaders;
    if (delta) deltaReaders += 1;
    let last = begin;

    function collectOne(instrument: Instrument, endTime: HrTime): HistogramMetricData {
      const { descriptor, bounds, series } = instrument;
      const dataPoints = delta
        ? series.flatMap((one) => deltaPoint(one, reader, bounds, last, endTime) ?? [])
        : series.map((one) => cumulativePoint(one, bounds, endTime));
      return { descriptor, aggregationTemporality: temporality, dataPointType: DataPointType.HISTOGRAM, dataPoints };
    }

    return {
      async collect() {
        const endTime = now();
        const metrics = instruments
          .map((instrument) => collectOne(instrument, endTime))
          .filter((metric) => metric.dataPoints.length > 0);
        last = endTime;
        const scopeMetrics = metrics.length === 0 ? [] : [{ scope, metrics }];
        return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
      },
    };
  }

  return { createHistogram, createProducer };
}

/** The same text for the same attributes in whatever order. */
function contentOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function now(): HrTime {
  return millisToHrTime(Date.now());
}
