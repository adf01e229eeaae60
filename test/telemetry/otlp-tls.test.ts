import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { createTelemetry } from '../../src/telemetry/telemetry.js';
import { Counters } from '../../src/util/counters.js';
import { startOtlpSink } from '../support/otlp-sink.js';
import { keepingLog, type TelemetryOptions, telemetrySettings } from './telemetry-settings.js';

const PROTOCOLS = ['grpc', 'http/protobuf'] as const;
const path = (name: string) => fileURLToPath(new URL(`./certificates/${name}`, import.meta.url));
const pem = (name: string) => readFileSync(path(name));
const CLIENT = { clientCertificate: path('client.pem'), clientKey: path('client.key') };

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What is refused at each try is given up soon. */
const SOON = { timeoutMillis: 500 };

async function exportOne(protocol: (typeof PROTOCOLS)[number], options: TelemetryOptions['otlp'], clientCa: boolean) {
  const tls = { key: pem('server.key'), cert: pem('server.pem'), ...(clientCa ? { clientCa: pem('ca.pem') } : {}) };
  const sink = await startOtlpSink({ tls });
  cleanups.push(() => sink.close());
  const endpoint = protocol === 'grpc' ? sink.grpcUrl : sink.httpUrl;
  const counters = new Counters();
  const settings = telemetrySettings(endpoint, { otlp: { protocol, timeoutMillis: 5_000, ...options } });
  const telemetry = createTelemetry(settings, counters, keepingLog());
  telemetry.tracer
    .start({ header: () => undefined, grpcMetadata: () => undefined }, Date.now())
    .end({ name: 'x', endTime: Date.now(), attributes: {}, events: [], status: { code: 'OK' } });
  await telemetry.shutdown(15_000);
  return { spans: sink.spans().length, metrics: sink.metrics().length > 0, counters };
}

describe.each(PROTOCOLS)('OTLP over TLS by %s', (protocol) => {
  test('with the authority of the settings', async () => {
    expect(await exportOne(protocol, { certificate: path('ca.pem') }, false)).toMatchObject({
      spans: 1,
      metrics: true,
    });
  });

  test('with a client certificate where the collector wants one', async () => {
    expect(await exportOne(protocol, { certificate: path('ca.pem'), ...CLIENT }, true)).toMatchObject({ spans: 1 });
  });

  test('an authority that the system does not know is refused', async () => {
    const { spans, counters } = await exportOne(protocol, SOON, false);
    expect(spans).toBe(0);
    expect(counters.values['spans.dropped']).toBe(1);
  });

  test('without the client certificate that the collector wants', async () => {
    expect((await exportOne(protocol, { certificate: path('ca.pem'), ...SOON }, true)).spans).toBe(0);
  });
});

describe('settings that cannot work stop the start', () => {
  const create = (otlp: TelemetryOptions['otlp']) => () =>
    createTelemetry(telemetrySettings('https://127.0.0.1:1', { otlp }), new Counters(), keepingLog());

  test('a certificate that is not there', () => {
    expect(create({ certificate: '/nowhere/ca.pem' })).toThrow(
      /OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE .* = \/nowhere\/ca\.pem: ENOENT.*readable PEM file/,
    );
  });

  test('half a client certificate', () => {
    expect(create({ clientKey: path('client.key') })).toThrow(/CLIENT_KEY .* is set, but CLIENT_CERTIFICATE is not/);
  });

  test('a header that gRPC cannot send', () => {
    expect(create({ headers: { 'bad header': 'x' } })).toThrow(/OTEL_EXPORTER_OTLP_TRACES_HEADERS.*"bad header"/);
  });
});
