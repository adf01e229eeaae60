import { describe, expect, test } from 'vitest';
import type { SamplerName } from '../../src/config/settings.js';
import type { GivenSpan, SpanEnd } from '../../src/model/trace.js';
import { createCallTracer } from '../../src/telemetry/call-tracer.js';
import { type EndedSpan, traceStateOf } from '../../src/telemetry/ended-span.js';
import { createCallSampler } from '../../src/telemetry/sampler.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SAMPLED = `00-${TRACE}-${PARENT}-01`;
const END: SpanEnd = { name: 'x', endTime: 0, attributes: {}, events: [], status: { code: 'OK' } };

/** Starts one call. `exports`: there is a span exporter. */
function start(options: {
  given: GivenSpan | undefined;
  headers: Record<string, string>;
  grpc?: Record<string, string>;
  sampler?: SamplerName;
  exports?: boolean;
  ended?: EndedSpan[];
}) {
  const spans = {
    sample: createCallSampler(options.sampler ?? 'parentbased_always_on', 1, 'INTERNAL'),
    limits: { attributeCount: 128, valueLength: Number.POSITIVE_INFINITY },
    take: (span: EndedSpan) => void options.ended?.push(span),
  };
  return createCallTracer(['tracecontext'], options.exports === false ? undefined : spans, 'INTERNAL').start(
    {
      header: (name) => options.headers[name],
      grpcMetadata: (name) => options.grpc?.[name],
      given: () => options.given,
    },
    Date.now(),
  );
}

describe('an identity that was decided elsewhere', () => {
  const OUR_SPAN = 'aaaabbbbccccdddd';
  const given: GivenSpan = { traceId: TRACE, spanId: OUR_SPAN, parentSpanId: PARENT, sampled: true, traceState: 'a=1' };
  const headers = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00` };

  test('is the span’s, whatever headers, Envoy and the sampler say, and nothing is written', () => {
    const ended: EndedSpan[] = [];
    const call = start({ given, headers, grpc: headers, sampler: 'always_off', ended });
    expect(call).toMatchObject({ traceId: TRACE, spanId: OUR_SPAN, sampled: true, recording: true, headers: [] });
    call.end(END);
    expect(ended).toHaveLength(1);
    expect(ended[0]).toMatchObject({ traceId: TRACE, spanId: OUR_SPAN, parent: { spanId: PARENT, isRemote: true } });
    expect(ended.map(traceStateOf)).toEqual(['a=1']);
  });

  test('can be handed on as it came', () => {
    expect(start({ given, headers }).identity?.()).toEqual(given);
  });

  test('of a root span has no parent', () => {
    const ended: EndedSpan[] = [];
    start({ given: { traceId: TRACE, spanId: OUR_SPAN, sampled: true }, headers, ended }).end(END);
    expect(ended).toMatchObject([{ traceId: TRACE, spanId: OUR_SPAN }]);
    expect(ended[0]?.parent).toBeUndefined();
  });

  test('that is sampled out has no span', () => {
    const ended: EndedSpan[] = [];
    const call = start({ given: { ...given, sampled: false }, headers, sampler: 'always_on', ended });
    expect(call).toMatchObject({ traceId: TRACE, sampled: false, recording: false, headers: [] });
    expect(call.spanId).toBeUndefined();
    call.end(END);
    expect(ended).toEqual([]);
  });

  test('is the trace even where no span is exported', () => {
    const call = start({ given, headers, exports: false });
    expect(call).toMatchObject({ traceId: TRACE, sampled: true, recording: false, headers: [] });
  });

  test.each([
    ['a trace id of zeros', { ...given, traceId: '0'.repeat(32) }],
    ['a short span id', { ...given, spanId: 'abc' }],
  ])('with %s is none: decided here', (_name, broken) => {
    const call = start({ given: broken, headers: { traceparent: SAMPLED } });
    expect(call).toMatchObject({ traceId: TRACE, recording: true });
    expect(call.spanId).not.toBe(OUR_SPAN);
    expect(Object.fromEntries(call.headers)['traceparent']).toBe(`00-${TRACE}-${call.spanId}-01`);
  });

  test('that is absent is decided here', () => {
    expect(start({ given: undefined, headers: { traceparent: SAMPLED } })).toMatchObject({ traceId: TRACE });
  });
});
