import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';

/** Why a span did not arrive; a closed set of our own words. */
export type SpanLoss = 'queue_full' | 'export_failed' | 'rejected' | 'too_large' | 'shutdown';

const MESSAGES: Record<SpanLoss, string> = {
  queue_full:
    'spans dropped: the export queue is full; the collector is slower than the traffic (OTEL_BSP_MAX_QUEUE_SIZE and the span queue bytes bound it)',
  export_failed: 'spans dropped: the collector could not be reached or refused them; check OTEL_EXPORTER_OTLP_ENDPOINT',
  rejected: 'spans dropped: the collector took the request but rejected some of its spans',
  too_large: 'span dropped: it is larger than a collector accepts even with its content cut',
  shutdown: 'spans dropped: they were not exported before the shutdown deadline',
};

/** Counts and logs spans that are lost. */
export type SpanLossReport = (count: number, loss: SpanLoss, error?: unknown) => void;

/** Every loss raises `spans.dropped`; each kind is logged once per window. */
export function createSpanLossReport(counters: Counters, warn: WindowedWarning): SpanLossReport {
  return (count, loss, error) => {
    counters.add('spans.dropped', count);
    warn(`spans.${loss}`, { spans: count, ...describeError(error) }, MESSAGES[loss]);
  };
}

/** The error as log fields: its text, and the code that gRPC or HTTP gave it. */
export function describeError(error: unknown): { error?: string; code?: unknown } {
  if (error === undefined) return {};
  if (!(error instanceof Error)) return { error: String(error) };
  // a refused connection to a name with several addresses has no text of its own
  const message = error.message === '' ? String((error as { code?: unknown }).code ?? error.name) : error.message;
  return { error: message.slice(0, 500), code: (error as { code?: unknown }).code };
}
