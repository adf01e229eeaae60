import { describe, expect, test } from 'vitest';
import { readGivenIdentity, withIdentity } from '../../src/exchange/given-identity.js';
import type { MetadataValues } from '../../src/model/metadata.js';
import type { CallTrace, GivenSpan } from '../../src/model/trace.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PARENT = '00f067aa0ba902b7';

function traceOf(span: GivenSpan | undefined, traceId?: string): CallTrace {
  return {
    traceId: span?.traceId ?? traceId,
    spanId: span?.spanId,
    sampled: span !== undefined,
    recording: span !== undefined,
    headers: [],
    identity: () => span,
    baggage: () => undefined,
    end: () => undefined,
  };
}

/** What the log's metadata has of a trace, with headers that users map to the same keys. */
function told(trace: CallTrace, mapped: [string, string][] = []): MetadataValues {
  const values = new Map<string, string | boolean>(mapped);
  if (trace.traceId) values.set('trace_id', trace.traceId);
  if (trace.spanId) values.set('span_id', trace.spanId);
  return values.set('sampled', trace.sampled);
}

describe('an identity that is handed on', () => {
  test.each<[string, GivenSpan]>([
    ['of a root', { traceId: TRACE, spanId: SPAN, sampled: true }],
    ['of a child', { traceId: TRACE, spanId: SPAN, parentSpanId: PARENT, sampled: true, traceState: 'a=1,b=2' }],
  ])('%s arrives as it was', (_name, span) => {
    const trace = traceOf(span);
    expect(readGivenIdentity(withIdentity(told(trace), trace))).toEqual({
      span: { parentSpanId: undefined, traceState: undefined, ...span },
    });
  });

  test('"not sampled" arrives, with the parent’s trace id or without', () => {
    for (const traceId of [TRACE, undefined]) {
      const trace = traceOf(undefined, traceId);
      expect(readGivenIdentity(withIdentity(told(trace), trace))).toEqual({ traceId });
    }
  });

  test('headers that users map to these keys do not', () => {
    const mapped: [string, string][] = ['trace_id', 'span_id', 'parent_span_id', 'trace_state', 'sampled'].map(
      (key) => [key, key === 'trace_id' ? TRACE : PARENT],
    );
    const root = traceOf({ traceId: TRACE, spanId: SPAN, sampled: true });
    expect(readGivenIdentity(withIdentity(told(root, mapped), root))?.span).toMatchObject({
      spanId: SPAN,
      parentSpanId: undefined,
      traceState: undefined,
    });
    const none = traceOf(undefined);
    expect(readGivenIdentity(withIdentity(told(none, mapped), none))).toEqual({ traceId: undefined });
  });
});

describe('what is none', () => {
  const good = { trace_id: TRACE, span_id: SPAN, sampled: true };
  test.each<[string, Record<string, string | number | boolean>]>([
    ['nothing', {}],
    ['no decision', { trace_id: TRACE, span_id: SPAN }],
    ['a decision as text, as a header has it', { ...good, sampled: 'true' }],
    ['no trace id', { span_id: SPAN, sampled: true }],
    ['no span id', { trace_id: TRACE, sampled: true }],
    ['zeros', { ...good, trace_id: '0'.repeat(32) }],
    ['upper case', { ...good, span_id: SPAN.toUpperCase() }],
    ['too long', { ...good, span_id: `${SPAN}0` }],
    ['not hex', { ...good, span_id: 'z'.repeat(16) }],
    ['a number', { ...good, span_id: 7 }],
  ])('%s', (_name, values) => {
    expect(readGivenIdentity(new Map(Object.entries(values)))).toBeUndefined();
  });
});
