import type { ContentPolicy } from '../model/content-policy.js';

/** Where the ext_proc server listens. */
export type ListenAddress = { kind: 'tcp'; host: string; port: number } | { kind: 'unix'; path: string };

/** One header of the request that becomes an attribute; `header` is lower case. */
export interface HeaderPair {
  header: string;
  attribute: string;
}

/** The header mapping after defaults and overlays (telemetry contract, section 5). */
export interface HeaderMapping {
  span: readonly HeaderPair[];
  metrics: readonly HeaderPair[];
  log: readonly HeaderPair[];
  /** Whether `session.id` may also come from baggage: the signal's default was not cleared (section 8). */
  baggageSession: { span: boolean; log: boolean };
}

/** One signal's OTLP exporter. */
export interface OtlpSettings {
  protocol: 'grpc' | 'http/protobuf';
  /** Full URL: for http/protobuf with the signal's path, for grpc scheme, host and port. */
  endpoint: string;
  headers: Record<string, string>;
  timeoutMillis: number;
  compression: 'none' | 'gzip';
  /** PEM file contents are read at start; paths stay here. */
  certificate?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  insecure?: boolean | undefined;
}

export type ExporterName = 'otlp' | 'console' | 'none' | 'prometheus';

/** Limits on untrusted input and on what we hold; bytes unless the key says otherwise. */
export interface Limits {
  /** Kept of each request and each response body. */
  contentBytes: number;
  /** One SSE event. */
  eventBytes: number;
  /** A decompressed answer. */
  decodedBytes: number;
  /** Decompressed to compressed size. */
  decodedRatio: number;
  /** How long the end-of-stream reply of a compressed answer may wait for its decoder, in milliseconds. */
  decodeWaitMillis: number;
  /** Distinct values of one metric attribute, then `_other`. */
  metricAttributeValues: number;
  /** Distinct combinations of metric attributes. */
  metricSeries: number;
  /** Characters of one mapped header's value. */
  headerValueCharacters: number;
  /** Waiting spans, and one export batch. */
  spanQueueBytes: number;
  spanBatchBytes: number;
  /** How long a reply may be owed before the watchdog ends the stream, in milliseconds. */
  replyMillis: number;
  /** One gRPC message. */
  messageBytes: number;
}

/** Every setting, validated; built once at start. */
export interface Settings {
  listen: ListenAddress;
  /** File mode of a unix socket. */
  socketMode: number;
  admin: { host: string; port: number };
  debug: boolean;
  /** Milliseconds that a shutdown may take. */
  drainMillis: number;
  metadataNamespace: string;
  serviceName: string;
  resourceAttributes: Record<string, string>;
  sdkDisabled: boolean;
  traces: {
    exporters: readonly ExporterName[];
    otlp: OtlpSettings;
    sampler: string;
    samplerRatio: number;
    batch: { maxQueueSize: number; maxBatchSize: number; scheduleDelayMillis: number; exportTimeoutMillis: number };
    attributeCountLimit: number;
    attributeValueLengthLimit: number;
  };
  metrics: {
    exporters: readonly ExporterName[];
    otlp: OtlpSettings;
    intervalMillis: number;
    exportTimeoutMillis: number;
    temporality: 'cumulative' | 'delta' | 'lowmemory';
  };
  propagators: readonly ('tracecontext' | 'baggage' | 'b3' | 'b3multi')[];
  headerMapping: HeaderMapping;
  contentPolicy: ContentPolicy;
  limits: Limits;
}
