import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SamplerName, Settings } from '../../src/config/settings.js';
import type { SpanEnd } from '../../src/model/trace.js';
import { type CallSpans, createCallTracer } from '../../src/telemetry/call-tracer.js';
import { type EndedSpan, traceStateOf } from '../../src/telemetry/ended-span.js';
import { createCallSampler } from '../../src/telemetry/sampler.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const OTHER_TRACE = '11112222333344445555666677778888';
const OTHER_PARENT = '1111222233334444';
const SPAN = '[0-9a-f]{16}';

type Headers = Record<string, string>;

/** Starts one call. `sampler` none: there is no span exporter. */
function start(options: {
  propagators?: Settings['propagators'];
  sampler?: SamplerName | undefined;
  ratio?: number;
  headers?: Headers;
  grpc?: Headers;
  /** Gets the spans that end. */
  ended?: EndedSpan[];
}) {
  const spans: CallSpans | undefined =
    'sampler' in options && options.sampler === undefined
      ? undefined
      : {
          sample: createCallSampler(options.sampler ?? 'parentbased_always_on', options.ratio ?? 1, 'INTERNAL'),
          limits: { attributeCount: 128, valueLength: Number.POSITIVE_INFINITY },
          take: (span) => void options.ended?.push(span),
        };
  return createCallTracer(options.propagators ?? ['tracecontext', 'baggage'], spans, 'INTERNAL').start(
    {
      header: (name) => options.headers?.[name],
      grpcMetadata: (name) => options.grpc?.[name],
    },
    Date.now(),
  );
}

const END: SpanEnd = { name: 'x', endTime: 0, attributes: {}, events: [], status: { code: 'OK' } };

const traceparent = (flags = '01', trace = TRACE, span = PARENT) => `00-${trace}-${span}-${flags}`;

describe('the parent and what goes upstream', () => {
  /** Expected header values are patterns; SPAN stands for our span's id. */
  const cases: {
    name: string;
    input: Parameters<typeof start>[0];
    traceId?: string | 'new' | 'absent';
    recording: boolean;
    sampled?: boolean;
    headers: Record<string, string>;
  }[] = [
    {
      name: 'no parent: a new trace',
      input: {},
      traceId: 'new',
      recording: true,
      headers: { traceparent: `00-TRACE-${SPAN}-01` },
    },
    {
      name: 'traceparent, sampled',
      input: { headers: { traceparent: traceparent(), tracestate: 'a=1,b=2' } },
      recording: true,
      headers: { traceparent: `00-${TRACE}-${SPAN}-01` },
    },
    {
      name: 'traceparent, not sampled: untouched',
      input: { headers: { traceparent: traceparent('00') } },
      recording: false,
      headers: {},
    },
    {
      name: 'a later version with more in it',
      input: { headers: { traceparent: `cc-${TRACE}-${PARENT}-01-what-comes` } },
      recording: true,
      headers: { traceparent: `00-${TRACE}-${SPAN}-01` },
    },
    {
      name: 'gRPC metadata before headers, nothing written',
      input: { grpc: { traceparent: traceparent() }, headers: { traceparent: traceparent('01', OTHER_TRACE) } },
      recording: true,
      headers: {},
    },
    {
      name: 'Envoy samples out what the client sampled: nothing written',
      input: { grpc: { traceparent: traceparent('00') }, headers: { traceparent: traceparent('01') } },
      recording: false,
      headers: {},
    },
    {
      name: 'a broken traceparent in the metadata is none',
      input: { grpc: { traceparent: 'nonsense' }, headers: { traceparent: traceparent() } },
      recording: true,
      headers: { traceparent: `00-${TRACE}-${SPAN}-01` },
    },
    {
      name: 'always_on does not ask the parent',
      input: { sampler: 'always_on', headers: { traceparent: traceparent('00') } },
      recording: true,
      headers: { traceparent: `00-${TRACE}-${SPAN}-01` },
    },
    {
      name: 'sampled out here: the parent goes on with flag 00',
      input: { sampler: 'always_off', headers: { traceparent: traceparent('01'), tracestate: 'a=1' } },
      recording: false,
      headers: { traceparent: `00-${TRACE}-${PARENT}-00` },
    },
    {
      name: 'sampled out below Envoy: nothing written',
      input: { sampler: 'always_off', grpc: { traceparent: traceparent('01') } },
      recording: false,
      headers: {},
    },
    {
      name: 'sampled out without a parent: nothing written, no trace',
      input: { sampler: 'always_off' },
      traceId: 'absent',
      recording: false,
      headers: {},
    },
    {
      name: 'ratio 0 of new traces, but the sampled parent decides',
      input: { sampler: 'parentbased_traceidratio', ratio: 0, headers: { traceparent: traceparent() } },
      recording: true,
      headers: { traceparent: `00-${TRACE}-${SPAN}-01` },
    },
    {
      name: 'ratio 0',
      input: { sampler: 'traceidratio', ratio: 0, headers: { traceparent: traceparent() } },
      recording: false,
      headers: { traceparent: `00-${TRACE}-${PARENT}-00` },
    },
    {
      name: 'no exporter: nothing written, the parent is the trace',
      input: { sampler: undefined, headers: { traceparent: traceparent() } },
      recording: false,
      sampled: true,
      headers: {},
    },
    {
      name: 'no exporter, parent not sampled',
      input: { sampler: undefined, headers: { traceparent: traceparent('00') } },
      recording: false,
      headers: {},
    },
    {
      name: 'no exporter, Envoy traces',
      input: { sampler: undefined, grpc: { traceparent: traceparent() }, headers: { traceparent: 'x' } },
      recording: false,
      sampled: true,
      headers: {},
    },
    { name: 'no exporter, no parent', input: { sampler: undefined }, traceId: 'absent', recording: false, headers: {} },
    {
      name: 'no propagator: a trace of our own, nothing read or written',
      input: { propagators: [], headers: { traceparent: traceparent() }, grpc: { traceparent: traceparent() } },
      traceId: 'new',
      recording: true,
      headers: {},
    },
    {
      name: 'baggage alone writes nothing',
      input: { propagators: ['baggage'], headers: { traceparent: traceparent(), baggage: 'a=1' } },
      traceId: 'new',
      recording: true,
      headers: {},
    },
    {
      name: 'b3 single',
      input: { propagators: ['b3'], headers: { b3: `${TRACE}-${PARENT}-1`, traceparent: traceparent() } },
      recording: true,
      headers: { b3: `${TRACE}-${SPAN}-1` },
    },
    {
      name: 'b3 single, debug goes on',
      input: { propagators: ['b3'], headers: { b3: `${TRACE}-${PARENT}-d` } },
      recording: true,
      headers: { b3: `${TRACE}-${SPAN}-d` },
    },
    {
      name: 'b3 single, short trace id',
      input: { propagators: ['b3'], headers: { b3: `8448eb211c80319c-${PARENT}-1` } },
      traceId: '00000000000000008448eb211c80319c',
      recording: true,
      headers: { b3: `00000000000000008448eb211c80319c-${SPAN}-1` },
    },
    {
      name: 'b3 single, not sampled',
      input: { propagators: ['b3'], headers: { b3: `${TRACE}-${PARENT}-0` } },
      recording: false,
      headers: {},
    },
    {
      name: 'b3 single, sampled out here',
      input: { propagators: ['b3'], sampler: 'always_off', headers: { b3: `${TRACE}-${PARENT}-d` } },
      recording: false,
      headers: { b3: `${TRACE}-${PARENT}-0` },
    },
    {
      name: 'b3multi, with upper-case ids',
      input: {
        propagators: ['b3multi'],
        headers: { 'x-b3-traceid': TRACE.toUpperCase(), 'x-b3-spanid': PARENT.toUpperCase(), 'x-b3-sampled': '1' },
      },
      recording: true,
      headers: { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' },
    },
    {
      name: 'b3multi replaces all that is there',
      input: {
        propagators: ['b3multi'],
        headers: {
          'x-b3-traceid': TRACE,
          'x-b3-spanid': PARENT,
          'x-b3-parentspanid': OTHER_PARENT,
          'x-b3-flags': '1',
        },
      },
      recording: true,
      headers: {
        'x-b3-traceid': TRACE,
        'x-b3-spanid': SPAN,
        'x-b3-parentspanid': PARENT,
        'x-b3-sampled': '1',
        'x-b3-flags': '1',
      },
    },
    {
      name: 'b3multi, sampled out here',
      input: {
        propagators: ['b3multi'],
        sampler: 'always_off',
        headers: { 'x-b3-traceid': TRACE, 'x-b3-spanid': PARENT, 'x-b3-flags': '1' },
      },
      recording: false,
      headers: { 'x-b3-traceid': TRACE, 'x-b3-spanid': PARENT, 'x-b3-sampled': '0', 'x-b3-flags': '0' },
    },
    {
      name: 'b3 from Envoy',
      input: { propagators: ['b3multi'], grpc: { 'x-b3-traceid': TRACE, 'x-b3-spanid': PARENT, 'x-b3-sampled': '1' } },
      recording: true,
      headers: {},
    },
    {
      name: 'several propagators: the last that finds a parent decides, all are written',
      input: {
        propagators: ['tracecontext', 'b3', 'b3multi'],
        headers: { traceparent: traceparent('01', OTHER_TRACE), tracestate: 'a=1', b3: `${TRACE}-${PARENT}-1` },
      },
      recording: true,
      headers: {
        traceparent: `00-${TRACE}-${SPAN}-01`,
        // it belonged to the other trace
        tracestate: '',
        b3: `${TRACE}-${SPAN}-1`,
        'x-b3-traceid': TRACE,
        'x-b3-spanid': SPAN,
        'x-b3-sampled': '1',
      },
    },
    {
      name: 'several propagators: the other format when one is absent',
      input: { propagators: ['b3', 'tracecontext'], headers: { b3: `${TRACE}-${PARENT}-1` } },
      recording: true,
      headers: { b3: `${TRACE}-${SPAN}-1`, traceparent: `00-${TRACE}-${SPAN}-01` },
    },
    {
      name: 'a tracestate without a traceparent does not follow a new trace',
      input: { headers: { tracestate: 'a=1' } },
      traceId: 'new',
      recording: true,
      headers: { traceparent: `00-TRACE-${SPAN}-01`, tracestate: '' },
    },
  ];

  test.each(cases)('$name', ({ input, traceId = TRACE, recording, sampled = recording, headers }) => {
    const call = start(input);
    expect(call.recording).toBe(recording);
    expect(call.sampled).toBe(sampled);
    if (traceId === 'absent') expect(call.traceId).toBeUndefined();
    else expect(call.traceId).toMatch(traceId === 'new' ? /^(?!0{32})[0-9a-f]{32}$/ : new RegExp(`^${traceId}$`));
    if (recording) expect(call.spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
    else expect(call.spanId).toBeUndefined();
    const written = Object.fromEntries(call.headers);
    expect(call.headers).toHaveLength(Object.keys(written).length);
    expect(Object.keys(written).sort()).toEqual(Object.keys(headers).sort());
    for (const [name, pattern] of Object.entries(headers)) {
      expect(written[name]).toMatch(new RegExp(`^${pattern.replace('TRACE', call.traceId ?? '')}$`));
      if (pattern.includes(SPAN)) expect(written[name]).toContain(call.spanId);
    }
  });

  test.each([
    ['too short', '00-abc-def-01'],
    ['upper case', traceparent().toUpperCase()],
    ['trace id of zeros', traceparent('01', '0'.repeat(32))],
    ['span id of zeros', traceparent('01', TRACE, '0'.repeat(16))],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['version 00 with more', `${traceparent()}-more`],
    ['two joined', `${traceparent()},${traceparent()}`],
    ['huge', `cc-${TRACE}-${PARENT}-01-${'x'.repeat(100_000)}`],
    ['control characters', `00-${TRACE}-${PARENT}-01\r\nx: y`],
    ['empty', ''],
  ])('a traceparent that is none (%s) begins a new trace', (_name, value) => {
    const call = start({ headers: { traceparent: value } });
    expect(call.recording).toBe(true);
    expect(call.traceId).not.toBe(TRACE);
    expect(Object.fromEntries(call.headers)['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});

describe('hostile headers', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom(traceparent(), `${TRACE}-${PARENT}-1`, TRACE, PARENT, '1', '0', 'd', ',,,===;;;', '%', '%zz=%00'),
    fc.string({ minLength: 1, maxLength: 5 }).map((text) => text.repeat(20_000)),
  );
  const names = ['traceparent', 'tracestate', 'baggage', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled'];
  const carrier = fc.dictionary(fc.constantFrom(...names, 'x-b3-flags', 'x-b3-parentspanid'), value);
  const propagators = fc.subarray<Settings['propagators'][number]>(['tracecontext', 'baggage', 'b3', 'b3multi']);

  test('never throw, and what is written is printable ASCII', () => {
    fc.assert(
      fc.property(
        carrier,
        carrier,
        propagators,
        fc.constantFrom<SamplerName | undefined>('always_on', 'always_off', undefined),
        (...given) => {
          const [headers, grpc, chosen, sampler] = given;
          const call = start({ headers, grpc, propagators: chosen, sampler });
          call.baggage('session.id');
          for (const [name, text] of call.headers) {
            expect(name).toMatch(/^(traceparent|tracestate|b3|x-b3-[a-z]+)$/);
            expect(text).toMatch(/^[ -~]*$/);
          }
          call.end(END);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('tracestate', () => {
  test('belongs to the span, bounded', () => {
    const ended: EndedSpan[] = [];
    const states = ['vendor=a, other=b', 'x='.repeat(40_000), '\u0000bad,ok=1'];
    for (const tracestate of states) start({ headers: { traceparent: traceparent(), tracestate }, ended }).end(END);
    expect(ended.map(traceStateOf)).toEqual(['vendor=a,other=b', '', 'ok=1']);
  });
});

describe('baggage', () => {
  const headers = { baggage: 'a=1,session.id=abc' };

  test('is read from the request', () => expect(start({ headers }).baggage('session.id')).toBe('abc'));

  test('is not read when it is not among the propagators', () => {
    expect(start({ headers, propagators: ['tracecontext'] }).baggage('session.id')).toBeUndefined();
  });
});

describe('the sampler', () => {
  test('a ratio of new traces', () => {
    const recorded = Array.from({ length: 2_000 }, () => start({ sampler: 'traceidratio', ratio: 0.25 }).recording);
    const share = recorded.filter(Boolean).length / recorded.length;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.32);
  });
});
