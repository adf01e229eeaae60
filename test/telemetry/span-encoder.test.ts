import type { SpanContext } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attributes } from '../../src/model/attributes.js';
import type { SpanStatus } from '../../src/model/trace.js';
import { cutSpan } from '../../src/telemetry/cut-span.js';
import type { EndedSpan } from '../../src/telemetry/ended-span.js';
import { encodeEnvelope, encodeRequest, envelopeSize } from '../../src/telemetry/otlp-request.js';
import { readableSpan } from '../../src/telemetry/readable-span.js';
import { encodeSpan } from '../../src/telemetry/span-encoder.js';
import { PACKAGE } from '../../src/util/package-info.js';
import { type DecodedSpan, decodeSpans } from '../support/otlp-decode.js';

const RESOURCE = { 'service.name': 'ünit', replicas: 3, zones: ['a', 'b'] };

const hex = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => /[^0]/.test(text));
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme' }).map((part) => part.repeat(100)),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 62, -(2 ** 63)),
);
// arrays of one kind: of mixed numbers the stock serializer makes two types, we make one
const value = fc.oneof(
  text,
  fc.boolean(),
  number,
  fc.array(text, { maxLength: 5 }),
  fc.array(fc.integer(), { maxLength: 5 }),
  fc.array(fc.double({ noNaN: true, noInteger: true }), { maxLength: 40 }),
);
const attributes: fc.Arbitrary<Attributes> = fc
  .array(
    fc.tuple(
      text.filter((key) => key !== '' && key !== '__proto__'),
      value,
    ),
    { maxLength: 12 },
  )
  .map((pairs) => Object.fromEntries(pairs));
// down to the microsecond, as our clock tells it
const time = fc
  .tuple(fc.nat(4_000_000_000), fc.nat(999_999))
  .map(([seconds, micros]) => seconds * 1000 + micros / 1000);
const parent: fc.Arbitrary<SpanContext> = fc.record({
  traceId: hex(32),
  spanId: hex(16),
  traceFlags: fc.nat(255),
  isRemote: fc.boolean(),
  traceState: fc.constantFrom(new TraceState('a=1,b=2'), new TraceState('')),
});

const span: fc.Arbitrary<EndedSpan> = fc.record({
  traceId: hex(32),
  spanId: hex(16),
  parent: fc.option(parent, { nil: undefined }),
  name: text,
  kind: fc.constantFrom('INTERNAL', 'CLIENT'),
  startTime: time,
  endTime: time,
  attributes,
  events: fc.array(fc.record({ name: text, time, attributes, droppedAttributesCount: fc.nat(1000) }), { maxLength: 3 }),
  status: fc.oneof(
    fc.constantFrom<SpanStatus>({ code: 'OK' }, { code: 'UNSET' }),
    fc.record({ code: fc.constant('ERROR' as const), message: text }),
  ),
  droppedAttributesCount: fc.nat(100_000),
  droppedEventsCount: fc.nat(3),
});

const resource = resourceFromAttributes(RESOURCE);
const envelope = encodeEnvelope(RESOURCE, PACKAGE);

describe('the encoding of spans', () => {
  test('says the same as the stock serializer, and is no larger than announced', () => {
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 4 }), (spans) => {
        const encoded = spans.map(encodeSpan);
        const request = encodeRequest(envelope, encoded);
        const spanBytes = encoded.reduce((sum, bytes) => sum + bytes.length, 0);
        expect(request.length).toBeLessThanOrEqual(spanBytes + envelopeSize(envelope));
        const stock = ProtobufTraceSerializer.serializeRequest(
          spans.map((one) => readableSpan(one, resource)),
        ) as Uint8Array;
        expect(decodeSpans(request)).toEqual(decodeSpans(Buffer.from(stock)));
      }),
      { numRuns: 300 },
    );
  });

  test('numbers of which one is a fraction are all doubles: an OTLP array has one type', () => {
    const [one] = fc.sample(span, 1) as [EndedSpan];
    const mixed = { ...one, attributes: { vector: [0, 0.5, 2] } };
    const bytes = encodeSpan(mixed);
    expect(decodeSpans(encodeRequest(envelope, [bytes]))[0]?.attributes['vector']).toEqual([0, 0.5, 2]);
    // key 4, wire type 1: double_value; never key 3: int_value
    expect(bytes.includes(Buffer.from([0x0a, 9, 0x21, 0, 0, 0, 0, 0, 0, 0, 0]))).toBe(true);
  });
});

test('an event tells how many attributes it has lost', () => {
  const [one] = fc.sample(span, 1) as [EndedSpan];
  const event = { name: 'e', time: 1, attributes: {}, droppedAttributesCount: 300 };
  const bytes = encodeSpan({ ...one, events: [event] });
  // name = 2: "e"; dropped_attributes_count = 4: 300
  expect(bytes.includes(Buffer.from([0x12, 1, 0x65, 0x20, 0xac, 0x02]))).toBe(true);
});

describe('cutting', () => {
  const withContent = (content: Attributes): EndedSpan => {
    const [one] = fc.sample(span, 1) as [EndedSpan];
    return {
      ...one,
      name: 'n',
      events: [],
      status: { code: 'OK' },
      attributes: content,
    };
  };

  const cutTo = (one: EndedSpan, maxBytes: number) => cutSpan(one, encodeSpan(one).length, maxBytes);
  const decoded = (bytes: Buffer | undefined): DecodedSpan =>
    decodeSpans(encodeRequest(envelope, [bytes as Buffer]))[0] as DecodedSpan;

  test('the largest texts first, whole characters, small attributes stay', () => {
    const one = withContent({
      model: 'gpt-4o',
      large: '🌍'.repeat(5_000),
      medium: 'm'.repeat(15_000),
      small: 's'.repeat(900),
    });
    const cut = cutTo(one, 20_000);
    expect(cut?.length).toBeLessThanOrEqual(20_000);
    expect(cut?.length).toBeGreaterThan(19_500);
    const result = decoded(cut).attributes;
    expect(result['large']).toMatch(/^(🌍)+$/u);
    expect(result['medium']).toBe('m'.repeat(15_000));
    expect(result['small']).toBe('s'.repeat(900));
    expect(result['model']).toBe('gpt-4o');
    expect(result['genai_extproc.content.truncated']).toBe(true);
    // other exporters have the span too: it stays as it is
    expect(one.attributes).not.toHaveProperty('genai_extproc.content.truncated');
  });

  test('vectors are dropped whole and counted', () => {
    const vector = Array.from({ length: 1536 }, (_, index) => index / 7);
    const vectors = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`v${index}`, vector]));
    const one = withContent(vectors);
    const cut = cutTo(one, 100_000);
    expect(cut?.length).toBeLessThanOrEqual(100_000);
    const { attributes: left, droppedAttributes } = decoded(cut);
    const kept = Object.keys(left).filter((key) => key.startsWith('v')).length;
    expect(kept).toBeGreaterThan(3);
    expect(droppedAttributes).toBe(one.droppedAttributesCount + 20 - kept);
  });

  test('exception texts and the status are content too', () => {
    const body = 'e'.repeat(50_000);
    const one: EndedSpan = {
      ...withContent({ model: 'm' }),
      events: [{ name: 'exception', time: 1, attributes: { 'exception.message': body }, droppedAttributesCount: 0 }],
      status: { code: 'ERROR', message: body },
    };
    const cut = cutTo(one, 30_000);
    expect(cut?.length).toBeLessThanOrEqual(30_000);
    expect(decoded(cut)).toMatchObject({ status: { code: 'ERROR' }, events: [{ name: 'exception' }] });
  });

  test('what is large in names and numbers cannot be cut', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`attribute-${index}`, index]));
    expect(cutTo(withContent(many), 20_000)).toBeUndefined();
  });
});
