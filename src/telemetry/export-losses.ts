import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';

/** Why a span or a log record did not arrive; a closed set of our own words. */
export type Loss = 'queue_full' | 'export_failed' | 'rejected' | 'too_large' | 'shutdown';

/** What is lost, in counters and in words. */
interface Lost {
  counter: 'spans.dropped' | 'logs.dropped';
  kind: 'spans' | 'logs';
  words: string;
  bounds: string;
  switchOff: string;
}

const LOST: Record<'TRACES' | 'LOGS', Lost> = {
  TRACES: {
    counter: 'spans.dropped',
    kind: 'spans',
    words: 'spans',
    bounds: 'OTEL_BSP_MAX_QUEUE_SIZE and GENAI_EXTPROC_SPAN_QUEUE_BYTES',
    switchOff: 'OTEL_TRACES_EXPORTER=none',
  },
  LOGS: {
    counter: 'logs.dropped',
    kind: 'logs',
    words: 'log records',
    bounds: 'OTEL_BLRP_MAX_QUEUE_SIZE and GENAI_EXTPROC_LOG_QUEUE_BYTES',
    switchOff: 'OTEL_LOGS_EXPORTER=none',
  },
};

function messageOf({ words, bounds, switchOff }: Lost, loss: Loss): string {
  switch (loss) {
    case 'queue_full':
      return `${words} dropped: the export queue is full; the collector is slower than the traffic (${bounds} bound it)`;
    case 'export_failed':
      return `${words} dropped: the collector could not be reached or refused them; check OTEL_EXPORTER_OTLP_ENDPOINT, or set ${switchOff}`;
    case 'rejected':
      return `${words} dropped: the collector took the request but rejected some of its ${words}`;
    case 'too_large':
      return `${words} dropped: larger than a collector accepts even with their content cut`;
    case 'shutdown':
      return `${words} dropped: they were not exported before the shutdown deadline`;
  }
}

/** Counts and logs items that are lost. */
export type LossReport = (count: number, loss: Loss, error?: unknown) => void;

/** Every loss raises the signal's counter of what was dropped; each kind is logged once per window. */
export function createLossReport(signal: 'TRACES' | 'LOGS', counters: Counters, warn: WindowedWarning): LossReport {
  const lost = LOST[signal];
  return (count, loss, error) => {
    counters.add(lost.counter, count);
    warn(`${lost.kind}.${loss}`, { [lost.kind]: count, ...describeError(error) }, messageOf(lost, loss));
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
