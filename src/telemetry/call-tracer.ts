import { isValidSpanId, isValidTraceId, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace';
import type { Settings } from '../config/settings.js';
import type { CallTrace, CallTracer, GivenSpan, SpanEnd, SpanKind, TraceCarrier } from '../model/trace.js';
import { readBaggage } from './baggage.js';
import type { EndedSpan } from './ended-span.js';
import type { CallSampler } from './sampler.js';
import { limitAttributes, limitEvents, type SpanLimits } from './span-limits.js';
import { createHeaderWriter, type TraceHeaders } from './trace-headers.js';
import { createParentReader, isSampled } from './trace-parent.js';

/*
 * A call's span is a plain record: the SDK's span object and its processors cost more than encoding it does. What is exported is
 * held to the SDK's by property tests.
 */

/** Which spans there are, and where they go when they have ended. */
export interface CallSpans {
  sample: CallSampler;
  limits: SpanLimits;
  take(span: EndedSpan): void;
}

/** What is known of a span when it begins. */
type StartedSpan = Pick<EndedSpan, 'traceId' | 'spanId' | 'parent' | 'kind' | 'startTime'>;

const NO_HEADERS: TraceHeaders = [];

/**
 * Creates the tracer of calls (telemetry contract, section 8); all their spans are of one kind. Without `spans` (no span
 * exporter, or the SDK disabled) no span begins, no header is written, and a call has the trace id of its parent.
 */
export function createCallTracer(
  propagators: Settings['propagators'],
  spans: CallSpans | undefined,
  kind: SpanKind,
): CallTracer {
  const readParent = createParentReader(propagators);
  const writeHeaders = createHeaderWriter(propagators);
  const readsBaggage = propagators.includes('baggage');
  const ids = new RandomIdGenerator();

  function startSpan(parent: SpanContext | undefined, startTime: number): StartedSpan | undefined {
    if (spans === undefined) return undefined;
    const traceId = parent === undefined ? ids.generateTraceId() : parent.traceId;
    if (!spans.sample(parent, traceId)) return undefined;
    return { traceId, spanId: ids.generateSpanId(), parent, kind, startTime };
  }

  function callTrace(
    carrier: TraceCarrier,
    span: StartedSpan | undefined,
    parentId: string | undefined,
    sampled: boolean,
    headers: TraceHeaders,
  ): CallTrace {
    // the text alone: a call that lasts would hold all of its headers otherwise
    const baggage = readsBaggage ? carrier.header('baggage') : undefined;
    return {
      traceId: span === undefined ? parentId : span.traceId,
      spanId: span?.spanId,
      sampled,
      recording: span !== undefined,
      headers,
      identity: () => span && identityOf(span),
      baggage: (key) => readBaggage(baggage, key),
      end(end) {
        if (span !== undefined && spans !== undefined) spans.take(endSpan(span, end, spans.limits));
      },
    };
  }

  return {
    start(carrier, startTime) {
      const given = carrier.given?.();
      if (given !== undefined && isValidTraceId(given.traceId) && isValidSpanId(given.spanId)) {
        const span = spans !== undefined && given.sampled ? givenSpan(given, kind, startTime) : undefined;
        return callTrace(carrier, span, given.traceId, given.sampled, NO_HEADERS);
      }

      const readHeader = (header: string) => carrier.header(header);
      const envoyParent = readParent((header) => carrier.grpcMetadata(header));
      const parent = envoyParent ?? readParent(readHeader);
      const span = startSpan(parent?.context, startTime);

      let headers = NO_HEADERS;
      // when Envoy traces, its router writes the headers after us
      if (spans !== undefined && envoyParent === undefined) {
        if (span !== undefined) {
          headers = writeHeaders({ traceId: span.traceId, spanId: span.spanId, sampled: true }, parent, readHeader);
        } else if (parent !== undefined && isSampled(parent.context)) {
          // sampled out here: those behind us must not wait for a span that never comes
          headers = writeHeaders({ ...parent.context, sampled: false }, parent, readHeader);
        }
      }
      // without spans nothing is decided here: the trace is as sampled as its parent
      const sampled = span !== undefined || (spans === undefined && parent !== undefined && isSampled(parent.context));
      return callTrace(carrier, span, parent?.context.traceId, sampled, headers);
    },
  };
}

function identityOf({ traceId, spanId, parent }: StartedSpan): GivenSpan {
  return { traceId, spanId, parentSpanId: parent?.spanId, sampled: true, traceState: parent?.traceState?.serialize() };
}

function givenSpan(given: GivenSpan, kind: SpanKind, startTime: number): StartedSpan {
  const { traceId, spanId, parentSpanId, traceState } = given;
  const state = traceState ? { traceState: new TraceState(traceState) } : {};
  const hasParent = parentSpanId !== undefined && isValidSpanId(parentSpanId);
  const parent: SpanContext | undefined = hasParent
    ? { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED, isRemote: true, ...state }
    : undefined;
  return { traceId, spanId, parent, kind, startTime };
}

function endSpan(span: StartedSpan, end: SpanEnd, limits: SpanLimits): EndedSpan {
  const { attributes, dropped } = limitAttributes(end.attributes, limits.attributeCount, limits.valueLength);
  const events = limitEvents(end.events, limits.valueLength);
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parent: span.parent,
    kind: span.kind,
    name: end.name,
    startTime: span.startTime,
    endTime: Math.max(span.startTime, end.endTime),
    attributes,
    droppedAttributesCount: dropped,
    events,
    droppedEventsCount: end.events.length - events.length,
    status: end.status,
  };
}
