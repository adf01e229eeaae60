import { afterEach, describe, expect, test } from 'vitest';
import type { CallTrace } from '../../src/model/trace.js';
import { createTelemetry, type Telemetry } from '../../src/telemetry/telemetry.js';
import { Counters } from '../../src/util/counters.js';
import { PACKAGE } from '../../src/util/package-info.js';
import { type OtlpSink, type OtlpSinkBehaviour, startOtlpSink } from '../support/otlp-sink.js';
import { keepingLog, type TelemetryOptions, telemetrySettings } from './telemetry-settings.js';

const PROTOCOLS = ['grpc', 'http/protobuf'] as const;
type Protocol = (typeof PROTOCOLS)[number];

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(protocol: Protocol, options: TelemetryOptions = {}, behaviour: OtlpSinkBehaviour = {}) {
  const sink = await startOtlpSink(behaviour);
  cleanups.push(() => sink.close());
  const endpoint = protocol === 'grpc' ? sink.grpcUrl : sink.httpUrl;
  return { sink, ...build(endpoint, { ...options, otlp: { protocol, ...options.otlp } }) };
}

function build(endpoint: string, options: TelemetryOptions) {
  const counters = new Counters();
  const log = keepingLog();
  const telemetry = createTelemetry(telemetrySettings(endpoint, options), counters, log);
  cleanups.push(() => telemetry.shutdown(100));
  return { counters, log, telemetry };
}

const noCarrier = { header: () => undefined, grpcMetadata: () => undefined };

function endSpan(
  telemetry: Telemetry,
  attributes: Record<string, string | number> = {},
  name = 'ChatCompletion',
): CallTrace {
  const time = Date.now();
  const call = telemetry.tracer.start(noCarrier, time);
  const events = [{ name: 'event', time: time + 1, attributes: { kept: true } }];
  call.end({ name, endTime: time + 5, attributes, events, status: { code: 'OK' } });
  return call;
}

const spanIs = (count: number) => (sink: OtlpSink) => sink.spans().length >= count;

describe.each(PROTOCOLS)('spans by %s', (protocol) => {
  test('one span, whole', async () => {
    const { sink, telemetry, counters } = await start(protocol, {
      serviceName: 'my-gateway',
      resourceAttributes: { 'deployment.environment': 'test', 'service.name': 'not this one' },
      traces: { conventions: ['gen_ai'] },
    });
    const startTime = Date.now() - 100.25;
    const call = telemetry.tracer.start(noCarrier, startTime);
    call.end({
      name: 'ChatCompletion',
      endTime: startTime + 42.5,
      attributes: {
        text: 'héllo 🌍 \ud800',
        count: 31,
        negative: -7,
        ratio: 0.25,
        big: 2 ** 60,
        flag: true,
        list: ['a', 'b'],
        vector: [0, 1, 0.5],
        whole: [1, 2, 3],
      },
      events: [{ name: 'exception', time: startTime + 10, attributes: { 'exception.type': 'RateLimitError' } }],
      status: { code: 'ERROR', message: 'Error code: 429 - slow down' },
    });
    await sink.until(spanIs(1));
    const [span] = sink.spans();
    expect(span).toMatchObject({
      traceId: call.traceId,
      spanId: call.spanId,
      parentSpanId: '',
      name: 'ChatCompletion',
      kind: 'CLIENT',
      attributes: {
        text: 'héllo 🌍 \ufffd',
        count: 31,
        negative: -7,
        ratio: 0.25,
        big: 2 ** 60,
        flag: true,
        list: ['a', 'b'],
        vector: [0, 1, 0.5],
        whole: [1, 2, 3],
      },
      events: [{ name: 'exception', attributes: { 'exception.type': 'RateLimitError' } }],
      status: { code: 'ERROR', message: 'Error code: 429 - slow down' },
      flags: 0x101,
      scope: PACKAGE,
      resource: { 'service.name': 'my-gateway', 'deployment.environment': 'test', 'telemetry.sdk.language': 'nodejs' },
    });
    expect(span?.startTime).toBeCloseTo(startTime, 2);
    expect(span?.endTime).toBeCloseTo(startTime + 42.5, 2);
    expect(span?.events[0]?.time).toBeCloseTo(startTime + 10, 2);
    await expect.poll(() => counters.values['spans.exported']).toBe(1);
  });

  test.each(['none', 'gzip'] as const)('headers and compression %s', async (compression) => {
    const { sink, telemetry } = await start(protocol, { otlp: { headers: { 'x-api-key': 's3cret' }, compression } });
    endSpan(telemetry, { text: 'x'.repeat(5_000) });
    await sink.until(spanIs(1));
    expect(sink.requests[0]?.headers['x-api-key']).toBe('s3cret');
    expect(sink.requests[0]?.headers['user-agent']).toContain(PACKAGE.name);
    if (protocol !== 'grpc') expect(sink.requests[0]?.headers['content-encoding'] ?? 'none').toBe(compression);
  });

  test('no request is larger than a batch may be, whatever the spans are', async () => {
    const batchBytes = 100_000;
    const { sink, telemetry } = await start(
      protocol,
      { limits: { spanBatchBytes: batchBytes }, batch: { maxQueueSize: 10_000, scheduleDelayMillis: 5 } },
      { maxRequestBytes: batchBytes },
    );
    let count = 0;
    for (let size = 10; size < 60_000; size = Math.ceil(size * 1.2)) {
      for (let copy = 0; copy < 3; copy++, count++) endSpan(telemetry, { size, text: 'é'.repeat(size / 2) });
    }
    await telemetry.shutdown(5_000);
    expect(sink.spans()).toHaveLength(count);
    expect(Math.max(...sink.requests.map((request) => request.body.length))).toBeLessThanOrEqual(batchBytes);
    expect(sink.requests.length).toBeGreaterThan(10);
  });

  test('a batch holds at most the set number of spans', async () => {
    const { sink, telemetry } = await start(protocol, { batch: { maxBatchSize: 7 } });
    for (let index = 0; index < 50; index++) endSpan(telemetry, { index });
    await telemetry.shutdown(5_000);
    const spans = sink.spans();
    expect(spans.map((span) => span.attributes['index'])).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(sink.requests.filter((request) => request.signal === 'traces').length).toBe(8);
  });

  test('a span that no collector would take is cut, and its neighbours arrive', async () => {
    const { sink, telemetry, counters } = await start(protocol, {}, { maxRequestBytes: 4 * 1024 * 1024 });
    endSpan(telemetry, { before: 1 });
    endSpan(telemetry, { 'input.value': 'ä'.repeat(3_000_000), 'llm.model_name': 'gpt-4o', 'output.value': 'short' });
    endSpan(telemetry, { after: 1 });
    await telemetry.shutdown(5_000);
    const spans = sink.spans();
    expect(spans).toHaveLength(3);
    expect(spans[1]?.attributes).toMatchObject({
      'llm.model_name': 'gpt-4o',
      'output.value': 'short',
      'genai_extproc.content.truncated': true,
    });
    const input = spans[1]?.attributes['input.value'] as string;
    expect(input.length).toBeGreaterThan(1_900_000);
    expect(/^ä+$/.test(input)).toBe(true);
    expect(counters.values['spans.cut']).toBe(1);
    expect(counters.values['spans.dropped']).toBe(0);
  });

  test('a full queue drops and counts, by number and by bytes', async () => {
    const { telemetry, counters, log } = await start(
      protocol,
      { batch: { maxQueueSize: 10, maxBatchSize: 10 }, limits: { spanQueueBytes: 50_000 } },
      { silent: true },
    );
    for (let index = 0; index < 15; index++) endSpan(telemetry);
    expect(counters.values['spans.dropped']).toBe(5);
    // the ten are on their way now, and the queue has room for two of these
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let index = 0; index < 5; index++) endSpan(telemetry, { text: 'x'.repeat(20_000) });
    expect(counters.values['spans.dropped']).toBe(8);
    expect(log.lines.filter((line) => line.message.includes('queue is full'))).toHaveLength(1);
  });

  test('a collector that refuses: counted, logged once, and the next spans are tried', async () => {
    const { sink, telemetry, counters, log } = await start(
      protocol,
      { batch: { maxBatchSize: 1 } },
      { httpStatus: 400, grpcStatus: 3 },
    );
    endSpan(telemetry);
    endSpan(telemetry);
    await expect.poll(() => counters.values['spans.dropped']).toBe(2);
    sink.behave({});
    endSpan(telemetry);
    await sink.until(spanIs(1));
    await expect.poll(() => counters.values['spans.exported']).toBe(1);
    expect(log.lines.filter((line) => line.message.includes('refused them'))).toHaveLength(1);
  });

  test('a collector that is busy for a moment: tried again, nothing lost', async () => {
    const { sink, telemetry, counters } = await start(protocol, {}, { httpStatus: 503, grpcStatus: 14 });
    endSpan(telemetry);
    await sink.until(() => sink.requests.length === 1);
    sink.behave({});
    await sink.until(spanIs(1));
    await expect.poll(() => counters.values['spans.exported']).toBe(1);
    expect(counters.values['spans.dropped']).toBe(0);
  });

  test('a collector that rejects some of a request', async () => {
    const { telemetry, counters } = await start(protocol, { batch: { maxBatchSize: 5 } }, { rejected: 2 });
    for (let index = 0; index < 5; index++) endSpan(telemetry);
    await expect.poll(() => counters.values['spans.exported']).toBe(3);
    expect(counters.values['spans.dropped']).toBe(2);
  });

  test('a slow collector: shutdown waits for it', async () => {
    const { sink, telemetry, counters } = await start(
      protocol,
      { metrics: { exporters: [] }, batch: { maxBatchSize: 2, scheduleDelayMillis: 60_000 } },
      { delayMillis: 100 },
    );
    for (let index = 0; index < 6; index++) endSpan(telemetry);
    await telemetry.shutdown(5_000);
    expect(sink.spans()).toHaveLength(6);
    expect(counters.values['spans.exported']).toBe(6);
  });

  test('a silent collector: shutdown keeps its deadline and counts what is lost', async () => {
    const { telemetry, counters, log } = await start(protocol, { batch: { maxBatchSize: 2 } }, { silent: true });
    for (let index = 0; index < 6; index++) endSpan(telemetry);
    const begin = performance.now();
    await telemetry.shutdown(500);
    const took = performance.now() - begin;
    expect(took).toBeGreaterThan(250);
    expect(took).toBeLessThan(800);
    expect(counters.values['spans.dropped']).toBe(6);
    expect(log.lines.some((line) => line.message.includes('shutdown deadline'))).toBe(true);
    endSpan(telemetry);
    expect(counters.values['spans.dropped']).toBe(7);
  });

  test('no collector at all: shutdown keeps its deadline', async () => {
    const { telemetry, counters } = build('http://127.0.0.1:1', { otlp: { protocol } });
    for (let index = 0; index < 3; index++) endSpan(telemetry);
    const begin = performance.now();
    await telemetry.shutdown(400);
    expect(performance.now() - begin).toBeLessThan(700);
    expect(counters.values['spans.dropped']).toBe(3);
  });
});

describe('what begins and what does not', () => {
  test('the SDK disabled: nothing leaves, the page stays', async () => {
    const { sink, telemetry } = await start('grpc', { sdkDisabled: true });
    endSpan(telemetry);
    expect(telemetry.tracer.start(noCarrier, Date.now()).recording).toBe(false);
    expect(await telemetry.prometheusPage()).toContain('genai_extproc_build_info');
    await telemetry.shutdown(500);
    expect(sink.requests).toHaveLength(0);
  });

  test('the environment is not read a second time', async () => {
    const { httpUrl } = await startTrap();
    const names = {
      OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-from=env',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-traces-from=env',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_TRACES_SAMPLER: 'always_off',
      OTEL_SERVICE_NAME: 'from-env',
      OTEL_RESOURCE_ATTRIBUTES: 'from=env',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      OTEL_BSP_MAX_QUEUE_SIZE: '0',
      OTEL_BLRP_SCHEDULE_DELAY: '60000',
      OTEL_SDK_DISABLED: 'true',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER_ARG: '0',
      OTEL_PROPAGATORS: 'b3',
      OTEL_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '1',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '1',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '0',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '0',
      OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '0',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '0',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '1',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: httpUrl,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere.pem',
    };
    const before = { ...process.env };
    Object.assign(process.env, names);
    try {
      for (const protocol of PROTOCOLS) {
        const { sink, telemetry } = await start(protocol, { logs: { exporters: ['otlp'] } });
        const { headers } = endSpan(telemetry, { one: 1, two: 'text' });
        expect(headers.map(([name]) => name)).toEqual(['traceparent']);
        const entry = { time: Date.now(), severity: 'INFO', body: 'line', sampled: true } as const;
        telemetry.callLog?.write({ ...entry, attributes: { one: 1, two: 'text' } });
        await telemetry.shutdown(3_000);
        expect(sink.spans()[0]?.attributes).toEqual({ one: 1, two: 'text' });
        expect(sink.spans()[0]?.events.map((event) => event.attributes)).toEqual([{ kept: true }]);
        expect(sink.logs()[0]?.attributes).toEqual({ one: 1, two: 'text' });
        expect(sink.spans()[0]?.resource).not.toHaveProperty('from');
        expect(sink.spans()[0]?.resource['service.name']).toBe('ai-gateway');
        expect(sink.metrics()[0]?.temporality).toBe('cumulative');
        for (const request of sink.requests) {
          expect(request.headers).not.toHaveProperty('x-from');
          expect(request.headers).not.toHaveProperty('x-traces-from');
          expect(request.headers['content-encoding']).toBeUndefined();
        }
      }
    } finally {
      for (const name of Object.keys(names)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  async function startTrap(): Promise<OtlpSink> {
    const trap = await startOtlpSink();
    cleanups.push(async () => {
      expect(trap.requests).toHaveLength(0);
      await trap.close();
    });
    return trap;
  }

  test('the attribute limits of the settings', async () => {
    const { sink, telemetry } = await start('grpc', {
      traces: { attributeCountLimit: 300, attributeValueLengthLimit: 10 },
    });
    endSpan(telemetry, Object.fromEntries(Array.from({ length: 310 }, (_, index) => [`a${index}`, 'x'.repeat(20)])));
    await sink.until(spanIs(1));
    const [span] = sink.spans();
    expect(Object.keys(span?.attributes ?? {})).toHaveLength(300);
    expect(span?.droppedAttributes).toBe(10);
    expect(span?.attributes['a0']).toBe('x'.repeat(10));
  });
});
