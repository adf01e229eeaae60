import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { Settings } from '../config/settings.js';
import type { CallTrace, CallTracer, SpanEnd, SpanKind as SpanKindName, TraceCarrier } from '../model/trace.js';
import { readBaggage } from './baggage.js';
import { createHeaderWriter, type TraceHeaders } from './trace-headers.js';
import { createParentReader, isSampled, type TraceParent } from './trace-parent.js';

const NO_HEADERS: TraceHeaders = [];
const KINDS = { INTERNAL: SpanKind.INTERNAL, CLIENT: SpanKind.CLIENT } as const;
/** Until a span's end gives it its own. */
const PROVISIONAL_NAME = 'GenAI call';

/**
 * Creates the tracer of calls (telemetry contract, section 8); all their spans are of one kind. Without `tracer` (no span
 * exporter, or the SDK disabled) no span begins, no header is written, and a call has the trace id of its parent.
 */
export function createCallTracer(
  propagators: Settings['propagators'],
  tracer: Tracer | undefined,
  kind: SpanKindName,
): CallTracer {
  const readParent = createParentReader(propagators);
  const writeHeaders = createHeaderWriter(propagators);
  const readsBaggage = propagators.includes('baggage');

  function startSpan(parent: TraceParent | undefined, startTime: number): Span | undefined {
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent.context);
    const span = tracer?.startSpan(PROVISIONAL_NAME, { kind: KINDS[kind], startTime }, context);
    return span?.isRecording() === true ? span : undefined;
  }

  return {
    start(carrier: TraceCarrier, startTime): CallTrace {
      const readHeader = (header: string) => carrier.header(header);
      const envoyParent = readParent((header) => carrier.grpcMetadata(header));
      const parent = envoyParent ?? readParent(readHeader);
      const span = startSpan(parent, startTime);
      const context = span?.spanContext();

      let headers = NO_HEADERS;
      // when Envoy traces, its router writes the headers after us
      if (tracer !== undefined && envoyParent === undefined) {
        if (context !== undefined) headers = writeHeaders({ ...context, sampled: true }, parent, readHeader);
        // sampled out here: those behind us must not wait for a span that never comes
        else if (parent !== undefined && isSampled(parent.context)) {
          headers = writeHeaders({ ...parent.context, sampled: false }, parent, readHeader);
        }
      }

      return {
        traceId: context?.traceId ?? parent?.context.traceId,
        spanId: context?.spanId,
        // without a tracer nothing is decided here: the trace is as sampled as its parent
        sampled: context !== undefined || (tracer === undefined && parent !== undefined && isSampled(parent.context)),
        recording: span !== undefined,
        headers,
        baggage: (key) => (readsBaggage ? readBaggage(carrier.header('baggage'), key) : undefined),
        end(end) {
          if (span !== undefined) endSpan(span, end);
        },
      };
    },
  };
}

function endSpan(span: Span, end: SpanEnd): void {
  span.updateName(end.name);
  span.setAttributes(end.attributes);
  for (const event of end.events) span.addEvent(event.name, event.attributes, event.time);
  const { status } = end;
  span.setStatus(
    status.code === 'ERROR'
      ? { code: SpanStatusCode.ERROR, message: status.message }
      : { code: SpanStatusCode[status.code] },
  );
  span.end(end.endTime);
}
