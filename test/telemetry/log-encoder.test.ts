import type { Attributes, HrTime } from '@opentelemetry/api';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../../src/model/log-entry.js';
import { cutLog, encodeLog, SEVERITY_NUMBERS } from '../../src/telemetry/log-encoder.js';
import { encodeEnvelope, encodeRequest } from '../../src/telemetry/otlp-request.js';
import { decodeLogs } from '../support/otlp-decode.js';

const SCOPE = { name: 'scope', version: '1.2.3' };
const RESOURCE = { 'service.name': 'ünit', replicas: 3 };
const envelope = encodeEnvelope(RESOURCE, SCOPE);

const hex = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => /[^0]/.test(text));
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme' }).map((part) => part.repeat(100)),
);
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noInteger: true }),
  fc.array(text, { maxLength: 5 }),
);
const attributes: fc.Arbitrary<LogEntry['attributes']> = fc
  .array(
    fc.tuple(
      text.filter((key) => key !== '' && key !== '__proto__'),
      value,
    ),
    { maxLength: 12 },
  )
  .map((pairs) => Object.fromEntries(pairs));

const entry: fc.Arbitrary<LogEntry> = fc.record({
  // microseconds are what a clock in milliseconds with fractions has
  time: fc.nat(2 ** 40).map((micros) => micros / 1000),
  severity: fc.constantFrom('INFO' as const, 'WARN' as const, 'ERROR' as const),
  body: text,
  attributes,
  eventName: fc.option(
    text.filter((name) => name !== ''),
    { nil: undefined },
  ),
  traceId: hex(32),
  spanId: hex(16),
  sampled: fc.boolean(),
});

/** The same record for the stock serializer. */
function readable(one: LogEntry) {
  const micros = Math.round(one.time * 1000);
  const time: HrTime = [Math.floor(micros / 1_000_000), (micros % 1_000_000) * 1000];
  return {
    hrTime: time,
    hrTimeObserved: time,
    severityText: one.severity,
    severityNumber: SEVERITY_NUMBERS[one.severity],
    body: one.body,
    attributes: one.attributes as Attributes,
    droppedAttributesCount: 0,
    eventName: one.eventName,
    spanContext: { traceId: one.traceId as string, spanId: one.spanId as string, traceFlags: one.sampled ? 1 : 0 },
    resource: resourceFromAttributes(RESOURCE),
    instrumentationScope: SCOPE,
  };
}

function encode(entries: readonly LogEntry[]): Buffer {
  return encodeRequest(envelope, entries.map(encodeLog));
}

describe('the encoding of log records', () => {
  test('says the same as the stock serializer, and its size is exact', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), (entries) => {
        const stock = ProtobufLogsSerializer.serializeRequest(entries.map(readable)) as Uint8Array;
        expect(decodeLogs(encode(entries))).toEqual(decodeLogs(Buffer.from(stock)));
      }),
      { numRuns: 300 },
    );
  });

  test('integers are integers; without a trace there are no ids', () => {
    const [log] = decodeLogs(
      encode([
        {
          time: 1_700_000_000_000.25,
          severity: 'WARN',
          body: 'line',
          attributes: { tokens: 31, ratio: 0.25, text: '31' },
          sampled: false,
        },
      ]),
    );
    expect(log).toMatchObject({
      time: 1_700_000_000_000.25,
      severityNumber: 13,
      severityText: 'WARN',
      body: 'line',
      attributes: { tokens: 31, ratio: 0.25, text: '31' },
      integers: ['tokens'],
      traceId: '',
      spanId: '',
      flags: 0,
      eventName: '',
    });
  });
});

describe('cutting', () => {
  const large = (content: Record<string, string>): LogEntry => ({
    time: 1,
    severity: 'INFO',
    body: 'line',
    attributes: { model: 'gpt-4o', ...content },
    sampled: true,
  });

  test('the content goes, the facts stay, and the record says so', () => {
    const one = large({ 'gen_ai.input.messages': 'ä'.repeat(20_000), small: 's'.repeat(900) });
    const cut = cutLog(one, encodeLog(one).length, 10_000) as Buffer;
    expect(cut.length).toBeLessThanOrEqual(10_000);
    const shown = decodeLogs(encodeRequest(envelope, [cut]))[0]?.attributes ?? {};
    expect(shown).toMatchObject({ model: 'gpt-4o', small: 's'.repeat(900), 'genai_extproc.content.truncated': true });
    expect(shown['gen_ai.input.messages']).toMatch(/^ä+$/);
    expect(one.attributes).not.toHaveProperty(['genai_extproc.content.truncated']);
  });

  test('what is large in names cannot be cut', () => {
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`attribute-${index}`, 'x']));
    const one = large(many);
    expect(cutLog(one, encodeLog(one).length, 10_000)).toBeUndefined();
  });
});
