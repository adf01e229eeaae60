import type { SpanContext } from '@opentelemetry/api';
import type { Attributes } from '../model/attributes.js';
import type { SpanEvent, SpanKind, SpanStatus } from '../model/trace.js';

/** An event as it is exported. */
export interface EndedEvent extends SpanEvent {
  droppedAttributesCount: number;
}

/** A call's span when it has ended, within the limits of the settings: what the exporters take. Only sampled spans become one. */
export interface EndedSpan {
  traceId: string;
  spanId: string;
  parent: SpanContext | undefined;
  kind: SpanKind;
  name: string;
  /** Epoch milliseconds, fractions allowed; never behind {@link endTime}. */
  startTime: number;
  endTime: number;
  attributes: Attributes;
  droppedAttributesCount: number;
  events: readonly EndedEvent[];
  droppedEventsCount: number;
  status: SpanStatus;
}

/** The W3C tracestate of the span: its parent's. */
export function traceStateOf({ parent }: Pick<EndedSpan, 'parent'>): string {
  return parent?.traceState === undefined ? '' : parent.traceState.serialize();
}
