import {
  type Client,
  type ClientReadableStream,
  credentials,
  makeGenericClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { isFree } from '../support/ports.js';
import { sumOf } from '../support/prometheus-page.js';
import { startTestSidecar, type TestSidecar } from '../support/sidecar.js';
import { type Conversation, connectClient, type ExtProcClient } from './support/ext-proc-client.js';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from './support/messages.js';

const HealthClient = makeGenericClientConstructor(service, 'Health');

let sink: OtlpSink;
let sidecar: TestSidecar;
let client: ExtProcClient;
let health: Client & Record<string, unknown>;

async function start(environment: Record<string, string> = {}): Promise<void> {
  sidecar = await startTestSidecar({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    // nothing leaves before the end asks for it
    OTEL_BSP_SCHEDULE_DELAY: '60000',
    OTEL_METRIC_EXPORT_INTERVAL: '60000',
    ...environment,
  });
  client = connectClient(sidecar.address);
  health = new HealthClient(sidecar.address, credentials.createInsecure()) as typeof health;
}

beforeEach(async () => {
  sink = await startOtlpSink();
});
afterEach(async () => {
  health.close();
  client.close();
  await sidecar.close();
  await sink.close();
});

const check = (name = '') =>
  new Promise<string>((resolve) => {
    const ask = health['check'] as (
      request: object,
      done: (error: ServiceError | null, answer?: { status: string }) => void,
    ) => void;
    ask.call(health, { service: name }, (error, answer) => resolve(error ? `error ${error.code}` : answer!.status));
  });

async function openCall(model: string): Promise<Conversation> {
  const stream = client.open();
  await stream.ask(requestHeaders());
  await stream.ask(requestBody(chatRequest(model), true));
  await stream.ask(responseHeaders());
  return stream;
}

const get = (path: string, init?: RequestInit) => fetch(`${sidecar.adminUrl}${path}`, init);

describe('while it serves', () => {
  beforeEach(() => start());

  test('the health service says so, for the whole server alone', async () => {
    expect(await check()).toBe('SERVING');
    expect(await check('no.such.Service')).toMatch(/^error/);
  });

  test('GET /health', async () => {
    const response = await get('/health');
    expect([response.status, await response.text()]).toEqual([200, 'serving\n']);
    expect((await get('/health?from=probe')).status).toBe(200);
    expect((await get('/health', { method: 'HEAD' })).status).toBe(200);
  });

  test('GET /metrics counts what happened', async () => {
    const stream = await openCall('m-metrics');
    await stream.ask(responseBody(chatAnswer('m-metrics'), true));
    stream.reset();
    const labels = { gen_ai_original_model: 'm-metrics', gen_ai_response_model: 'm-metrics-2024' };
    await eventually(
      async () => sumOf(await sidecar.metrics(), 'gen_ai_server_request_duration_seconds_count', labels) === 1,
      () => 'the call is not on /metrics',
    );
    const samples = await sidecar.metrics();
    expect(sumOf(samples, 'gen_ai_client_token_usage_sum', { ...labels, gen_ai_token_type: 'input' })).toBe(3);
    expect(sumOf(samples, 'gen_ai_client_token_usage_sum', { ...labels, gen_ai_token_type: 'output' })).toBe(5);
    expect((await get('/metrics')).headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test('other paths and methods are told what there is', async () => {
    const missing = await get('/');
    expect([missing.status, await missing.text()]).toEqual([404, 'there are /health and /metrics\n']);
    const refused = await get('/metrics', { method: 'POST', body: 'x' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('a client that sends nonsense to the admin endpoint harms nobody', async () => {
    const { connect } = await import('node:net');
    await new Promise<void>((resolve) => {
      const socket = connect(sidecar.adminPort, '127.0.0.1', () => socket.end('\x00\x01 nonsense\r\n\r\n'));
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.resume();
    });
    expect((await get('/health')).status).toBe(200);
  });
});

describe('the end', () => {
  test('open calls go on to their own end; meanwhile nothing new is taken and nobody is told that it serves', async () => {
    await start();
    expect(await check()).toBe('SERVING');
    const stream = await openCall('m-drained');
    let closed = false;
    const closing = sidecar.close().then(() => {
      closed = true;
    });
    await eventually(async () => (await get('/health')).status === 503);
    expect(await check()).not.toBe('SERVING');
    await eventually(() => isFree(sidecar.port));
    expect(closed).toBe(false);
    await stream.ask(responseBody(chatAnswer('m-drained'), true));
    stream.reset();
    await closing;
    expect(sink.spans().map((span) => [span.attributes['llm.request.model_name'], span.status.code])).toEqual([
      ['m-drained', 'OK'],
    ]);
    const durations = sink.metrics().filter((metric) => metric.name === 'gen_ai.server.request.duration');
    expect(durations.at(-1)?.points.map((point) => point.count)).toEqual([1]);
    await expect(get('/health')).rejects.toThrow();
  });

  test('a call that does not end is cut at the deadline, and told of as interrupted', async () => {
    await start({ GENAI_EXTPROC_DRAIN_MILLIS: '150' });
    const stream = await openCall('m-cut');
    const began = performance.now();
    await sidecar.close();
    expect(performance.now() - began).toBeLessThan(3_000);
    await stream.ended;
    expect(
      sink.spans().map((span) => [span.attributes['llm.request.model_name'], span.attributes['error.type']]),
    ).toEqual([['m-cut', 'interrupted']]);
    const durations = sink.metrics().filter((metric) => metric.name === 'gen_ai.server.request.duration');
    expect(durations.at(-1)?.points.map((point) => point.attributes['error.type'])).toEqual(['interrupted']);
  });

  test('a collector that does not answer does not hold up the end', async () => {
    await start({ GENAI_EXTPROC_DRAIN_MILLIS: '300' });
    sink.behave({ silent: true });
    const stream = await openCall('m-lost');
    await stream.ask(responseBody(chatAnswer('m-lost'), true));
    stream.reset();
    const began = performance.now();
    await sidecar.close();
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(sidecar.counters.values['spans.dropped']).toBe(1);
  });

  test('who watches its health is told, and does not hold up the end', async () => {
    await start({ GENAI_EXTPROC_DRAIN_MILLIS: '30000' });
    const watch = health['watch'] as (request: object) => ClientReadableStream<{ status: string }>;
    const told: string[] = [];
    const ends = ['', 'no.such.Service'].map((name) => {
      const stream = watch.call(health, { service: name });
      stream.on('data', ({ status }) => told.push(`${name}:${status}`));
      return new Promise<number>((resolve) => stream.on('status', ({ code }) => resolve(code)));
    });
    await eventually(() => told.length === 2);
    const began = performance.now();
    await sidecar.close();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await Promise.all(ends)).toEqual([0, 0]);
    expect(told.sort()).toEqual([':NOT_SERVING', ':SERVING', 'no.such.Service:SERVICE_UNKNOWN']);
  });

  test('closing twice is closing once', async () => {
    await start();
    await Promise.all([sidecar.close(), sidecar.close()]);
  });
});
