import type { OtlpSettings } from '../../src/config/settings.js';
import type { TelemetrySettings as Settings } from '../../src/telemetry/telemetry-settings.js';
import type { Log } from '../../src/util/log.js';

/** What a test changes of {@link telemetrySettings}. */
export interface TelemetryOptions {
  traces?: Partial<Omit<Settings['traces'], 'otlp' | 'batch'>>;
  otlp?: Partial<OtlpSettings>;
  batch?: Partial<Settings['traces']['batch']>;
  metrics?: Partial<Omit<Settings['metrics'], 'otlp'>>;
  logs?: Partial<Omit<Settings['logs'], 'otlp' | 'batch'>>;
  limits?: Partial<Settings['limits']>;
  propagators?: Settings['propagators'];
  sdkDisabled?: boolean;
  sessionHeaders?: boolean;
  serviceName?: string;
  resourceAttributes?: Record<string, string>;
}

/** Settings with the defaults that matter to telemetry and fast timers; `endpoint` is a sink's URL without a path. */
export function telemetrySettings(endpoint: string, options: TelemetryOptions = {}): Settings {
  const otlp: OtlpSettings = {
    protocol: 'grpc',
    endpoint,
    headers: {},
    timeoutMillis: 5_000,
    compression: 'none',
    ...options.otlp,
  };
  const batch = {
    maxQueueSize: 2048,
    maxBatchSize: 512,
    scheduleDelayMillis: 20,
    exportTimeoutMillis: 30_000,
    ...options.batch,
  };
  const withPath = (path: string) =>
    otlp.protocol === 'grpc' ? otlp : { ...otlp, endpoint: `${otlp.endpoint}/v1/${path}` };
  return {
    serviceName: options.serviceName ?? 'ai-gateway',
    resourceAttributes: options.resourceAttributes ?? {},
    sdkDisabled: options.sdkDisabled ?? false,
    sessionHeaders: options.sessionHeaders ?? true,
    traces: {
      exporters: ['otlp'],
      conventions: ['openinference'],
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      attributeCountLimit: 4096,
      attributeValueLengthLimit: Number.POSITIVE_INFINITY,
      ...options.traces,
      otlp: withPath('traces'),
      batch,
    },
    metrics: {
      exporters: ['otlp'],
      intervalMillis: 60_000,
      exportTimeoutMillis: 30_000,
      temporality: 'cumulative',
      ...options.metrics,
      otlp: withPath('metrics'),
    },
    logs: {
      exporters: ['none'],
      retention: { share: 1, expensiveTokens: 10_000, slowMillis: 30_000 },
      ...options.logs,
      otlp: withPath('logs'),
      batch,
    },
    propagators: options.propagators ?? ['tracecontext', 'baggage'],
    limits: {
      metricSeries: 2000,
      spanQueueBytes: 64 * 1024 * 1024,
      spanBatchBytes: 1024 * 1024,
      logQueueBytes: 16 * 1024 * 1024,
      logBatchBytes: 512 * 1024,
      ...options.limits,
    },
  };
}

/** A log that keeps its lines. */
export function keepingLog(): Log & { lines: { level: string; fields: object; message: string }[] } {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
