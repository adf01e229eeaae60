import { boolean, oneOf } from '../kinds/choice.js';
import { milliseconds } from '../kinds/number.js';
import { requestHeaders } from '../kinds/pairs.js';
import { judgePem } from '../kinds/pem.js';
import { filePath } from '../kinds/text.js';
import { endpoint } from '../kinds/url.js';
import type { Setting, SettingSection } from '../setting.js';

const protocol = oneOf(['grpc', 'http/protobuf'], {
  'http/json': 'is not offered: several backends refuse OTLP as JSON, and encoding it costs more than protobuf',
});
const compression = oneOf(['none', 'gzip']);

/** What every signal's own settings say without a value. */
const otherwise = 'the general setting';

const endpointOf = (signal: string, path: string) =>
  ({
    kind: endpoint,
    otherwise,
    help: `Where ${signal} are sent, taken as it is (http/protobuf collectors take ${path}).`,
  }) as const satisfies Setting;
const protocolOf = (signal: string) =>
  ({ kind: protocol, otherwise, help: `Protocol of ${signal}.` }) as const satisfies Setting;
const headersOf = (signal: string) =>
  ({
    kind: requestHeaders,
    otherwise,
    sensitive: true,
    help: `Headers of requests with ${signal}, instead of the general ones.`,
  }) as const satisfies Setting;
const timeoutOf = (signal: string) =>
  ({
    kind: milliseconds(1),
    otherwise,
    unit: 'ms',
    help: `How long one request with ${signal} may take.`,
  }) as const satisfies Setting;
const compressionOf = (signal: string) =>
  ({ kind: compression, otherwise, help: `Compression of ${signal}.` }) as const satisfies Setting;
const insecureOf = (signal: string) =>
  ({
    kind: boolean,
    otherwise,
    help: `Whether an endpoint for ${signal} without a scheme is spoken to unencrypted.`,
  }) as const satisfies Setting;
const pemOf = (what: string) =>
  ({ kind: filePath, otherwise, judgeFile: judgePem, help: `PEM file with ${what}.` }) as const satisfies Setting;

/** The OTLP exporters: general settings, and each signal's own, which win. */
export const OTLP_SECTION = {
  title: 'OpenTelemetry: OTLP',
  about: "The OTLP exporters. A signal's own setting wins over the general one.",
  settings: {
    OTEL_EXPORTER_OTLP_ENDPOINT: {
      kind: endpoint,
      otherwise: 'http://localhost:4318, with protocol grpc http://localhost:4317',
      help: 'Where telemetry is sent; with http/protobuf /v1/traces, /v1/metrics and /v1/logs are appended.',
    },
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpointOf('spans', '/v1/traces'),
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpointOf('metrics', '/v1/metrics'),
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: endpointOf('log records', '/v1/logs'),
    OTEL_EXPORTER_OTLP_PROTOCOL: {
      kind: protocol,
      default: 'http/protobuf',
      help: 'How telemetry is sent.',
      reason: "The specification's and Envoy AI Gateway's default.",
    },
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocolOf('spans'),
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: protocolOf('metrics'),
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: protocolOf('log records'),
    OTEL_EXPORTER_OTLP_HEADERS: {
      kind: requestHeaders,
      otherwise: 'none',
      sensitive: true,
      help: 'Headers of every request, often the credential of the backend.',
    },
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: headersOf('spans'),
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: headersOf('metrics'),
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: headersOf('log records'),
    GENAI_EXTPROC_SESSION_HEADERS: {
      kind: boolean,
      default: 'true',
      help: 'Requests carry DD-Session-ID, a random id of this process, and DD-Root-Session-ID, that of the first one, in the processes that it starts. Headers of the same name that are given win.',
      reason: 'Backends tell the processes of one service apart by them; others ignore them.',
    },
    OTEL_EXPORTER_OTLP_TIMEOUT: {
      kind: milliseconds(1),
      default: '10000',
      unit: 'ms',
      help: 'How long one request may take.',
    },
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: timeoutOf('spans'),
    OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: timeoutOf('metrics'),
    OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: timeoutOf('log records'),
    OTEL_EXPORTER_OTLP_COMPRESSION: { kind: compression, default: 'none', help: 'Compression of requests.' },
    OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: compressionOf('spans'),
    OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: compressionOf('metrics'),
    OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: compressionOf('log records'),
    OTEL_EXPORTER_OTLP_CERTIFICATE: {
      kind: filePath,
      judgeFile: judgePem,
      otherwise: "Node's list of certificate authorities",
      help: 'PEM file with the certificates that vouch for the collector.',
    },
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: pemOf('the certificates that vouch for the collector of spans'),
    OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: pemOf('the certificates that vouch for the collector of metrics'),
    OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: pemOf('the certificates that vouch for the collector of log records'),
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: {
      kind: filePath,
      judgeFile: judgePem,
      otherwise: 'none',
      help: 'PEM file with our own certificate, for a collector that asks for one; goes with a client key.',
    },
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: pemOf('our own certificate for spans'),
    OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE: pemOf('our own certificate for metrics'),
    OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE: pemOf('our own certificate for log records'),
    OTEL_EXPORTER_OTLP_CLIENT_KEY: {
      kind: filePath,
      judgeFile: judgePem,
      otherwise: 'none',
      help: "PEM file with our own certificate's private key.",
    },
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: pemOf('the private key for spans'),
    OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: pemOf('the private key for metrics'),
    OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY: pemOf('the private key for log records'),
    OTEL_EXPORTER_OTLP_INSECURE: {
      kind: boolean,
      default: 'false',
      help: 'With protocol grpc: an endpoint without a scheme is spoken to unencrypted. A scheme decides by itself.',
    },
    OTEL_EXPORTER_OTLP_TRACES_INSECURE: insecureOf('spans'),
    OTEL_EXPORTER_OTLP_METRICS_INSECURE: insecureOf('metrics'),
    OTEL_EXPORTER_OTLP_LOGS_INSECURE: insecureOf('log records'),
  },
} as const satisfies SettingSection;
