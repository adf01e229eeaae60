import { describe, expect, it } from 'vitest';
import { PEM, parse, problemsOf, settingsOf } from './support.js';

const P = 'OTEL_EXPORTER_OTLP_';
/** Of the signals but spans. */
const OTHERS_OFF = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

describe('exporters', () => {
  it.each([
    [{}, ['none'], ['none'], ['none']],
    [{ [`${P}ENDPOINT`]: 'http://c:4318' }, ['otlp'], ['otlp'], ['otlp']],
    [{ [`${P}TRACES_ENDPOINT`]: 'http://c:4318' }, ['otlp'], ['none'], ['none']],
    [{ [`${P}METRICS_ENDPOINT`]: 'http://c:4318' }, ['none'], ['otlp'], ['none']],
    [{ [`${P}LOGS_ENDPOINT`]: 'http://c:4318' }, ['none'], ['none'], ['otlp']],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, ['otlp'], ['none'], ['none']],
    [{ OTEL_LOGS_EXPORTER: 'console,otlp' }, ['none'], ['none'], ['console', 'otlp']],
    [{ [`${P}ENDPOINT`]: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' }, ['none'], ['otlp'], ['otlp']],
    [{ [`${P}ENDPOINT`]: 'http://c:4318', OTEL_METRICS_EXPORTER: 'prometheus' }, ['otlp'], ['prometheus'], ['otlp']],
    [{ [`${P}ENDPOINT`]: 'http://c:4318', OTEL_LOGS_EXPORTER: 'none' }, ['otlp'], ['otlp'], ['none']],
    [{ [`${P}ENDPOINT`]: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }, ['none'], ['none'], ['none']],
    [
      { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' },
      ['none'],
      ['none'],
      ['none'],
    ],
    [{ [`${P}ENDPOINT`]: '', OTEL_TRACES_EXPORTER: '', OTEL_LOGS_EXPORTER: '' }, ['none'], ['none'], ['none']],
  ])('with %j', (env, traces, metrics, logs) => {
    const settings = settingsOf({ env });
    expect([settings.traces.exporters, settings.metrics.exporters, settings.logs.exporters]).toEqual([
      traces,
      metrics,
      logs,
    ]);
    expect(settings.sdkDisabled).toBe('OTEL_SDK_DISABLED' in env);
  });
});

describe('endpoints', () => {
  const endpointsOf = (env: Record<string, string>) => {
    const { traces, metrics } = settingsOf({
      env: { OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'otlp', ...env },
    });
    return [traces.otlp.endpoint, metrics.otlp.endpoint, traces.otlp.insecure, metrics.otlp.insecure];
  };
  const both = (endpoint: string, insecure: boolean) => [endpoint, endpoint, insecure, insecure];
  const grpc = { [`${P}PROTOCOL`]: 'grpc' };

  it.each([
    ['default', {}, ['http://localhost:4318/v1/traces', 'http://localhost:4318/v1/metrics', true, true]],
    ['default of grpc', grpc, both('http://localhost:4317', true)],
    ['general', { [`${P}ENDPOINT`]: 'https://c' }, ['https://c/v1/traces', 'https://c/v1/metrics', false, false]],
    [
      'general with a slash',
      { [`${P}ENDPOINT`]: 'http://c:1/' },
      ['http://c:1/v1/traces', 'http://c:1/v1/metrics', true, true],
    ],
    [
      'general with a path and a query',
      { [`${P}ENDPOINT`]: 'http://c:1/otlp?a=b#f' },
      ['http://c:1/otlp/v1/traces?a=b', 'http://c:1/otlp/v1/metrics?a=b', true, true],
    ],
    [
      'own, as it is',
      { [`${P}ENDPOINT`]: 'http://c:1', [`${P}TRACES_ENDPOINT`]: 'https://t:2/x?y=z' },
      ['https://t:2/x?y=z', 'http://c:1/v1/metrics', false, true],
    ],
    [
      'own without a path',
      { [`${P}METRICS_ENDPOINT`]: 'http://m:2' },
      ['http://localhost:4318/v1/traces', 'http://m:2/', true, true],
    ],
    ['grpc with a scheme', { ...grpc, [`${P}ENDPOINT`]: 'https://c:1' }, both('https://c:1', false)],
    ['grpc without a port', { ...grpc, [`${P}ENDPOINT`]: 'http://c' }, both('http://c:80', true)],
    ['grpc over TLS without a port', { ...grpc, [`${P}ENDPOINT`]: 'https://c' }, both('https://c:443', false)],
    ['grpc on IPv6', { ...grpc, [`${P}ENDPOINT`]: 'http://[::1]:4317' }, both('http://[::1]:4317', true)],
    ['grpc without a scheme', { ...grpc, [`${P}ENDPOINT`]: 'c:4317' }, both('https://c:4317', false)],
    [
      'grpc without a scheme, insecure',
      { ...grpc, [`${P}ENDPOINT`]: '[::1]:4317', [`${P}INSECURE`]: 'true' },
      both('http://[::1]:4317', true),
    ],
    [
      'grpc, one signal insecure',
      { ...grpc, [`${P}ENDPOINT`]: 'c:4317', [`${P}TRACES_INSECURE`]: 'true' },
      ['http://c:4317', 'https://c:4317', true, false],
    ],
    [
      'insecure yields to the scheme',
      { ...grpc, [`${P}ENDPOINT`]: 'https://c:4317', [`${P}INSECURE`]: 'true' },
      both('https://c:4317', false),
    ],
    [
      'one signal over grpc',
      { [`${P}METRICS_PROTOCOL`]: 'grpc' },
      ['http://localhost:4318/v1/traces', 'http://localhost:4317', true, true],
    ],
  ])('%s', (_, env, expected) => {
    expect(endpointsOf(env)).toEqual(expected);
  });

  it('of log records: their own, the general one with their path, the default', () => {
    const endpointOf = (env: Record<string, string>) =>
      settingsOf({ env: { ...env, OTEL_LOGS_EXPORTER: 'otlp' } }).logs.otlp.endpoint;
    expect(endpointOf({})).toBe('http://localhost:4318/v1/logs');
    expect(endpointOf({ [`${P}ENDPOINT`]: 'http://c:1/x' })).toBe('http://c:1/x/v1/logs');
    expect(endpointOf({ [`${P}ENDPOINT`]: 'http://c:1', [`${P}LOGS_ENDPOINT`]: 'https://l/y' })).toBe('https://l/y');
    expect(endpointOf({ [`${P}LOGS_PROTOCOL`]: 'grpc' })).toBe('http://localhost:4317');
  });

  it('without a scheme are for grpc only, and only where they are used', () => {
    expect(problemsOf({ env: { [`${P}ENDPOINT`]: 'c:4317' } })).toMatchObject([
      {
        setting: `${P}ENDPOINT`,
        value: '"c:4317"',
        reason: expect.stringContaining('no scheme'),
        remedy: expect.any(String),
      },
    ]);
    const env = { [`${P}ENDPOINT`]: 'c:4317', [`${P}TRACES_PROTOCOL`]: 'grpc', ...OTHERS_OFF };
    expect(settingsOf({ env }).traces.otlp.endpoint).toBe('https://c:4317');
  });

  it('with a user are not for grpc', () => {
    const problems = problemsOf({ env: { ...grpc, [`${P}ENDPOINT`]: 'https://user:pass@c:1' } });
    expect(problems).toMatchObject([{ setting: `${P}ENDPOINT`, value: '"https://…@c:1"' }]);
  });

  it.each([
    [
      { [`${P}ENDPOINT`]: 'http://c:4317' },
      [`${P}ENDPOINT has port 4317, where collectors expect grpc, but the protocol is http/protobuf`],
    ],
    [
      { ...grpc, [`${P}ENDPOINT`]: 'http://c:4318/x' },
      [
        `${P}ENDPOINT has port 4318, where collectors expect http/protobuf, but the protocol is grpc`,
        `${P}ENDPOINT has a path, which protocol grpc does not use`,
      ],
    ],
    [{ ...grpc, [`${P}ENDPOINT`]: 'http://c:4317' }, []],
    [{ [`${P}ENDPOINT`]: 'http://c:4317', OTEL_TRACES_EXPORTER: 'none', ...OTHERS_OFF }, []],
  ])('%j give the warnings %j', (env, warnings) => {
    expect(parse({ env }).warnings).toEqual(warnings);
  });
});

describe('the refusal of http/json', () => {
  it('says why', () => {
    expect(problemsOf({ env: { [`${P}PROTOCOL`]: 'HTTP/json' } })).toMatchObject([
      {
        setting: `${P}PROTOCOL`,
        reason: expect.stringMatching(/^is not offered: .*JSON/),
        allowed: 'grpc, http/protobuf',
      },
    ]);
  });
});

describe("a signal's own settings", () => {
  it('win over the general ones, each as a whole', () => {
    const env = {
      [`${P}HEADERS`]: 'a=1,b=2',
      [`${P}TRACES_HEADERS`]: 'a=3',
      [`${P}LOGS_HEADERS`]: 'a=4',
      [`${P}LOGS_TIMEOUT`]: '3',
      [`${P}LOGS_COMPRESSION`]: 'none',
      [`${P}LOGS_CERTIFICATE`]: '/logs',
      [`${P}TIMEOUT`]: '1',
      [`${P}METRICS_TIMEOUT`]: '2',
      [`${P}COMPRESSION`]: 'gzip',
      [`${P}TRACES_COMPRESSION`]: 'none',
      [`${P}CERTIFICATE`]: '/general',
      [`${P}METRICS_CERTIFICATE`]: '/own',
      [`${P}CLIENT_CERTIFICATE`]: '/client',
      [`${P}CLIENT_KEY`]: '/key',
      [`${P}TRACES_CLIENT_KEY`]: '/traces-key',
    };
    const paths = ['/general', '/logs', '/own', '/client', '/key', '/traces-key'];
    const { traces, metrics, logs } = settingsOf({ env, files: Object.fromEntries(paths.map((path) => [path, PEM])) });
    expect(traces.otlp).toMatchObject({
      headers: { a: '3' },
      timeoutMillis: 1,
      compression: 'none',
      certificate: '/general',
      clientCertificate: '/client',
      clientKey: '/traces-key',
    });
    expect(logs.otlp).toMatchObject({
      headers: { a: '4' },
      timeoutMillis: 3,
      compression: 'none',
      certificate: '/logs',
      clientCertificate: '/client',
      clientKey: '/key',
    });
    expect(metrics.otlp).toMatchObject({
      headers: { a: '1', b: '2' },
      timeoutMillis: 2,
      compression: 'gzip',
      certificate: '/own',
      clientCertificate: '/client',
      clientKey: '/key',
    });
  });

  it.each([
    [{ [`${P}CLIENT_CERTIFICATE`]: '/pem' }, `${P}CLIENT_CERTIFICATE`],
    [{ [`${P}TRACES_CLIENT_CERTIFICATE`]: '/pem' }, `${P}TRACES_CLIENT_CERTIFICATE`],
    [{ [`${P}CLIENT_KEY`]: '/pem' }, `${P}CLIENT_KEY`],
    [{ [`${P}METRICS_CLIENT_KEY`]: '/pem' }, `${P}METRICS_CLIENT_KEY`],
  ])('%j is half of a pair', (env, setting) => {
    const used = { ...env, [`${P}ENDPOINT`]: 'https://c' };
    expect(problemsOf({ env: used, files: { '/pem': PEM } })).toMatchObject([{ setting, remedy: expect.any(String) }]);
    expect(problemsOf({ env, files: { '/pem': PEM } })).toEqual([]);
  });
});

describe('batches and intervals', () => {
  it.each([
    [{}, 512, 2048, 0],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '100' }, 100, 100, 0],
    [{ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2000' }, 2000, 2048, 0],
    [{ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '3000' }, 2048, 2048, 1],
  ])('%j: batch %i, queue %i, %i warnings', (env, batch, queue, warnings) => {
    const parsed = parse({ env });
    expect(parsed.warnings).toHaveLength(warnings);
    expect(parsed).toMatchObject({ settings: { traces: { batch: { maxBatchSize: batch, maxQueueSize: queue } } } });
  });

  it.each([
    [{}, 512, 2048, 0],
    [{ OTEL_BLRP_MAX_QUEUE_SIZE: '100' }, 100, 100, 0],
    [{ OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '3000' }, 2048, 2048, 1],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '100' }, 512, 2048, 0],
  ])('of log records, %j: batch %i, queue %i, %i warnings', (env, batch, queue, warnings) => {
    const parsed = parse({ env });
    expect(parsed.warnings).toHaveLength(warnings);
    expect(parsed).toMatchObject({ settings: { logs: { batch: { maxBatchSize: batch, maxQueueSize: queue } } } });
  });

  it.each([
    [{}, 60_000, 30_000, 0],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '1000' }, 1000, 1000, 0],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '1000', OTEL_METRIC_EXPORT_TIMEOUT: '500' }, 1000, 500, 0],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '1000', OTEL_METRIC_EXPORT_TIMEOUT: '2000' }, 1000, 1000, 1],
  ])('%j: interval %i, timeout %i, %i warnings', (env, intervalMillis, exportTimeoutMillis, warnings) => {
    const parsed = parse({ env });
    expect(parsed.warnings).toHaveLength(warnings);
    expect(parsed).toMatchObject({ settings: { metrics: { intervalMillis, exportTimeoutMillis } } });
  });
});

describe('the resource', () => {
  it.each([
    [{}, 'ai-gateway', {}],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,x=y' }, 'a', { x: 'y' }],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,x=y', OTEL_SERVICE_NAME: 'b' }, 'b', { x: 'y' }],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=' }, 'ai-gateway', {}],
  ])('with %j is %s', (env, serviceName, resourceAttributes) => {
    expect(settingsOf({ env })).toMatchObject({ serviceName });
    expect(settingsOf({ env }).resourceAttributes).toEqual(resourceAttributes);
  });
});

describe('propagators', () => {
  it('are none for none', () => {
    expect(settingsOf({ env: { OTEL_PROPAGATORS: 'none' } }).propagators).toEqual([]);
  });
});
