import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LogEntry } from '../../src/model/log-entry.js';
import { createTelemetry, type Telemetry } from '../../src/telemetry/telemetry.js';
import { Counters } from '../../src/util/counters.js';
import { PACKAGE } from '../../src/util/package-info.js';
import { type OtlpSink, type OtlpSinkBehaviour, startOtlpSink } from '../support/otlp-sink.js';
import { keepingLog, type TelemetryOptions, telemetrySettings } from './telemetry-settings.js';

const PROTOCOLS = ['grpc', 'http/protobuf'] as const;
type Protocol = (typeof PROTOCOLS)[number];

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(protocol: Protocol, options: TelemetryOptions = {}, behaviour: OtlpSinkBehaviour = {}) {
  const sink = await startOtlpSink(behaviour);
  cleanups.push(() => sink.close());
  const endpoint = protocol === 'grpc' ? sink.grpcUrl : sink.httpUrl;
  const counters = new Counters();
  const log = keepingLog();
  const settings = telemetrySettings(endpoint, {
    logs: { exporters: ['otlp'] },
    metrics: { exporters: ['none'] },
    ...options,
    otlp: { protocol, ...options.otlp },
  });
  const telemetry = createTelemetry(settings, counters, log);
  cleanups.push(() => telemetry.shutdown(100));
  return { sink, telemetry, counters, log };
}

function write(telemetry: Telemetry, attributes: LogEntry['attributes'] = {}): void {
  telemetry.callLog?.write({ time: Date.now(), severity: 'INFO', body: 'chat m: 200', attributes, sampled: false });
}

const logsAre = (count: number) => (sink: OtlpSink) => sink.logs().length >= count;

describe.each(PROTOCOLS)('log records by %s', (protocol) => {
  test('one record, whole', async () => {
    const { sink, telemetry, counters } = await start(protocol, {
      serviceName: 'my-gateway',
      otlp: { headers: { 'x-api-key': 's3cret' } },
    });
    const time = Date.now() - 0.5;
    telemetry.callLog?.write({
      time,
      severity: 'ERROR',
      body: 'chat gpt-4o: 503, 12 ms',
      attributes: { response_code: 503, 'gen_ai.request.model': 'gpt-4o' },
      eventName: 'an.event',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      sampled: true,
    });
    await sink.until(logsAre(1));
    expect(sink.logs()[0]).toMatchObject({
      severityNumber: 17,
      severityText: 'ERROR',
      body: 'chat gpt-4o: 503, 12 ms',
      attributes: { response_code: 503, 'gen_ai.request.model': 'gpt-4o' },
      integers: ['response_code'],
      eventName: 'an.event',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      flags: 1,
      resource: { 'service.name': 'my-gateway', 'telemetry.sdk.language': 'nodejs' },
      scope: PACKAGE,
    });
    expect(sink.logs()[0]?.time).toBeCloseTo(time, 2);
    expect(sink.requests[0]?.headers['x-api-key']).toBe('s3cret');
    await expect.poll(() => counters.values['logs.exported']).toBe(1);
  });

  test('batches hold at most the set number and the set bytes', async () => {
    const { sink, telemetry } = await start(protocol, {
      batch: { maxBatchSize: 7 },
      limits: { logBatchBytes: 10_000 },
    });
    for (let index = 0; index < 20; index++) write(telemetry, { index });
    for (let index = 20; index < 40; index++) write(telemetry, { index, text: 'x'.repeat(4_000) });
    await telemetry.shutdown(5_000);
    const places = sink.logs().map((log) => log.attributes['index']);
    expect(places).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(Math.max(...sink.requests.map((request) => request.body.length))).toBeLessThanOrEqual(10_000);
  });

  test('a full queue drops and counts, by number and by bytes', async () => {
    const { telemetry, counters, log } = await start(
      protocol,
      { batch: { maxQueueSize: 10, maxBatchSize: 10 }, limits: { logQueueBytes: 50_000 } },
      { silent: true },
    );
    for (let index = 0; index < 15; index++) write(telemetry);
    expect(counters.values['logs.dropped']).toBe(5);
    // the ten are on their way now, and the queue has room for two of these
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let index = 0; index < 5; index++) write(telemetry, { text: 'x'.repeat(20_000) });
    expect(counters.values['logs.dropped']).toBe(8);
    const full = log.lines.filter((line) => line.message.includes('queue is full'));
    expect(full.map((line) => line.message)).toEqual([expect.stringMatching(/^log records dropped.*OTEL_BLRP_MAX/)]);
    expect(counters.values['spans.dropped']).toBe(0);
  });

  test('a collector that takes no logs: counted, and the line says how to stop it', async () => {
    const { telemetry, counters, log } = await start(protocol, {}, { httpStatus: 405, grpcStatus: 12 });
    write(telemetry);
    await expect.poll(() => counters.values['logs.dropped']).toBe(1);
    expect(log.lines[0]?.message).toContain('OTEL_LOGS_EXPORTER=none');
  });

  test('a collector that rejects some of a request', async () => {
    const { telemetry, counters } = await start(protocol, { batch: { maxBatchSize: 5 } }, { rejected: 2 });
    for (let index = 0; index < 5; index++) write(telemetry);
    await expect.poll(() => counters.values['logs.exported']).toBe(3);
    expect(counters.values['logs.dropped']).toBe(2);
  });

  test('a record that no collector would take is cut, and its neighbours arrive', async () => {
    const { sink, telemetry, counters } = await start(protocol, {}, { maxRequestBytes: 4 * 1024 * 1024 });
    write(telemetry, { before: 1 });
    write(telemetry, { 'gen_ai.input.messages': 'ä'.repeat(3_000_000), model: 'm' });
    write(telemetry, { after: 1 });
    await telemetry.shutdown(5_000);
    expect(sink.logs()).toHaveLength(3);
    expect(sink.logs()[1]?.attributes).toMatchObject({ model: 'm', 'genai_extproc.content.truncated': true });
    expect(counters.values['logs.cut']).toBe(1);
  });

  test('a silent collector: shutdown keeps its deadline and counts what is lost', async () => {
    const { telemetry, counters } = await start(protocol, { batch: { maxBatchSize: 2 } }, { silent: true });
    for (let index = 0; index < 6; index++) write(telemetry);
    const begin = performance.now();
    await telemetry.shutdown(500);
    expect(performance.now() - begin).toBeLessThan(1_500);
    expect(counters.values['logs.dropped']).toBe(6);
    write(telemetry);
    expect(counters.values['logs.dropped']).toBe(7);
  });
});

describe('nobody wants logs', () => {
  test.each<[string, TelemetryOptions]>([
    ['no exporter', { logs: { exporters: ['none'] } }],
    ['the SDK disabled', { sdkDisabled: true }],
  ])('%s: there is no log to write to', async (_name, options) => {
    const { telemetry } = await start('grpc', options);
    expect(telemetry.callLog).toBeUndefined();
  });
});

test('otlp,console: each gets every record', async () => {
  const printed: unknown[] = [];
  vi.spyOn(console, 'dir').mockImplementation((value) => void printed.push(value));
  const { sink, telemetry, counters } = await start('grpc', {
    logs: { exporters: ['console', 'otlp'] },
    traces: { exporters: ['none'] },
  });
  write(telemetry, { model: 'm' });
  await telemetry.shutdown(3_000);
  expect(printed).toEqual([
    expect.objectContaining({ body: 'chat m: 200', severityText: 'INFO', attributes: { model: 'm' } }),
  ]);
  expect(sink.logs()).toHaveLength(1);
  expect(counters.values['logs.exported']).toBe(1);
});

test('console alone counts what it printed', async () => {
  vi.spyOn(console, 'dir').mockImplementation(() => {});
  const { telemetry, counters } = await start('grpc', { logs: { exporters: ['console'] } });
  write(telemetry);
  expect(counters.values['logs.exported']).toBe(1);
});
