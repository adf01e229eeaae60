import { ExportResultCode } from '@opentelemetry/core';
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import { createOtlpHttpExportDelegate, httpAgentFactoryFromOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { createOtlpGrpcExportDelegate } from '@opentelemetry/otlp-grpc-exporter-base';
import type { IExporterMetricsHelper, ISerializer } from '@opentelemetry/otlp-transformer';
import type { OtlpSettings } from '../config/settings.js';
import { PACKAGE } from '../util/package-info.js';
import { grpcEndpoint, grpcMetadata, type OtlpSignal, readCertificates } from './otlp-credentials.js';

/** Sends one signal to one collector. */
export interface OtlpSender<Payload> {
  /** Resolves when the collector has taken the payload; rejects with the reason when it has not, after retries. */
  send(payload: Payload): Promise<void>;
  shutdown(): Promise<void>;
}

const SERVICES = {
  TRACES: { name: 'TraceService', path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export' },
  METRICS: { name: 'MetricsService', path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export' },
  LOGS: { name: 'LogsService', path: '/opentelemetry.proto.collector.logs.v1.LogsService/Export' },
} as const;

/** gRPC status codes after which the specification asks to try again (OTLP/gRPC response). */
const RETRYABLE_STATUS = new Set([1, 4, 10, 11, 14, 15]);
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 5_000;

/**
 * Creates the sender of one signal, by gRPC or http/protobuf. Everything comes from `settings`; the environment is not
 * read. Retries end with the exporter's own timeout.
 *
 * @throws Error naming the setting when a certificate or a header is unusable.
 */
export function createOtlpSender<Payload, Response>(
  signal: OtlpSignal,
  settings: OtlpSettings,
  serializer: ISerializer<Payload, Response>,
  counted: IExporterMetricsHelper<Payload>,
): OtlpSender<Payload> {
  const delegate =
    settings.protocol === 'grpc'
      ? createGrpcDelegate(signal, settings, serializer, counted)
      : createHttpDelegate(signal, settings, serializer, counted);
  const sendOnce = (payload: Payload) => exportOnce(delegate, payload);
  return {
    // the http transport tries again by itself, the gRPC one does not
    send:
      settings.protocol === 'grpc' ? (payload) => sendWithRetry(sendOnce, payload, settings.timeoutMillis) : sendOnce,
    shutdown: () => delegate.shutdown(),
  };
}

/** What both transports share; one batch is under way at a time, the other places are for those that were given up. */
function sharedOptions(settings: OtlpSettings) {
  return {
    timeoutMillis: settings.timeoutMillis,
    compression: settings.compression,
    concurrencyLimit: 4,
    userAgent: `${PACKAGE.name}/${PACKAGE.version}`,
  };
}

function createGrpcDelegate<Payload, Response>(
  signal: OtlpSignal,
  settings: OtlpSettings,
  serializer: ISerializer<Payload, Response>,
  counted: IExporterMetricsHelper<Payload>,
): IOtlpExportDelegate<Payload> {
  const { address, credentials } = grpcEndpoint(settings, readCertificates(signal, settings));
  const metadata = grpcMetadata(signal, settings);
  return createOtlpGrpcExportDelegate(
    { ...sharedOptions(settings), url: address, metadata: () => metadata, credentials },
    serializer,
    'otlp_grpc_exporter',
    counted,
    undefined,
    SERVICES[signal].name,
    SERVICES[signal].path,
  );
}

function createHttpDelegate<Payload, Response>(
  signal: OtlpSignal,
  settings: OtlpSettings,
  serializer: ISerializer<Payload, Response>,
  counted: IExporterMetricsHelper<Payload>,
): IOtlpExportDelegate<Payload> {
  return createOtlpHttpExportDelegate(
    {
      ...sharedOptions(settings),
      url: settings.endpoint,
      // a fresh object each time: the transport writes into it
      headers: async () => ({ ...settings.headers, 'Content-Type': 'application/x-protobuf' }),
      agentFactory: httpAgentFactoryFromOptions({ keepAlive: true, ...readCertificates(signal, settings) }),
    },
    serializer,
    'otlp_http_exporter',
    counted,
    undefined,
  );
}

function exportOnce<Payload>(delegate: IOtlpExportDelegate<Payload>, payload: Payload): Promise<void> {
  return new Promise((resolve, reject) => {
    delegate.export(payload, (result) => {
      if (result.code === ExportResultCode.SUCCESS) resolve();
      else reject(result.error ?? new Error('the collector did not take it'));
    });
  });
}

async function sendWithRetry<Payload>(
  send: (payload: Payload) => Promise<void>,
  payload: Payload,
  timeoutMillis: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMillis;
  for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(backoff * 1.5, MAX_BACKOFF_MS)) {
    try {
      return await send(payload);
    } catch (error) {
      // jitter, so that sidecars that lost one collector together do not come back together
      const wait = backoff * (0.8 + Math.random() * 0.4);
      if (!isRetryable(error) || performance.now() + wait > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait).unref());
    }
  }
}

function isRetryable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' && RETRYABLE_STATUS.has(code);
}
