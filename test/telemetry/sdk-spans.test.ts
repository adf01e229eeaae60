import {
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SamplerName } from '../../src/config/settings.js';
import type { Attributes } from '../../src/model/attributes.js';
import type { SpanEnd, SpanEvent, SpanKind as SpanKindName, SpanStatus } from '../../src/model/trace.js';
import { createCallTracer } from '../../src/telemetry/call-tracer.js';
import type { EndedSpan } from '../../src/telemetry/ended-span.js';
import { encodeEnvelope, encodeRequest } from '../../src/telemetry/otlp-request.js';
import { readableSpan } from '../../src/telemetry/readable-span.js';
import { createCallSampler, createSampler } from '../../src/telemetry/sampler.js';
import { encodeSpan } from '../../src/telemetry/span-encoder.js';
import type { SpanLimits } from '../../src/telemetry/span-limits.js';
import { PACKAGE } from '../../src/util/package-info.js';
import { decodeSpans } from '../support/otlp-decode.js';

/*
 * Spans are plain records of ours. Here the SDK's provider and serializer judge them: the same calls through both.
 */

const RESOURCE = resourceFromAttributes({ 'service.name': 'ünit' });

interface SdkOptions {
  sampler?: ReturnType<typeof createSampler>;
  limits?: SpanLimits;
  traceId?: string;
  spanId?: string;
}

/** A provider of the SDK that gives these ids, and the spans that ended. */
function sdk({ sampler, limits, traceId = '', spanId = 'b'.repeat(16) }: SdkOptions) {
  const ended: ReadableSpan[] = [];
  const provider = new NodeTracerProvider({
    resource: RESOURCE,
    ...(sampler && { sampler }),
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => spanId },
    spanLimits: {
      attributeCountLimit: limits?.attributeCount ?? 128,
      attributeValueLengthLimit: limits?.valueLength ?? Number.POSITIVE_INFINITY,
      eventCountLimit: 128,
      attributePerEventCountLimit: 128,
    },
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span) => void ended.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  return { tracer: provider.getTracer(PACKAGE.name, PACKAGE.version), ended };
}

const hex = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => /[^0]/.test(text));

describe('sampling', () => {
  const parent: fc.Arbitrary<SpanContext | undefined> = fc.option(
    fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.nat(255), isRemote: fc.boolean() }),
    { nil: undefined },
  );
  const name = fc.constantFrom<SamplerName>(
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  );

  test('is what the SDK’s tracer decides', () => {
    const decided = { yes: 0, no: 0 };
    fc.assert(
      fc.property(name, fc.constantFrom(0, 0.3, 0.5, 1), parent, hex(32), (sampler, ratio, context, newId) => {
        const traceId = context?.traceId ?? newId;
        const ours = createCallSampler(sampler, ratio, 'INTERNAL')(context, traceId);
        const { tracer } = sdk({ sampler: createSampler(sampler, ratio), traceId });
        const under = context === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, context);
        expect(ours).toBe(tracer.startSpan('x', {}, under).isRecording());
        decided[ours ? 'yes' : 'no'] += 1;
      }),
      { numRuns: 800 },
    );
    expect(Math.min(decided.yes, decided.no)).toBeGreaterThan(80);
  });
});

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }).map((part) => part.repeat(120)),
);
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.maxSafeInteger());
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.boolean(),
  number,
  fc.array(text, { maxLength: 4 }),
  fc.array(fc.integer(), { maxLength: 4 }),
  fc.array(fc.boolean(), { maxLength: 2 }),
  fc.array(fc.option(text), { maxLength: 4 }),
  // nothing that OpenTelemetry has a type for
  fc.constantFrom({}, ['a', 1], [{}], [1, true]),
);
const absent = fc.constantFrom(undefined, null);
const key = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('llm.model_name'),
);
const attributes = (values: fc.Arbitrary<unknown>, maxLength: number) =>
  fc
    .array(
      fc.tuple(
        key.filter((name) => name !== '__proto__'),
        values,
      ),
      { maxLength },
    )
    .map((pairs) => Object.fromEntries(pairs) as Attributes);

const START = 1_700_000_000_000;
const time = fc.nat(9_000_000).map((micros) => START + micros / 1000);
const event: fc.Arbitrary<SpanEvent> = fc.record({ name: text, time, attributes: attributes(value, 4) });
const manyAttributes = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`a${index}`, index]));
const events: fc.Arbitrary<SpanEvent[]> = fc.oneof(
  { weight: 10, arbitrary: fc.array(event, { maxLength: 3 }) },
  fc.constant<SpanEvent[]>([{ name: 'many', time: START, attributes: manyAttributes }]),
  fc.constant(Array.from({ length: 131 }, (_, index) => ({ name: `event ${index}`, time: START, attributes: {} }))),
);
const status: fc.Arbitrary<SpanStatus> = fc.oneof(
  fc.constantFrom<SpanStatus>({ code: 'OK' }, { code: 'UNSET' }),
  fc.record({ code: fc.constant('ERROR' as const), message: text }),
);
const end: fc.Arbitrary<SpanEnd> = fc.record({
  name: text,
  endTime: time,
  attributes: attributes(fc.oneof({ weight: 9, arbitrary: value }, absent), 12),
  events,
  status,
});
const limits: fc.Arbitrary<SpanLimits> = fc.record({
  attributeCount: fc.constantFrom(0, 1, 5, 128),
  valueLength: fc.constantFrom(1, 7, 100, Number.POSITIVE_INFINITY),
});
const headers: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc.constant({}),
  fc
    .tuple(hex(32), hex(16), fc.constantFrom('00', '01', '03'), fc.constantFrom('', 'a=1, b=2', 'x', 'b=2,a='))
    .map(([traceId, spanId, flags, tracestate]) => ({ traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate })),
);

const carried: TextMapGetter<Record<string, string>> = { get: (carrier, name) => carrier[name], keys: Object.keys };

/** The call through our tracer. */
function ours(
  kind: SpanKindName,
  given: SpanLimits,
  read: Record<string, string>,
  start: number,
  over: SpanEnd,
): EndedSpan {
  const ended: EndedSpan[] = [];
  const take = (span: EndedSpan) => void ended.push(span);
  const tracer = createCallTracer(['tracecontext'], { sample: () => true, limits: given, take }, kind);
  tracer.start({ header: (name) => read[name], grpcMetadata: () => undefined }, start).end(over);
  expect(ended).toHaveLength(1);
  return ended[0] as EndedSpan;
}

/** The same through the SDK, as any instrumentation calls it. */
function theirs(options: SdkOptions, kind: SpanKindName, read: Record<string, string>, start: number, over: SpanEnd) {
  const { tracer, ended } = sdk({ ...options, sampler: createSampler('always_on', 1) });
  const parent = new W3CTraceContextPropagator().extract(ROOT_CONTEXT, read, carried);
  const span = tracer.startSpan('provisional', { kind: SpanKind[kind], startTime: start }, parent);
  span.updateName(over.name);
  span.setAttributes(over.attributes);
  for (const one of over.events) span.addEvent(one.name, one.attributes, one.time);
  const message = over.status.code === 'ERROR' ? { message: over.status.message } : {};
  span.setStatus({ code: SpanStatusCode[over.status.code], ...message });
  span.end(over.endTime);
  return ended[0] as ReadableSpan;
}

/** What an exporter can see of a span, as plain data. */
function visible(span: ReadableSpan) {
  const { traceState, ...context } = span.spanContext();
  const { traceState: parentState, ...parent } = span.parentSpanContext ?? {};
  return {
    context,
    traceState: traceState?.serialize() ?? '',
    parent,
    parentState: parentState?.serialize() ?? '',
    name: span.name,
    kind: span.kind,
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: { message: undefined, ...span.status },
    attributes: Object.entries(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events,
    droppedEventsCount: span.droppedEventsCount,
    links: span.links,
    droppedLinksCount: span.droppedLinksCount,
    resource: span.resource.attributes,
    scope: { name: span.instrumentationScope.name, version: span.instrumentationScope.version },
  };
}

describe('a call’s span', () => {
  const envelope = encodeEnvelope(RESOURCE.attributes, PACKAGE);

  test('is the SDK’s, to every exporter and on the wire', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<SpanKindName>('INTERNAL', 'CLIENT'),
        limits,
        headers,
        time,
        end,
        (kind, given, read, start, over) => {
          const span = ours(kind, given, read, start, over);
          const stock = theirs({ limits: given, traceId: span.traceId, spanId: span.spanId }, kind, read, start, over);
          expect(visible(readableSpan(span, RESOURCE))).toEqual(visible(stock));
          const request = ProtobufTraceSerializer.serializeRequest([stock]) as Uint8Array;
          expect(decodeSpans(encodeRequest(envelope, [encodeSpan(span)]))).toEqual(decodeSpans(Buffer.from(request)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
