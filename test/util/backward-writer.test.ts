import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BackwardWriter } from '../../src/util/backward-writer.js';

/** Reads a varint the plain way. */
function readVarint(bytes: Buffer): bigint {
  let value = 0n;
  bytes.forEach((byte, index) => {
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
  });
  return value;
}

function write(act: (writer: BackwardWriter) => void): Buffer {
  const writer = new BackwardWriter();
  act(writer);
  return writer.finish();
}

describe('numbers', () => {
  test('a varint is as short as it can be', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(20_000), fc.maxSafeNat()), (value) => {
        const bytes = write((writer) => writer.varint(value));
        expect(readVarint(bytes)).toBe(BigInt(value));
        expect(bytes.length).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
        expect(bytes.subarray(0, -1).every((byte) => byte >= 0x80)).toBe(true);
      }),
    );
  });

  test('an int64 is what protobuf says, of either sign', () => {
    const values = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(2 ** 62, -(2 ** 63), 2 ** 53));
    fc.assert(
      fc.property(values, (value) => {
        const bytes = write((writer) => writer.int64(value));
        expect(BigInt.asIntN(64, readVarint(bytes))).toBe(BigInt(value));
      }),
    );
  });

  test('nanoseconds are exact', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 33), fc.nat(1_000_000_000), (seconds, nanos) => {
        const bytes = write((writer) => writer.fixedNanos(seconds, nanos));
        expect(bytes.readBigUInt64LE()).toBe(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
      }),
    );
  });
});

describe('texts', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
    fc.constantFrom('\ud800', 'x\udc00'.repeat(40), 'ä'.repeat(70_000), 'a'.repeat(200_000)),
  );

  test('are UTF-8 behind their length, whatever was written before, and in the order of their fields', () => {
    const writer = new BackwardWriter();
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
        for (const one of texts.toReversed()) writer.text(one);
        const expected = texts.map((one) => {
          const bytes = Buffer.from(one, 'utf8');
          return Buffer.concat([write((other) => other.varint(bytes.length)), bytes]);
        });
        expect(writer.finish().equals(Buffer.concat(expected))).toBe(true);
      }),
    );
  });

  test('what a failed writing left is forgotten', () => {
    const writer = new BackwardWriter();
    writer.text('half');
    writer.begin();
    writer.text('a');
    expect([...writer.finish()]).toEqual([1, 0x61]);
  });

  test('a length counts what was written since', () => {
    const bytes = write((writer) => {
      writer.hex('ff');
      const before = writer.written;
      writer.hex('0aF0');
      writer.key(1, 2);
      writer.lengthKey(9, before);
    });
    expect([...bytes]).toEqual([0x4a, 4, 0x0a, 2, 0x0a, 0xf0, 1, 0xff]);
  });
});
