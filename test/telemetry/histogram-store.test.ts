import type { Attributes, MetricOptions } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type HistogramMetricData,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHistogramStore } from '../../src/telemetry/histogram-store.js';

const SCOPE = { name: 'scope', version: '1' };
const OPTIONS: MetricOptions = { unit: 's', description: 'what', advice: { explicitBucketBoundaries: [0.5, 1, 2] } };
const { CUMULATIVE, DELTA } = AggregationTemporality;

/** The SDK's own way to the same figures. */
class SdkReader extends MetricReader {
  constructor(temporality: AggregationTemporality) {
    super({ aggregationTemporalitySelector: () => temporality });
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function points({ scopeMetrics }: ResourceMetrics) {
  return scopeMetrics.flatMap(({ scope, metrics }) =>
    metrics.map((metric) => ({
      scope: scope.name,
      name: metric.descriptor.name,
      unit: metric.descriptor.unit,
      description: metric.descriptor.description,
      temporality: (metric as HistogramMetricData).aggregationTemporality,
      type: metric.dataPointType,
      points: (metric as HistogramMetricData).dataPoints
        .map(({ attributes, value }) => ({ attributes, ...value, sum: Math.round((value.sum ?? 0) * 1e6) }))
        .sort((one, other) => JSON.stringify(one.attributes).localeCompare(JSON.stringify(other.attributes))),
    })),
  );
}

function dataPointsOf({ scopeMetrics }: ResourceMetrics) {
  return (scopeMetrics[0]?.metrics ?? []).flatMap((metric) => (metric as HistogramMetricData).dataPoints);
}

const SERIES: Attributes[] = [{}, { a: '1' }, { a: '1', b: 'x' }, { a: '2' }];
const value = fc.oneof(
  fc.constantFrom(0, 0.5, 1, 2, -1),
  fc.double({ min: 0, max: 100, noNaN: true, noDefaultInfinity: true }),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ series: fc.nat(SERIES.length - 1), value, fresh: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ collect: fc.nat(2) }) },
);

test('whatever comes, every reader sees what the SDK would show it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const temporalities = [CUMULATIVE, DELTA, DELTA];
      const readers = temporalities.map((temporality) => new SdkReader(temporality));
      const provider = new MeterProvider({ readers });
      const sdk = provider.getMeter(SCOPE.name, SCOPE.version).createHistogram('h', OPTIONS);
      const store = createHistogramStore(SCOPE, 100);
      const producers = temporalities.map((temporality) => store.createProducer(temporality));
      const ours = store.createHistogram('h', OPTIONS);
      for (const one of [...steps, { collect: 0 }, { collect: 1 }, { collect: 2 }]) {
        if ('collect' in one) {
          const [theirs, own] = await Promise.all([readers[one.collect]!.collect(), producers[one.collect]!.collect()]);
          const expected = points(theirs.resourceMetrics).filter((metric) => metric.points.length > 0);
          expect(points(own.resourceMetrics)).toEqual(expected);
        } else {
          const attributes = SERIES[one.series] as Attributes;
          sdk.record(one.value, attributes);
          ours.record(one.value, one.fresh ? { ...attributes } : attributes);
        }
      }
    }),
    { numRuns: 60 },
  );
});

describe('times', () => {
  const collect = async (producer: ReturnType<ReturnType<typeof createHistogramStore>['createProducer']>) => {
    const { resourceMetrics } = await producer.collect();
    return dataPointsOf(resourceMetrics)[0]!;
  };

  test('a cumulative series keeps its start, a difference begins where the last one ended', async () => {
    const store = createHistogramStore(SCOPE, 100);
    const cumulative = store.createProducer(CUMULATIVE);
    const delta = store.createProducer(DELTA);
    const histogram = store.createHistogram('h', OPTIONS);
    histogram.record(1);
    const first = [await collect(cumulative), await collect(delta)] as const;
    histogram.record(1);
    const second = [await collect(cumulative), await collect(delta)] as const;
    expect(second[0].startTime).toEqual(first[0].startTime);
    expect(second[1].startTime).toEqual(first[1].endTime);
    expect(second.map((point) => point.value.count)).toEqual([2, 1]);
  });

  test('what was handed out does not change any more', async () => {
    const store = createHistogramStore(SCOPE, 100);
    const producer = store.createProducer(CUMULATIVE);
    const histogram = store.createHistogram('h', OPTIONS);
    histogram.record(1);
    const point = await collect(producer);
    const before = structuredClone(point.value);
    histogram.record(1);
    expect(point.value).toEqual(before);
  });
});

test('beyond its limit a histogram counts on under the overflow attribute', async () => {
  const store = createHistogramStore(SCOPE, 3);
  const producer = store.createProducer(CUMULATIVE);
  const histogram = store.createHistogram('h', OPTIONS);
  for (let index = 0; index < 10; index += 1) histogram.record(1, { index });
  const { resourceMetrics } = await producer.collect();
  expect(dataPointsOf(resourceMetrics).map(({ attributes, value: { count } }) => [attributes, count])).toEqual([
    [{ index: 0 }, 1],
    [{ index: 1 }, 1],
    [{ 'otel.metric.overflow': true }, 8],
  ]);
});

test('what is no number leaves no mark', async () => {
  const store = createHistogramStore(SCOPE, 3);
  const producer = store.createProducer(CUMULATIVE);
  store.createHistogram('h', OPTIONS).record(Number.NaN);
  expect((await producer.collect()).resourceMetrics.scopeMetrics).toEqual([]);
});
