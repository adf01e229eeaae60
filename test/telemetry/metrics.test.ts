import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createMetricsRecorder } from '../../src/recorders/metrics/metrics-recorder.js';
import { createTelemetry } from '../../src/telemetry/telemetry.js';
import { COUNTER_NAMES, Counters } from '../../src/util/counters.js';
import { PACKAGE } from '../../src/util/package-info.js';
import { recordOf } from '../recorders/metrics/record-of.js';
import { type OtlpSinkBehaviour, startOtlpSink } from '../support/otlp-sink.js';
import { keepingLog, type TelemetryOptions, telemetrySettings } from './telemetry-settings.js';

const PROTOCOLS = ['grpc', 'http/protobuf'] as const;
const LIMITS = { metricAttributeValues: 200, metricSeries: 2000, headerValueCharacters: 256 };

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(
  protocol: (typeof PROTOCOLS)[number],
  options: TelemetryOptions = {},
  behaviour: OtlpSinkBehaviour = {},
) {
  const sink = await startOtlpSink(behaviour);
  cleanups.push(() => sink.close());
  const counters = new Counters();
  const log = keepingLog();
  const endpoint = protocol === 'grpc' ? sink.grpcUrl : sink.httpUrl;
  const settings = telemetrySettings(endpoint, { ...options, otlp: { protocol, ...options.otlp } });
  const telemetry = createTelemetry(settings, counters, log);
  cleanups.push(() => telemetry.shutdown(100));
  const recorder = createMetricsRecorder(telemetry.meter, LIMITS, counters, log);
  return { sink, counters, log, telemetry, recorder };
}

/** Name, unit and bounds as the contract has them, written out once more: dashboards depend on them. */
const CONTRACT = {
  'gen_ai.client.token.usage': {
    unit: 'token',
    bounds: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
  },
  'gen_ai.server.request.duration': {
    unit: 's',
    bounds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  },
  'gen_ai.server.time_to_first_token': {
    unit: 's',
    bounds: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 45, 60],
  },
  'gen_ai.server.time_per_output_token': {
    unit: 's',
    bounds: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  },
} as const;

const stream = () =>
  recordOf({
    streaming: true,
    usage: { input: 31, output: 11, cachedInput: 0 },
    timing: { startTime: Date.now(), duration: 1250, firstContent: 300, lastContent: 1200 },
  });

describe.each(PROTOCOLS)('metrics by %s', (protocol) => {
  test('the four histograms: names, units, bounds, values, scope', async () => {
    const { sink, telemetry, recorder } = await start(protocol);
    recorder.record(stream());
    await telemetry.shutdown(3_000);
    const metrics = new Map(sink.metrics().map((metric) => [metric.name, metric]));
    for (const [name, { unit, bounds }] of Object.entries(CONTRACT)) {
      const metric = metrics.get(name);
      expect(metric).toMatchObject({ type: 'histogram', unit, temporality: 'cumulative', scope: PACKAGE });
      for (const point of metric?.points ?? []) expect(point.bounds).toEqual(bounds);
    }
    const sums = (name: string) => metrics.get(name)?.points.map((point) => [point.count, point.sum]);
    expect(sums('gen_ai.server.request.duration')).toEqual([[1, 1.25]]);
    expect(sums('gen_ai.server.time_to_first_token')).toEqual([[1, 0.3]]);
    expect(sums('gen_ai.server.time_per_output_token')).toEqual([[1, 0.09]]);
    const tokens = metrics.get('gen_ai.client.token.usage')?.points ?? [];
    expect(Object.fromEntries(tokens.map((point) => [point.attributes['gen_ai.token.type'], point.sum]))).toEqual({
      input: 31,
      output: 11,
      cached_input: 0,
    });
    expect(tokens[0]?.buckets?.indexOf(1)).toBe(3);
  });

  test.each([
    ['cumulative', 'cumulative', [1, 3], 'cumulative'],
    ['delta', 'delta', [1, 2], 'delta'],
    ['lowmemory', 'delta', [1, 2], 'cumulative'],
  ] as const)('temporality %s', async (temporality, histogram, counts, counter) => {
    const { sink, telemetry, recorder, counters } = await start(protocol, {
      metrics: { temporality, intervalMillis: 150, exportTimeoutMillis: 150 },
    });
    const durations = () => sink.metrics().filter((metric) => metric.name === 'gen_ai.server.request.duration');
    const withCount = () => durations().filter((metric) => metric.points.some((point) => (point.count ?? 0) > 0));
    counters.add('calls.recorded', 5);
    recorder.record(stream());
    await sink.until(() => withCount().length > 0);
    recorder.record(stream());
    recorder.record(stream());
    await telemetry.shutdown(3_000);
    const seen = withCount().map((metric) => metric.points[0]?.count);
    // with cumulative temporality the first value may be exported more than once
    expect([seen[0], seen.at(-1)]).toEqual(counts);
    expect(new Set(durations().map((metric) => metric.temporality))).toEqual(new Set([histogram]));
    const own = sink.metrics().filter((metric) => metric.name === 'genai_extproc.calls.recorded');
    expect(own[0]).toMatchObject({ type: 'sum', monotonic: true, temporality: counter, points: [{ value: 5 }] });
    expect(own.at(-1)?.points[0]?.value).toBe(counter === 'delta' ? 0 : 5);
  });

  test('the page is cumulative whatever the temporality and however often it is read', async () => {
    const { telemetry, recorder } = await start(protocol, {
      metrics: { temporality: 'delta', intervalMillis: 50, exportTimeoutMillis: 50 },
    });
    const count = async () =>
      /^gen_ai_server_request_duration_seconds_count\{.*\} (\d+)$/m.exec(await telemetry.prometheusPage())?.[1];
    recorder.record(stream());
    expect(await count()).toBe('1');
    await sleep(200);
    recorder.record(stream());
    expect(await count()).toBe('2');
    expect(await count()).toBe('2');
  });

  test('a collector that refuses: counted, logged once; the next export brings everything', async () => {
    const { sink, telemetry, recorder, counters, log } = await start(
      protocol,
      { metrics: { intervalMillis: 100, exportTimeoutMillis: 100 } },
      { httpStatus: 400, grpcStatus: 3 },
    );
    recorder.record(stream());
    await expect.poll(() => counters.values['metrics.export_failed']).toBeGreaterThan(1);
    sink.behave({});
    await telemetry.shutdown(3_000);
    const last = sink
      .metrics()
      .filter((metric) => metric.name === 'gen_ai.server.request.duration')
      .at(-1);
    expect(last?.points[0]?.count).toBe(1);
    expect(log.lines.filter((line) => line.message.startsWith('metrics were not exported'))).toHaveLength(1);
  });
});

test('many series leave in several requests, each point once', async () => {
  const { telemetry, recorder, sink } = await start('grpc');
  for (let index = 0; index < 199; index++) {
    recorder.record(recordOf({ requestModel: `m${index}`, usage: { input: 1, output: 1, reasoning: 0 } }));
  }
  await telemetry.shutdown(3_000);
  expect(sink.requests.filter((request) => request.signal === 'metrics').length).toBeGreaterThan(1);
  const points = (name: string) =>
    sink
      .metrics()
      .filter((metric) => metric.name === name)
      .flatMap(({ points: all }) => all);
  expect(points('gen_ai.client.token.usage')).toHaveLength(3 * 199);
  expect(points('gen_ai.server.request.duration')).toHaveLength(199);
});

describe('the Prometheus page', () => {
  test('names, types, labels and build info', async () => {
    const { telemetry, recorder } = await start('grpc', { metrics: { exporters: ['prometheus'] } });
    recorder.record(stream());
    const page = await telemetry.prometheusPage();
    const types = Object.fromEntries([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => [match[1], match[2]]));
    expect(types).toMatchObject({
      gen_ai_client_token_usage: 'histogram',
      gen_ai_server_request_duration_seconds: 'histogram',
      gen_ai_server_time_to_first_token_seconds: 'histogram',
      gen_ai_server_time_per_output_token_seconds: 'histogram',
      genai_extproc_spans_dropped_total: 'counter',
      genai_extproc_build_info: 'gauge',
      target_info: 'gauge',
    });
    expect(page).toContain(
      'gen_ai_client_token_usage_sum{gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_original_model="gpt-4o",gen_ai_request_model="gpt-4o",gen_ai_response_model="gpt-4o-2024",gen_ai_token_type="input"} 31',
    );
    expect(page).toMatch(/gen_ai_server_request_duration_seconds_bucket\{.*le="1\.28"\} 1/);
    expect(page).toContain(`genai_extproc_build_info{version="${PACKAGE.version}"`);
    expect(page).not.toMatch(/# UNIT \S+ (s|token)$/m);
    expect(page.endsWith('\n')).toBe(true);
  });

  test('every line is one of the text format, every series is there once', async () => {
    const { telemetry, recorder } = await start('grpc', { resourceAttributes: { 'odd "name"': 'a\nb' } });
    for (let index = 0; index < 300; index++) {
      recorder.record(recordOf({ requestModel: `model ${index % 150} "quoted"`, usage: { input: index } }));
    }
    const page = await telemetry.prometheusPage();
    const series = new Set<string>();
    const types = new Set<string>();
    for (const line of page.trimEnd().split('\n')) {
      const sample =
        /^([a-zA-Z_][a-zA-Z0-9_]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*")*\})? (-?[0-9.e+-]+)$/.exec(
          line,
        );
      if (sample === null) {
        expect(line).toMatch(/^# (HELP [a-z_]+ .+|TYPE [a-z_]+ (histogram|counter|gauge))$/);
        if (line.startsWith('# TYPE')) {
          expect(types).not.toContain(line);
          types.add(line);
        }
        continue;
      }
      const name = `${sample[1]}${sample[2] ?? ''}`;
      expect(series).not.toContain(name);
      series.add(name);
    }
    expect([...series].filter((name) => name.startsWith('gen_ai_client_token_usage_bucket'))).toHaveLength(150 * 15);
  });

  test('every counter of ours is there, with its value', async () => {
    const { telemetry, counters } = await start('grpc', { metrics: { exporters: [] } });
    counters.add('spans.dropped', 3);
    const page = await telemetry.prometheusPage();
    for (const name of Object.keys(COUNTER_NAMES)) {
      const value = name === 'spans.dropped' ? 3 : 0;
      expect(page).toContain(`\ngenai_extproc_${name.replaceAll('.', '_')}_total ${value}\n`);
    }
  });

  test('attribute names that would be one label, or a reserved one', async () => {
    const { telemetry, recorder } = await start('grpc', { metrics: { exporters: [] } });
    const metrics = new Map([
      ['team.name', 'a'],
      ['team_name', 'b'],
      ['le', 'c'],
      ['1st', 'd'],
      ['gen_ai.request.model', 'not this'],
      ['quoted', 'a"b\\c\nd'],
    ]);
    recorder.record(recordOf({ headers: { metrics } }));
    const page = await telemetry.prometheusPage();
    const line =
      page.split('\n').find((text) => text.startsWith('gen_ai_server_request_duration_seconds_bucket')) ?? '';
    const names = [...line.matchAll(/([a-zA-Z0-9_]+)="(?:[^"\\]|\\.)*"/g)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
    expect(line).toContain('team_name="a;b"');
    expect(line).toContain('attribute_le="c"');
    expect(line).toContain('key_1st="d"');
    expect(line).toContain('quoted="a\\"b\\\\c\\nd"');
    expect(line).toContain('gen_ai_request_model="gpt-4o"');
    expect(names).toContain('le');
  });

  test('a page that nobody reads does not keep what was measured', async () => {
    const { sink, telemetry, recorder } = await start('grpc', {
      metrics: { intervalMillis: 20, exportTimeoutMillis: 20 },
    });
    const exports = () => sink.requests.filter((request) => request.signal === 'metrics').length;
    for (let round = 0; round < 10; round++) {
      recorder.record(stream());
      const before = exports();
      await sink.until(() => exports() > before);
    }
    // what waits for the page's reader, inside the SDK: one entry for every collection that it did not make
    const waiting = findUnreported(telemetry.meter);
    expect(waiting.length).toBeGreaterThan(0);
    expect(Math.max(...waiting)).toBeLessThan(6);
  });
});

/** Lengths of the lists in which the SDK keeps what a reader has not collected. */
function findUnreported(root: object): number[] {
  const lengths: number[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown, key: string) => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (key === '_unreportedAccumulations' && value instanceof Map) {
      for (const list of value.values()) lengths.push(list.length);
    }
    if (value instanceof Map) for (const entry of value.values()) visit(entry, '');
    else for (const [name, entry] of Object.entries(value)) visit(entry, name);
  };
  visit(root, '');
  return lengths;
}
