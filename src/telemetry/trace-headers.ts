import type { Settings } from '../config/settings.js';
import type { HeaderReader, TraceParent } from './trace-parent.js';

/** The context that goes upstream: our span's, or the parent's with the sampling decision taken back. */
export interface OutgoingContext {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/** Header name and value pairs to set; ids and digits only, so that Envoy accepts every value. */
export type TraceHeaders = readonly (readonly [string, string])[];

type FormatWriter = (
  headers: [string, string][],
  outgoing: OutgoingContext,
  parent: TraceParent | undefined,
  read: HeaderReader,
) => void;

const FORMATS: Partial<Record<Settings['propagators'][number], FormatWriter>> = {
  tracecontext: writeTraceContext,
  b3: writeB3Single,
  b3multi: writeB3Multi,
};

/** Creates the writer of the chosen propagators' headers; baggage is never written. */
export function createHeaderWriter(propagators: Settings['propagators']) {
  const writers = [...new Set(propagators)].flatMap((propagator) => FORMATS[propagator] ?? []);
  return (outgoing: OutgoingContext, parent: TraceParent | undefined, read: HeaderReader): TraceHeaders => {
    const headers: [string, string][] = [];
    for (const write of writers) write(headers, outgoing, parent, read);
    return headers;
  };
}

function writeTraceContext(
  headers: [string, string][],
  { traceId, spanId, sampled }: OutgoingContext,
  parent: TraceParent | undefined,
  read: HeaderReader,
): void {
  headers.push(['traceparent', `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`]);
  // A tracestate that belongs to the parent goes on as it came. One without a valid traceparent belongs to nothing and
  // must not follow us (W3C Trace Context, "Processing Model"); we can overwrite a header, not remove it.
  if (parent?.format !== 'tracecontext' && read('tracestate')) headers.push(['tracestate', '']);
}

function writeB3Single(
  headers: [string, string][],
  { traceId, spanId, sampled }: OutgoingContext,
  parent: TraceParent | undefined,
): void {
  headers.push(['b3', `${traceId}-${spanId}-${sampled && parent?.debug === true ? 'd' : digit(sampled)}`]);
}

function writeB3Multi(
  headers: [string, string][],
  { traceId, spanId, sampled }: OutgoingContext,
  parent: TraceParent | undefined,
  read: HeaderReader,
): void {
  headers.push(['x-b3-traceid', traceId], ['x-b3-spanid', spanId]);
  // the two optional ones are replaced where the request has them, so that no part of the old context stays behind
  const parentSpanId = parent?.context.spanId;
  if (parentSpanId !== undefined && parentSpanId !== spanId && read('x-b3-parentspanid')) {
    headers.push(['x-b3-parentspanid', parentSpanId]);
  }
  headers.push(['x-b3-sampled', digit(sampled)]);
  if (parent?.debug === true || read('x-b3-flags')) {
    headers.push(['x-b3-flags', digit(sampled && parent?.debug === true)]);
  }
}

function digit(flag: boolean): string {
  return flag ? '1' : '0';
}
