import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createMetricsRecorder } from '../../src/recorders/metrics/metrics-recorder.js';
import { createIncrementPipeline } from '../../src/telemetry/increment-pipeline.js';
import { createMergedMetrics, type MergedMetrics } from '../../src/telemetry/merged-metrics.js';
import type { MetricIncrement } from '../../src/telemetry/metric-increment.js';
import { createTelemetry } from '../../src/telemetry/telemetry.js';
import { COUNTER_NAMES, type CounterName, Counters } from '../../src/util/counters.js';
import { recordOf } from '../recorders/metrics/record-of.js';
import type { DecodedPoint } from '../support/otlp-decode.js';
import { startOtlpSink } from '../support/otlp-sink.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { keepingLog, type TelemetryOptions, telemetrySettings } from './telemetry-settings.js';

const LIMITS = { metricAttributeValues: 200, metricSeries: 2000, headerValueCharacters: 256 };
const QUIET: TelemetryOptions = { traces: { exporters: ['none'] }, metrics: { exporters: ['none'] } };
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Of a worker: its recorder, and what it would send. Its increments travel as they do between processes, as a copy. */
function createWorker(merged: MergedMetrics, worker: number) {
  const counters = new Counters();
  const take = async (increment: MetricIncrement) => merged.add(worker, structuredClone(increment));
  const pipeline = createIncrementPipeline(telemetrySettings('http://c', QUIET), counters, take);
  const recorder = createMetricsRecorder(pipeline.meter, LIMITS, counters);
  return {
    counters,
    record: recorder.record,
    /** Sends the last and ends, as a worker that drains does. */
    drain: () => pipeline.close(1_000),
  };
}

function createMerged(options: TelemetryOptions = QUIET, endpoint = 'http://c'): MergedMetrics {
  const merged = createMergedMetrics(telemetrySettings(endpoint, options), keepingLog());
  cleanups.push(() => merged.close(500));
  return merged;
}

const call = (model: string, tokens: number, cost = 0) =>
  recordOf({
    requestModel: model,
    streaming: true,
    usage: { input: tokens, output: 2 },
    timing: { startTime: 0, duration: tokens * 10, firstContent: tokens, lastContent: tokens * 5 },
    ...(cost > 0 && { cost: { total: cost } as never }),
  });

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ worker: fc.nat(2), model: fc.constantFrom('a', 'b', 'c'), tokens: fc.nat(5_000) }),
  },
  { weight: 1, arbitrary: fc.record({ replace: fc.nat(2) }) },
);

test('what several workers count, replaced at any time, is what one process would have counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const merged = createMergedMetrics(telemetrySettings('http://c', QUIET), keepingLog());
      const single = createTelemetry(telemetrySettings('http://c', QUIET), new Counters(), keepingLog());
      const alone = createMetricsRecorder(single.meter, LIMITS, new Counters());
      const workers = [0, 1, 2].map((worker) => createWorker(merged, worker));
      for (const one of steps) {
        if ('replace' in one) {
          await workers[one.replace]!.drain();
          merged.forget(one.replace);
          workers[one.replace] = createWorker(merged, one.replace);
        } else {
          const record = call(one.model, one.tokens, one.tokens % 7);
          workers[one.worker]!.record(record);
          alone.record(record);
        }
      }
      for (const worker of workers) await worker.drain();
      const samples = async (page: Promise<string>) =>
        parsePrometheus(await page)
          .filter(({ name }) => name.startsWith('gen_ai_'))
          // sums of fractions depend on their order
          .map((sample) => `${sample.name} ${JSON.stringify(sample.labels)} ${sample.value.toFixed(6)}`)
          .sort();
      expect(await samples(merged.prometheusPage())).toEqual(await samples(single.prometheusPage()));
      await Promise.all([merged.close(100), single.shutdown(100)]);
    }),
    { numRuns: 25 },
  );
});

test('every counter is summed, and stays when its worker goes', async () => {
  const merged = createMerged();
  const workers = [createWorker(merged, 0), createWorker(merged, 1)];
  const names = Object.keys(COUNTER_NAMES) as CounterName[];
  names.forEach((name, index) => {
    workers[0]!.counters.add(name, index);
    workers[1]!.counters.add(name, 1_000);
  });
  for (const [index, worker] of workers.entries()) {
    await worker.drain();
    merged.forget(index);
  }
  const page = await merged.prometheusPage();
  names.forEach((name, index) => {
    expect(page).toContain(`\ngenai_extproc_${name.replaceAll('.', '_')}_total ${index + 1_000}\n`);
  });
});

test('gauges: by the rule of each, of the workers that live', async () => {
  const merged = createMerged();
  const workers = [createWorker(merged, 0), createWorker(merged, 1)];
  workers.forEach(({ counters }, index) => {
    counters.gauges['streams.open'] = 10 + index;
    counters.gauges['shedding.level'] = index;
    counters.gauges['event_loop.lag'] = 2 - index;
  });
  const gauges = async () => {
    const samples = parsePrometheus(await merged.prometheusPage());
    return ['streams_open', 'shedding_level', 'event_loop_lag_seconds'].map((name) =>
      sumOf(samples, `genai_extproc_${name}`),
    );
  };
  await Promise.all(workers.map((worker) => worker.drain()));
  expect(await gauges()).toEqual([21, 1, 2]);
  merged.forget(0);
  expect(await gauges()).toEqual([11, 1, 1]);
  merged.forget(1);
  expect(await gauges()).toEqual([0, 0, 0]);
});

test('within about a second a worker says what it has counted, and nothing twice', async () => {
  const merged = createMerged();
  const worker = createWorker(merged, 0);
  cleanups.push(worker.drain);
  worker.record(call('a', 5));
  worker.counters.add('calls.recorded');
  const count = async () =>
    sumOf(parsePrometheus(await merged.prometheusPage()), 'gen_ai_server_request_duration_seconds_count');
  await expect.poll(count, { timeout: 3_000 }).toBe(1);
  await sleep(2_200);
  expect([await count(), merged.counters.values['calls.recorded']]).toEqual([1, 1]);
});

test('a receiver that does not take is owed one increment; the next has all that came meanwhile', async () => {
  const increments: MetricIncrement[] = [];
  let goOn = () => {};
  const stuck = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const counters = new Counters();
  const pipeline = createIncrementPipeline(telemetrySettings('http://c', QUIET), counters, (increment) => {
    increments.push(increment);
    return stuck;
  });
  const adding = setInterval(() => counters.add('calls.recorded'), 100);
  await sleep(3_500);
  clearInterval(adding);
  expect(increments).toHaveLength(1);
  goOn();
  await pipeline.close(1_000);
  const total = increments.reduce((sum, { counters: added }) => sum + (added['calls.recorded'] ?? 0), 0);
  expect(increments).toHaveLength(2);
  expect(total).toBe(counters.values['calls.recorded']);
});

test('series beyond the cap of one process count in the overflow series', async () => {
  const limits = { metricSeries: 0 };
  const merged = createMerged({ ...QUIET, limits });
  const worker = createWorker(merged, 0);
  for (let index = 0; index < 1_990; index += 1) {
    const metrics = new Map([
      ['who', `w${index % 190}`],
      ['where', `x${Math.floor(index / 190)}`],
    ]);
    worker.record(recordOf({ headers: { metrics }, usage: { input: 1, output: 1, cachedInput: 0 } }));
  }
  await worker.drain();
  const tokens = parsePrometheus(await merged.prometheusPage()).filter(
    ({ name }) => name === 'gen_ai_client_token_usage_count',
  );
  expect(tokens).toHaveLength(512 * 5);
  expect(sumOf(tokens, 'gen_ai_client_token_usage_count')).toBe(3 * 1_990);
  expect(tokens.find(({ labels }) => labels['otel_metric_overflow'] === 'true')?.value).toBe(3 * 1_990 - 512 * 5 + 1);
});

describe.each(['cumulative', 'delta'] as const)('by OTLP, %s', (temporality) => {
  test('one stream, through workers that come and go: its increases are the calls', async () => {
    const sink = await startOtlpSink();
    cleanups.push(() => sink.close());
    const merged = createMerged(
      { metrics: { temporality, intervalMillis: 60, exportTimeoutMillis: 60 } },
      sink.grpcUrl,
    );
    let recorded = 0;
    for (let round = 0; round < 4; round += 1) {
      const workers = [createWorker(merged, 0), createWorker(merged, 1)];
      for (const worker of workers) {
        for (let index = 0; index <= round; index += 1) {
          worker.record(call('a', 10));
          recorded += 1;
        }
        await worker.drain();
        await sleep(80);
      }
      for (const worker of [0, 1]) merged.forget(worker);
    }
    await merged.close(3_000);
    const durations = sink.metrics().filter((metric) => metric.name === 'gen_ai.server.request.duration');
    const points = durations.flatMap((metric) => metric.points);
    expect(points.length).toBeGreaterThan(3);
    expect(new Set(durations.map(({ resource }) => JSON.stringify(resource))).size).toBe(1);
    expect(increasesOf(points, temporality).every((increase) => increase >= 0)).toBe(true);
    expect(increasesOf(points, temporality).reduce((sum, increase) => sum + increase, 0)).toBe(recorded);
    if (temporality === 'cumulative') expect(new Set(points.map(({ startTime }) => startTime)).size).toBe(1);
    for (const point of points) expect(point.buckets?.reduce((sum, count) => sum + count, 0)).toBe(point.count);
  });
});

/** What each export adds to the one before it. */
function increasesOf(points: readonly DecodedPoint[], temporality: 'cumulative' | 'delta'): number[] {
  const counts = points.map(({ count = 0 }) => count);
  return temporality === 'delta' ? counts : counts.map((count, index) => count - (counts[index - 1] ?? 0));
}
