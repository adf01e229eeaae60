import { AggregationTemporality, MeterProvider } from '@opentelemetry/sdk-metrics';
import type { CounterName, Counters } from '../util/counters.js';
import { PACKAGE } from '../util/package-info.js';
import { createHistogramStore } from './histogram-store.js';
import { IncrementReader } from './increment-reader.js';
import type { MetricIncrement } from './metric-increment.js';
import { type MetricsPipeline, seriesLimit } from './metrics-pipeline.js';
import type { TelemetrySettings } from './telemetry-settings.js';

/** How often a worker says what it has counted: what a killed one takes with it is no older. */
const PUSH_MILLIS = 1_000;

/** Takes an increment to the process that exports; settles when it is under way. */
export type TakeIncrement = (increment: MetricIncrement) => Promise<void>;

/**
 * The metrics of a worker: it exports nothing and has no page, but hands on what it counts, once a second and at the end. While an
 * increment is under way no other is made, so that a receiver that does not read is owed one at most.
 */
export function createIncrementPipeline(
  { limits }: Pick<TelemetrySettings, 'limits'>,
  counters: Counters,
  take: TakeIncrement,
): MetricsPipeline {
  const limit = seriesLimit(limits);
  const histograms = createHistogramStore(PACKAGE, limit);
  const reader = new IncrementReader(limit, [histograms.createProducer(AggregationTemporality.DELTA)]);
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter(PACKAGE.name, PACKAGE.version);
  // as in the pipeline of a single process
  meter.createHistogram = histograms.createHistogram;
  const told: Partial<Record<CounterName, number>> = {};
  let underWay: Promise<void> | undefined;

  function countersSince(): MetricIncrement['counters'] {
    const increment: MetricIncrement['counters'] = {};
    for (const [name, value] of Object.entries(counters.values) as [CounterName, number][]) {
      const more = value - (told[name] ?? 0);
      if (more > 0) increment[name] = more;
      told[name] = value;
    }
    return increment;
  }

  async function push(): Promise<void> {
    const instruments = await reader.take();
    await take({ counters: countersSince(), gauges: { ...counters.gauges }, instruments });
  }

  const timer = setInterval(() => {
    // what cannot be handed on is lost with the process that would have exported it
    underWay ??= push()
      .catch(() => undefined)
      .finally(() => {
        underWay = undefined;
      });
  }, PUSH_MILLIS).unref();

  return {
    meter,
    histograms,
    prometheusPage: () => Promise.reject(new Error('the supervisor has the metrics of all workers')),
    async close(deadlineMillis) {
      clearInterval(timer);
      const last = async () => {
        await underWay;
        await push().catch(() => undefined);
      };
      let over: NodeJS.Timeout | undefined;
      await Promise.race([
        last(),
        new Promise<void>((resolve) => {
          over = setTimeout(resolve, deadlineMillis);
        }),
      ]);
      clearTimeout(over);
      await provider.shutdown();
    },
  };
}
