import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  type DecodedLog,
  type DecodedMetric,
  type DecodedSpan,
  decodeLogs,
  decodeMetrics,
  decodeSpans,
  encodeResponse,
} from './otlp-decode.js';

export type OtlpSinkSignal = 'traces' | 'metrics' | 'logs';

/** One export as it arrived. */
export interface OtlpSinkRequest {
  signal: OtlpSinkSignal;
  protocol: 'grpc' | 'http';
  /** The decompressed protobuf. */
  body: Buffer;
  /** HTTP headers or gRPC metadata, lower case. */
  headers: Record<string, string>;
  /** Whether it was taken; what was refused is not in `spans()` and `metrics()`. */
  accepted: boolean;
  receivedAt: number;
}

/** How the sink answers. */
export interface OtlpSinkBehaviour {
  /** Before each answer. */
  delayMillis?: number;
  /** Never answers; connections stay open. */
  silent?: boolean;
  /** Refuses with this HTTP status. */
  httpStatus?: number;
  /** Refuses with this gRPC status code. */
  grpcStatus?: number;
  /** Refuses what is larger, as collectors do. */
  maxRequestBytes?: number;
  /** Takes the request and says that it rejected so many of its items. */
  rejected?: number;
}

/** TLS for both ports; with `clientCa` clients must have a certificate. */
export interface OtlpSinkTls {
  key: Buffer;
  cert: Buffer;
  clientCa?: Buffer;
}

/** An OTLP receiver for tests on loopback: gRPC and http/protobuf. */
export interface OtlpSink {
  grpcUrl: string;
  /** Without a path; signals are at `/v1/traces`, `/v1/metrics`, `/v1/logs`. */
  httpUrl: string;
  /** Every span that was taken, in order of arrival. */
  spans(): DecodedSpan[];
  /** Every metric of every export that was taken, in order of arrival. */
  metrics(): DecodedMetric[];
  /** Every log record that was taken, in order of arrival. */
  logs(): DecodedLog[];
  requests: OtlpSinkRequest[];
  /** Replaces the behaviour from here on. */
  behave(behaviour: OtlpSinkBehaviour): void;
  /** Waits until the condition holds; throws with what arrived after `timeoutMillis` (10 s). */
  until(condition: (sink: OtlpSink) => boolean, timeoutMillis?: number): Promise<void>;
  close(): Promise<void>;
}

const PATHS: Record<string, OtlpSinkSignal> = { '/v1/traces': 'traces', '/v1/metrics': 'metrics', '/v1/logs': 'logs' };
const SERVICES: Record<string, OtlpSinkSignal> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
};

/** Starts a sink on free ports. Close it when the test ends. */
export async function startOtlpSink(behaviour: OtlpSinkBehaviour & { tls?: OtlpSinkTls } = {}): Promise<OtlpSink> {
  const requests: OtlpSinkRequest[] = [];
  let current: OtlpSinkBehaviour = behaviour;

  function take(
    request: Omit<OtlpSinkRequest, 'accepted' | 'receivedAt'>,
    { maxRequestBytes, silent }: OtlpSinkBehaviour,
    refused: boolean,
  ): boolean {
    const tooLarge = maxRequestBytes !== undefined && request.body.length > maxRequestBytes;
    const accepted = !refused && !tooLarge && silent !== true;
    requests.push({ ...request, accepted, receivedAt: performance.now() });
    return accepted;
  }

  const answer = ({ rejected }: OtlpSinkBehaviour) =>
    encodeResponse(rejected === undefined ? undefined : { rejected, errorMessage: 'test' });

  async function onHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const signal = PATHS[request.url ?? ''];
    const chunks: Buffer[] = await request.toArray();
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    if (signal === undefined) {
      response.writeHead(404).end();
      return;
    }
    const headers = request.headers as Record<string, string>;
    // as it is now: a test that changes it speaks of the next request
    const behaviour = current;
    const accepted = take({ signal, protocol: 'http', body, headers }, behaviour, behaviour.httpStatus !== undefined);
    if (behaviour.silent === true) return;
    await sleep(behaviour.delayMillis ?? 0);
    if (accepted) response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(answer(behaviour));
    else response.writeHead(behaviour.httpStatus ?? 413).end();
  }

  async function onGrpc(
    signal: OtlpSinkSignal,
    call: ServerUnaryCall<Buffer, Buffer>,
    done: sendUnaryData<Buffer>,
  ): Promise<void> {
    const headers = call.metadata.getMap() as Record<string, string>;
    const behaviour = current;
    const request = { signal, protocol: 'grpc', body: call.request, headers } as const;
    const accepted = take(request, behaviour, behaviour.grpcStatus !== undefined);
    if (behaviour.silent === true) return;
    await sleep(behaviour.delayMillis ?? 0);
    if (accepted) done(null, answer(behaviour));
    else done({ code: behaviour.grpcStatus ?? status.RESOURCE_EXHAUSTED, details: 'refused by the test' });
  }

  const { tls } = behaviour;
  const listener = (request: IncomingMessage, response: ServerResponse) => void onHttp(request, response);
  const http =
    tls === undefined
      ? createServer(listener)
      : createSecureServer(
          { key: tls.key, cert: tls.cert, ca: tls.clientCa, requestCert: tls.clientCa !== undefined },
          listener,
        );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');

  const grpc = new Server({ 'grpc.max_receive_message_length': -1 });
  for (const [path, signal] of Object.entries(SERVICES)) {
    const identity = (bytes: Buffer) => bytes;
    grpc.addService(
      {
        export: {
          path,
          requestStream: false,
          responseStream: false,
          requestSerialize: identity,
          requestDeserialize: identity,
          responseSerialize: identity,
          responseDeserialize: identity,
        },
      },
      {
        export: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => void onGrpc(signal, call, done),
      },
    );
  }
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          tls.clientCa ?? null,
          [{ private_key: tls.key, cert_chain: tls.cert }],
          tls.clientCa !== undefined,
        );
  const grpcPort = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync('127.0.0.1:0', credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  });

  const scheme = tls === undefined ? 'http' : 'https';
  const sink: OtlpSink = {
    grpcUrl: `${scheme}://127.0.0.1:${grpcPort}`,
    httpUrl: `${scheme}://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    spans: () => accepted(requests, 'traces').flatMap((request) => decodeSpans(request.body)),
    metrics: () => accepted(requests, 'metrics').flatMap((request) => decodeMetrics(request.body)),
    logs: () => accepted(requests, 'logs').flatMap((request) => decodeLogs(request.body)),
    behave(next) {
      current = next;
    },
    async until(condition, timeoutMillis = 10_000) {
      const deadline = performance.now() + timeoutMillis;
      while (!condition(sink)) {
        if (performance.now() > deadline) throw new Error(`the sink waited in vain; it has ${describe(requests)}`);
        await sleep(10);
      }
    },
    async close() {
      http.closeAllConnections();
      http.close();
      grpc.forceShutdown();
    },
  };
  return sink;
}

function accepted(requests: OtlpSinkRequest[], signal: OtlpSinkSignal): OtlpSinkRequest[] {
  return requests.filter((request) => request.accepted && request.signal === signal);
}

function describe(requests: OtlpSinkRequest[]): string {
  if (requests.length === 0) return 'no request';
  return requests
    .map(
      ({ signal, protocol, body, accepted: taken }) =>
        `${signal}/${protocol} ${body.length} B${taken ? '' : ' refused'}`,
    )
    .join(', ');
}
