import type { ContentCapture, ContentPolicy } from '../model/content-policy.js';
import type { ConventionName } from '../model/span-convention.js';

/** How Envoy shows calls to the sidecar (docs/modes.md). */
export const ENVOY_MODES = ['inline', 'observe', 'pair'] as const;

export type EnvoyMode = (typeof ENVOY_MODES)[number];

/** A TCP address; an IPv6 host stands without its brackets. */
export interface HostPort {
  host: string;
  port: number;
}

/** Where the ext_proc server listens; an IPv6 host stands without its brackets. */
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
  /** Paths of PEM files; that each can be read was checked at start. */
  certificate?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  /** The connection is not encrypted: the endpoint's scheme is http. */
  insecure?: boolean | undefined;
}

/** `prometheus` is a metrics exporter only; `none` and `prometheus` mean the /metrics endpoint alone. */
export type ExporterName = 'otlp' | 'console' | 'none' | 'prometheus';

/** The samplers of `OTEL_TRACES_SAMPLER`. */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

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
  /** Waiting log records, and one export batch. */
  logQueueBytes: number;
  logBatchBytes: number;
  /** How long a reply may be owed before the watchdog ends the stream, in milliseconds. */
  replyMillis: number;
  /** One gRPC message; -1 is no limit. */
  messageBytes: number;
  /** Kept of all open calls together. */
  heldBytes: number;
  /** Open ext_proc streams. */
  streams: number;
}

/** How what waits for its export is batched, beside its bytes. */
export interface BatchSettings {
  maxQueueSize: number;
  maxBatchSize: number;
  scheduleDelayMillis: number;
  exportTimeoutMillis: number;
}

/** Which calls have a log record: those that failed, the expensive, the slow, and a share of the others. */
export interface LogRetention {
  /** 0 to 1. */
  share: number;
  /** Input and output tokens together. */
  expensiveTokens: number;
  slowMillis: number;
}

/** Providers by what Envoy names or the client addresses; hosts in lower case. */
export interface ProviderMap {
  clusters: ReadonlyMap<string, string>;
  routes: ReadonlyMap<string, string>;
  hosts: ReadonlyMap<string, string>;
}

/** Every setting, validated; built once at start. */
export interface Settings {
  listen: ListenAddress;
  /** Processes that serve; each at an address of its own, see `workerAddresses`. */
  workers: number;
  /** File mode of a unix socket. */
  socketMode: number;
  admin: HostPort;
  debug: boolean;
  /** Encryption of the ext_proc port: paths of PEM files; that each can be read was checked at start. Absent: none. */
  tls?: { certificate: string; key: string; clientCa?: string | undefined } | undefined;
  /** Milliseconds that a shutdown may take. */
  drainMillis: number;
  /** Milliseconds of these in which new streams are still taken. */
  drainDelayMillis: number;
  metadataNamespace: string;
  serviceName: string;
  resourceAttributes: Record<string, string>;
  /** The exporters of every signal are `none` then, whatever was asked for. */
  sdkDisabled: boolean;
  /** Exports say by a header which process they come from. */
  sessionHeaders: boolean;
  traces: {
    /** Never empty; `none` stands alone. */
    exporters: readonly ExporterName[];
    otlp: OtlpSettings;
    /** The vocabularies of a span; the first decides its name, kind and status. */
    conventions: readonly [ConventionName, ...ConventionName[]];
    /** A file that gets every span as a line of JSON; no setting, the `up` command's own when there is no exporter. */
    spanFile?: string | undefined;
    sampler: SamplerName;
    /** For the two ratio samplers, 0 to 1. */
    samplerRatio: number;
    batch: BatchSettings;
    attributeCountLimit: number;
    /** Characters; Infinity when not limited. */
    attributeValueLengthLimit: number;
  };
  metrics: {
    /** Never empty; `none` stands alone. */
    exporters: readonly ExporterName[];
    otlp: OtlpSettings;
    intervalMillis: number;
    /** At most the interval. */
    exportTimeoutMillis: number;
    temporality: 'cumulative' | 'delta' | 'lowmemory';
  };
  /** The log record of each call. */
  logs: {
    /** Never empty; `none` stands alone. */
    exporters: readonly ExporterName[];
    otlp: OtlpSettings;
    batch: BatchSettings;
    retention: LogRetention;
  };
  /** Empty for `none`. */
  propagators: readonly ('tracecontext' | 'baggage' | 'b3' | 'b3multi')[];
  headerMapping: HeaderMapping;
  providers: ProviderMap;
  /** Sessions and users are also taken from request bodies. */
  bodySessions: boolean;
  /** A price list's path; its content is good; absent: no costs. */
  pricesFile?: string | undefined;
  /** CEL expressions of integer costs, by metadata key. */
  costs: readonly { key: string; expression: string }[];
  contentPolicy: ContentPolicy;
  contentCapture: ContentCapture;
  limits: Limits;
  /** The marks beyond which work is left out; 0: never. `memoryBytes` absent: by the machine. */
  shedding: { lagMillis: number; memoryBytes?: number | undefined };
  /** The settings of the commands `up` and `envoy-config`. */
  up: {
    /** A http or https URL, `simulated` or `llama`; absent: `up` looks for one. */
    upstream?: string | undefined;
    /** Where Envoy listens for clients. */
    gateway: HostPort;
    mode: EnvoyMode;
  };
}
