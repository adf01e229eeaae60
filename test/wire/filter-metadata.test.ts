import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFilterMetadata } from '../../src/wire/filter-metadata.js';

/** `Metadata { map<string, Struct> filter_metadata = 1 }` has the wire format of the message whose field 9 it would be. */
const PROTOS = fileURLToPath(new URL('../../envoy-protos', import.meta.url));
const loaded = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [PROTOS] });
const method = (loaded['envoy.service.ext_proc.v3.ExternalProcessor'] as never)['Process'] as {
  requestSerialize(message: object): Buffer;
  requestDeserialize(bytes: Buffer): { attributes?: Record<string, { fields?: Record<string, Value> }> };
};

interface Value {
  stringValue?: string;
  numberValue?: number;
  boolValue?: boolean;
}

const ATTRIBUTES_TAG = (9 << 3) | 2;
const METADATA_TAG = (1 << 3) | 2;

/** The same map as a `Metadata`: only the number of its field differs. */
function asMetadata(namespaces: object): Buffer {
  const entries = Object.entries(namespaces).map(([name, struct]) => {
    const bytes = Buffer.from(method.requestSerialize({ attributes: { [name]: struct } }));
    expect(bytes[0]).toBe(ATTRIBUTES_TAG);
    bytes[0] = METADATA_TAG;
    return bytes;
  });
  return Buffer.concat(entries);
}

/** What the generated decoder finds under a key; `undefined` for what is no text, number or boolean. */
function scalarOf(value: Value | undefined): string | number | boolean | undefined {
  return value?.stringValue ?? value?.numberValue ?? value?.boolValue;
}

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const key = fc.oneof(fc.constantFrom('trace_id', 'span_id', 'sampled'), text).filter((name) => name !== '__proto__');
const value = fc.oneof(
  fc.record({ stringValue: text }),
  fc.record({ numberValue: fc.double({ noNaN: true }) }),
  fc.record({ boolValue: fc.boolean() }),
  fc.constant({ nullValue: 0 }),
  fc.record({ structValue: fc.constant({ fields: { a: { stringValue: 'b' } } }) }),
  fc.record({ listValue: fc.constant({ values: [{ boolValue: true }] }) }),
);
const struct = fc.record({ fields: fc.dictionary(key, value, { noNullPrototype: true }) });
const namespaces = fc.dictionary(fc.oneof(fc.constant('ours'), key), struct, { noNullPrototype: true });
const WANTED = new Set(['trace_id', 'span_id', 'sampled']);

describe('metadata that Envoy forwards', () => {
  test('is what the generated decoder reads, of our namespace and the wanted keys', () => {
    fc.assert(
      fc.property(namespaces, (sent) => {
        const theirs = method.requestDeserialize(method.requestSerialize({ attributes: sent })).attributes?.['ours'];
        const found = readFilterMetadata(asMetadata(sent), 'ours', WANTED);
        if (!Object.hasOwn(sent, 'ours')) {
          expect(found).toBeUndefined();
          return;
        }
        const expected = [...WANTED]
          .map((name) => [name, scalarOf(theirs?.fields?.[name])] as const)
          .filter(([, scalar]) => scalar !== undefined);
        expect(Object.fromEntries(found ?? [])).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 300 },
    );
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(namespaces, fc.nat(), fc.uint8Array({ maxLength: 200 }), (sent, cut, noise) => {
        const whole = asMetadata(sent);
        readFilterMetadata(whole.subarray(0, cut % (whole.length + 1)), 'ours', WANTED);
        readFilterMetadata(Buffer.from(noise), 'ours', WANTED);
      }),
      { numRuns: 300 },
    );
  });

  test('bytes that are cut give nothing, not half of it', () => {
    const whole = asMetadata({ ours: { fields: { trace_id: { stringValue: 'a' }, span_id: { stringValue: 'b' } } } });
    expect(readFilterMetadata(whole, 'ours', WANTED)?.size).toBe(2);
    expect(readFilterMetadata(whole.subarray(0, -1), 'ours', WANTED)).toBeUndefined();
  });

  test('a text of more than 8 KiB is not wanted', () => {
    const long = asMetadata({ ours: { fields: { trace_id: { stringValue: 'x'.repeat(8193) } } } });
    expect(readFilterMetadata(long, 'ours', WANTED)).toEqual(new Map());
    const longest = asMetadata({ ours: { fields: { trace_id: { stringValue: 'x'.repeat(8192) } } } });
    expect(readFilterMetadata(longest, 'ours', WANTED)?.size).toBe(1);
  });
});
