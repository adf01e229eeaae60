import type { Attributes, HrTime } from '@opentelemetry/api';
import type { DataPoint, Histogram as HistogramValue } from '@opentelemetry/sdk-metrics';

/** What one series of a histogram has counted since it began, and its extremes since each delta reader last looked. */
export interface HistogramSeries {
  attributes: Attributes;
  startTime: HrTime;
  /** By bucket; a bucket's upper bound belongs to it, the last has none. */
  counts: number[];
  count: number;
  sum: number;
  least: number;
  greatest: number;
  /** By delta reader. */
  intervals: Interval[];
}

/** Some values of one series: at least one. */
export interface HistogramIncrement {
  /** By bucket. */
  counts: readonly number[];
  count: number;
  sum: number;
  least: number;
  greatest: number;
}

/** One delta reader's view of a series. */
interface Interval {
  counts: number[];
  count: number;
  sum: number;
  least: number;
  greatest: number;
}

/** Begins a series. `deltaReaders`: how many readers want differences. */
export function createSeries(
  attributes: Attributes,
  startTime: HrTime,
  buckets: number,
  deltaReaders: number,
): HistogramSeries {
  const extremes = { least: Number.POSITIVE_INFINITY, greatest: Number.NEGATIVE_INFINITY };
  const zero = () => ({ counts: new Array<number>(buckets).fill(0), count: 0, sum: 0, ...extremes });
  return { attributes, startTime, ...zero(), intervals: Array.from({ length: deltaReaders }, zero) };
}

/** Counts one value. */
export function addSample(series: HistogramSeries, bounds: readonly number[], value: number): void {
  let bucket = 0;
  while (bucket < bounds.length && (bounds[bucket] as number) < value) bucket += 1;
  series.counts[bucket] = (series.counts[bucket] as number) + 1;
  series.count += 1;
  series.sum += value;
  widen(series, value);
  for (const interval of series.intervals) widen(interval, value);
}

/** Counts the values that another process has counted, by the same bounds. */
export function addIncrement(series: HistogramSeries, increment: HistogramIncrement): void {
  series.counts = series.counts.map((value, bucket) => value + (increment.counts[bucket] ?? 0));
  series.count += increment.count;
  series.sum += increment.sum;
  for (const extremes of [series, ...series.intervals]) {
    widen(extremes, increment.least);
    widen(extremes, increment.greatest);
  }
}

function widen(extremes: { least: number; greatest: number }, value: number): void {
  if (value < extremes.least) extremes.least = value;
  if (value > extremes.greatest) extremes.greatest = value;
}

/** Everything since the series began; a copy, since exports and pages are written while samples go on. */
export function cumulativePoint(series: HistogramSeries, bounds: number[], endTime: HrTime): DataPoint<HistogramValue> {
  const { attributes, startTime, counts, count, sum, least, greatest } = series;
  const buckets = { boundaries: bounds, counts: counts.slice() };
  return { attributes, startTime, endTime, value: { buckets, count, sum, min: least, max: greatest } };
}

/** What came since that reader's last look; `undefined` when nothing did. */
export function deltaPoint(
  series: HistogramSeries,
  reader: number,
  bounds: number[],
  startTime: HrTime,
  endTime: HrTime,
): DataPoint<HistogramValue> | undefined {
  const before = series.intervals[reader] as Interval;
  const count = series.count - before.count;
  if (count === 0) return undefined;
  const counts = series.counts.map((value, index) => value - (before.counts[index] as number));
  const value = {
    buckets: { boundaries: bounds, counts },
    count,
    sum: series.sum - before.sum,
    min: before.least,
    max: before.greatest,
  };
  series.intervals[reader] = {
    counts: series.counts.slice(),
    count: series.count,
    sum: series.sum,
    least: Number.POSITIVE_INFINITY,
    greatest: Number.NEGATIVE_INFINITY,
  };
  return { attributes: series.attributes, startTime, endTime, value };
}
