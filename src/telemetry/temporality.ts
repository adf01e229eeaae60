import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';
import type { Settings } from '../config/settings.js';

/** Temporality by instrument, for one preference. */
export type TemporalitySelector = (instrument: InstrumentType) => AggregationTemporality;

const DELTA = new Set([
  InstrumentType.COUNTER,
  InstrumentType.OBSERVABLE_COUNTER,
  InstrumentType.HISTOGRAM,
  InstrumentType.GAUGE,
  InstrumentType.OBSERVABLE_GAUGE,
]);
const LOW_MEMORY = new Set([InstrumentType.COUNTER, InstrumentType.HISTOGRAM]);

/** `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` (OTLP metrics exporter specification). */
export function createTemporalitySelector(preference: Settings['metrics']['temporality']): TemporalitySelector {
  const delta = { cumulative: new Set<InstrumentType>(), delta: DELTA, lowmemory: LOW_MEMORY }[preference];
  return (instrument) => (delta.has(instrument) ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE);
}
