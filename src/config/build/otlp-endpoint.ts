import type { OtlpSettings } from '../settings.js';
import type { Values } from '../table/table.js';
import type { Judge } from './judge.js';

/** The signals that are sent over OTLP. */
export type OtlpSignal = 'TRACES' | 'METRICS' | 'LOGS';

const PATHS: Record<OtlpSignal, string> = { TRACES: 'v1/traces', METRICS: 'v1/metrics', LOGS: 'v1/logs' };
const USUAL_PORT = { grpc: '4317', 'http/protobuf': '4318' } as const;

function grpcUrl(url: URL): string {
  // gRPC takes 443 where no port is said, whatever the scheme
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return `${url.protocol}//${url.hostname}:${port}`;
}

function appendPath(base: URL, path: string): string {
  const url = new URL(base);
  url.pathname += url.pathname.endsWith('/') ? path : `/${path}`;
  url.hash = '';
  return url.href;
}

/** The URL of a signal's endpoint: its own as it is, the general one with the signal's path (http/protobuf), else the default. */
export function otlpEndpoint(
  signal: OtlpSignal,
  protocol: OtlpSettings['protocol'],
  values: Values,
  judge: Judge,
): string {
  const ownName = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT` as const;
  const own = values[ownName];
  const endpoint = own ?? values.OTEL_EXPORTER_OTLP_ENDPOINT;
  const name = own ? ownName : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const isHttp = protocol === 'http/protobuf';
  if (!endpoint) return isHttp ? `http://localhost:4318/${PATHS[signal]}` : 'http://localhost:4317';

  if (endpoint.kind === 'target') {
    if (isHttp) {
      const remedy = 'put http:// or https:// before it, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc';
      judge.refuse(name, 'has no scheme, which protocol http/protobuf needs', remedy, [
        'OTEL_EXPORTER_OTLP_PROTOCOL',
        `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`,
      ]);
    }
    const insecure = values[`OTEL_EXPORTER_OTLP_${signal}_INSECURE`] ?? values.OTEL_EXPORTER_OTLP_INSECURE;
    const { host, port } = endpoint.target;
    return `${insecure ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  const { url } = endpoint;
  const other = isHttp ? 'grpc' : 'http/protobuf';
  if (url.port === USUAL_PORT[other]) {
    judge.warn(`${name} has port ${url.port}, where collectors expect ${other}, but the protocol is ${protocol}`);
  }
  if (isHttp) return own ? url.href : appendPath(url, PATHS[signal]);
  if (url.username !== '' || url.password !== '') {
    judge.refuse(name, 'holds a user or password, which gRPC does not send', 'use OTEL_EXPORTER_OTLP_HEADERS', []);
  }
  if (url.pathname !== '/' || url.search !== '') {
    judge.warn(`${name} has a path, which protocol grpc does not use`);
  }
  return grpcUrl(url);
}
