import type { Attributes } from './attributes.js';
import type { GenAiRecord } from './record.js';
import type { SpanEvent, SpanKind, SpanStatus } from './trace.js';

/** The vocabularies in which a span may speak of a call. */
export type ConventionName = 'openinference' | 'gen_ai';

/** The kind of a span, which its first vocabulary decides (telemetry contract, section 1). */
export const SPAN_KINDS: Readonly<Record<ConventionName, SpanKind>> = { openinference: 'INTERNAL', gen_ai: 'CLIENT' };

/** What one vocabulary says of a call. */
export interface SpanProjection {
  name: string;
  /** Model, usage, error and the like: few and short. They are set before the content, which a limit may cut. */
  facts: Attributes;
  /** What was asked and answered, as far as it may be shown. */
  content: Attributes;
  events: SpanEvent[];
  status: SpanStatus;
}

/** Projects a finished call onto one vocabulary; a pure function of the record. */
export type SpanConvention = (record: GenAiRecord) => SpanProjection;
