/** What the signals say of the calls of a batch. */
import type { AccessLogRow } from '../../support/envoy.js';
import type { DecodedSpan } from '../../support/otlp-decode.js';
import type { MetricSample } from '../../support/prometheus-page.js';
import type { FaultStage } from './fault-stage.js';

/** Duration samples by error type (`''`: successes). */
export type Samples = Map<string, number>;
/** Duration samples by the model that the client asked for. */
export type Durations = Map<string, Samples>;
export type SpansByTrace = Map<string, DecodedSpan[]>;

/** What the metrics call the model of a request whose body nobody has seen. */
export const NO_MODEL = 'unknown';

function add(durations: Durations, model: string, type: string, count: number): void {
  const samples = durations.get(model) ?? new Map<string, number>();
  samples.set(type, (samples.get(type) ?? 0) + count);
  durations.set(model, samples);
}

/** As /metrics has them now. */
export function durationsOnPage(samples: readonly MetricSample[]): Durations {
  const durations: Durations = new Map();
  for (const { name, labels, value } of samples) {
    if (name !== 'gen_ai_server_request_duration_seconds_count') continue;
    add(durations, labels['gen_ai_original_model'] ?? NO_MODEL, labels['error_type'] ?? '', value);
  }
  return durations;
}

/** As the sink last heard of them, for a process that is gone. */
export function durationsExported(stage: FaultStage): Durations {
  const series = new Map<string, { model: string; type: string; count: number }>();
  for (const metric of stage.sink.metrics()) {
    if (metric.name !== 'gen_ai.server.request.duration') continue;
    for (const { attributes, count = 0 } of metric.points) {
      const key = JSON.stringify(attributes);
      const model = String(attributes['gen_ai.original.model'] ?? NO_MODEL);
      const most = Math.max(count, series.get(key)?.count ?? 0);
      series.set(key, { model, type: String(attributes['error.type'] ?? ''), count: most });
    }
  }
  const durations: Durations = new Map();
  for (const { model, type, count } of series.values()) add(durations, model, type, count);
  return durations;
}

/** What came since. */
export function newDurations(now: Durations, before: Durations): Durations {
  const news: Durations = new Map();
  for (const [model, samples] of now) {
    for (const [type, count] of samples) {
      const more = count - (before.get(model)?.get(type) ?? 0);
      if (more > 0) add(news, model, type, more);
    }
  }
  return news;
}

/** The spans that the sink has taken. */
export function spansByTrace(stage: FaultStage): SpansByTrace {
  const byTrace: SpansByTrace = new Map();
  for (const span of stage.sink.spans()) byTrace.set(span.traceId, [...(byTrace.get(span.traceId) ?? []), span]);
  return byTrace;
}

/** Access-log rows by the call's id. */
export async function rowsById(stage: FaultStage): Promise<Map<string, AccessLogRow[]>> {
  const byId = new Map<string, AccessLogRow[]>();
  for (const row of await stage.envoy.accessLog()) {
    const id = /[?&]t=([^&]+)/.exec(String(row['request.path']))?.[1];
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), row]);
  }
  return byId;
}

/** A value of the sidecar's self-metrics, all label sets together. */
export function selfMetric(samples: readonly MetricSample[], name: string): number {
  return samples.filter((sample) => sample.name === `genai_extproc_${name}`).reduce((sum, { value }) => sum + value, 0);
}
