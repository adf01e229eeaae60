import { createGauges, type Gauges } from './gauges.js';

/**
 * The sidecar's counts of itself: plain numbers on the hot path, read by telemetry when it collects.
 * The table is the list of self-metrics; each name becomes `genai_extproc.<name>` (a monotonic sum).
 */
export const COUNTER_NAMES = {
  'streams.opened': 'ext_proc streams that Envoy opened',
  'streams.unsupported_mode': 'streams ended because their body mode cannot be served',
  'streams.internal_error': 'streams ended by an error of ours (the call went on, unobserved from there)',
  'streams.watchdog': 'streams ended because a reply was owed for too long',
  'streams.refused': 'streams ended at once because too many were open (the calls went on, unobserved)',
  'connections.refused':
    'connections refused in their TLS handshake, for want of a certificate that is trusted or for another reason',
  'messages.received': 'ext_proc messages received',
  'calls.recorded': 'GenAI calls recorded',
  'calls.usage_missing': 'successful calls whose answer carried no usage',
  'content.truncated': 'calls whose kept content reached its cap',
  'content.shed': 'calls whose content was let go, or never kept, because of load',
  'content.given_up': 'calls of which only what was known already is told, because open calls held too much together',
  'spans.shed': 'calls without a span because of load',
  'decode.failed': 'answers whose content-encoding could not be decoded',
  'decode.limited': 'answers whose decoded size or ratio reached its limit',
  'events.oversized': 'stream events dropped for their size',
  'events.unparsable': 'stream events that were not JSON',
  'recorder.failed': 'records that a recorder could not take',
  'spans.exported': 'spans handed to every exporter successfully',
  'spans.dropped': 'spans lost: queue full, too large, or export failed',
  'spans.cut': 'spans whose content was cut to stay below what collectors accept',
  'logs.exported': 'log records handed to every exporter successfully',
  'logs.dropped': 'log records lost: queue full, too large, or export failed',
  'logs.cut': 'log records whose content was cut to stay below what collectors accept',
  'logs.sampled_out': 'calls without a log record because of the share that is kept',
  'metrics.export_failed': 'metric exports that failed',
  'metrics.limited': 'attribute values replaced by _other because a cardinality cap was reached',
  'costs.failed': 'cost expressions that failed for a call, or gave no whole number',
  'workers.restarted': 'workers that ended unasked and were started again',
  'baggage.rejected': 'session ids from baggage that were not acceptable',
} as const satisfies Record<string, string>;

export type CounterName = keyof typeof COUNTER_NAMES;

/** Counts by name. */
export class Counters {
  readonly values: Record<CounterName, number> = Object.fromEntries(
    Object.keys(COUNTER_NAMES).map((name) => [name, 0]),
  ) as Record<CounterName, number>;

  /** What stands beside the counts: what is held at this moment. */
  readonly gauges: Gauges = createGauges();

  add(name: CounterName, by = 1): void {
    this.values[name] += by;
  }
}
