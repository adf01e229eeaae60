import type { MetadataValues } from '../model/metadata.js';
import type { CallTrace, GivenSpan } from '../model/trace.js';

/** Keys beside those of the access log by which the context filter hands the span on to the observing one. */
const PARENT_SPAN_ID = 'parent_span_id';
const TRACE_STATE = 'trace_state';

/** Every key that {@link readGivenIdentity} looks at. */
export const GIVEN_KEYS: ReadonlySet<string> = new Set(['trace_id', 'span_id', 'sampled', PARENT_SPAN_ID, TRACE_STATE]);

/** What the context filter has decided of a call's span: its identity, or that there is none. */
export interface GivenIdentity {
  /** Absent: the call is not sampled. */
  span?: GivenSpan | undefined;
  /** Of the parent, where there is no span. */
  traceId?: string | undefined;
}

/**
 * Adds to the context filter's metadata what only the observing filter needs. No header that users map to one of these keys stands in the
 * place of an identity.
 */
export function withIdentity(values: MetadataValues, trace: CallTrace): MetadataValues {
  const all = new Map(values);
  const span = trace.identity?.();
  for (const [key, value] of [
    ['trace_id', trace.traceId],
    ['span_id', trace.spanId],
    [PARENT_SPAN_ID, span?.parentSpanId],
    [TRACE_STATE, span?.traceState],
  ] as const) {
    if (value) all.set(key, value);
    else all.delete(key);
  }
  return all;
}

/**
 * The identity in the metadata that Envoy forwards; `undefined` when nobody has decided anything. Mapped headers are texts, so where
 * `sampled` is a boolean the ids beside it are those of the context filter.
 */
export function readGivenIdentity(values: MetadataValues): GivenIdentity | undefined {
  const sampled = values.get('sampled');
  if (typeof sampled !== 'boolean') return undefined;
  const traceId = hex(values.get('trace_id'), 32);
  if (!sampled) return { traceId };
  const spanId = hex(values.get('span_id'), 16);
  if (traceId === undefined || spanId === undefined) return undefined;
  const parentSpanId = hex(values.get(PARENT_SPAN_ID), 16);
  const state = values.get(TRACE_STATE);
  return {
    span: { traceId, spanId, parentSpanId, sampled, traceState: typeof state === 'string' ? state : undefined },
  };
}

/** An id of that many lower-case hex digits, not all zeros. */
function hex(value: unknown, digits: number): string | undefined {
  if (typeof value !== 'string' || value.length !== digits) return undefined;
  return /^[\da-f]*[1-9a-f][\da-f]*$/.test(value) ? value : undefined;
}
