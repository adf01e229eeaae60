import { ROOT_CONTEXT, type SpanContext, type TextMapGetter, TraceFlags, trace } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import { B3Propagator } from '@opentelemetry/propagator-b3';
import type { Settings } from '../config/settings.js';

/** Reads one header; lower-case names. */
export type HeaderReader = (name: string) => string | undefined;

/** Where a call's span hangs below. */
export interface TraceParent {
  context: SpanContext;
  format: 'tracecontext' | 'b3';
  /** B3's debug flag, which goes on as it came. */
  debug: boolean;
}

/** Longer ones are not trace context: 55 characters is version 00, later versions may add to it. */
const MAX_TRACEPARENT = 256;
const MAX_B3 = 128;
/** The specification asks for 512 at least; the span keeps 512 of it, the header goes upstream untouched. */
const MAX_TRACESTATE = 8192;

const b3 = new B3Propagator();
const headerGetter: TextMapGetter<HeaderReader> = {
  get: (read, name) => bounded(read(name), MAX_B3),
  keys: () => [],
};

/**
 * Creates the reader of a parent by the chosen propagators: as in the SDK's composite propagator the last one that
 * finds a valid context wins. `undefined` when there is none; malformed headers count as absent. Never throws.
 */
export function createParentReader(
  propagators: Settings['propagators'],
): (read: HeaderReader) => TraceParent | undefined {
  const chosen = [...propagators].reverse().flatMap((propagator) => {
    if (propagator === 'tracecontext') return [readTraceContext];
    return propagator === 'b3' || propagator === 'b3multi' ? [readB3] : [];
  });
  const readers = [...new Set(chosen)];
  return (read) => {
    for (const reader of readers) {
      const parent = reader(read);
      if (parent !== undefined) return parent;
    }
    return undefined;
  };
}

function readTraceContext(read: HeaderReader): TraceParent | undefined {
  const header = bounded(read('traceparent'), MAX_TRACEPARENT);
  if (header === undefined) return undefined;
  const context = parseTraceParent(header);
  if (context === null) return undefined;
  const state = bounded(read('tracestate'), MAX_TRACESTATE);
  return {
    context: { ...context, isRemote: true, ...(state === undefined ? {} : { traceState: new TraceState(state) }) },
    format: 'tracecontext',
    debug: false,
  };
}

/** Both B3 encodings are read, whichever is written: the single header first (OpenTelemetry specification, "B3 Extract"). */
function readB3(read: HeaderReader): TraceParent | undefined {
  const single = read('b3');
  if (single === undefined && read('x-b3-traceid') === undefined) return undefined;
  const context = trace.getSpanContext(b3.extract(ROOT_CONTEXT, read, headerGetter));
  if (context === undefined) return undefined;
  return {
    context: { ...context, traceId: context.traceId.toLowerCase(), spanId: context.spanId.toLowerCase() },
    format: 'b3',
    debug: isSampled(context) && (single === undefined ? read('x-b3-flags') === '1' : single.split('-')[2] === 'd'),
  };
}

/** Whether a context is sampled. */
export function isSampled(context: SpanContext): boolean {
  return (context.traceFlags & TraceFlags.SAMPLED) !== 0;
}

function bounded(value: string | undefined, limit: number): string | undefined {
  return value === undefined || value === '' || value.length > limit ? undefined : value;
}
