import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageAssembler } from '../../../src/server/grpc/message-assembler.js';

/** Gives an assembler the pieces one after the other; what it made of them. */
function assemble(pieces: readonly Uint8Array[], limit = -1) {
  const assembler = new MessageAssembler(limit);
  const messages: Buffer[] = [];
  for (const piece of pieces) {
    const bytes = Buffer.from(piece);
    for (let position = 0; position < bytes.length && assembler.problem === undefined; ) {
      const next = assembler.take(bytes, position, bytes.length);
      expect(next).toBeGreaterThan(position);
      position = next;
      if (assembler.message !== undefined) messages.push(assembler.message);
      assembler.message = undefined;
    }
    bytes.fill(0xee); // its memory is used again
  }
  return { messages, problem: assembler.problem };
}

function frame(message: Uint8Array, announced = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(announced, 1);
  return Buffer.concat([prefix, message]);
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((one, other) => one - other);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const message = fc
  .tuple(fc.oneof(fc.nat(40), fc.integer({ min: 30_000, max: 90_000 })), fc.nat(255))
  .map(([length, byte]) => Buffer.alloc(length, byte));
const messages = fc.array(message, { maxLength: 6 });

describe('messages', () => {
  test('are the same however their bytes are split', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 12 }), (all, places) => {
        const bytes = Buffer.concat(all.map((message) => frame(message)));
        const seen = assemble(cut(bytes, places));
        expect(seen.problem).toBeUndefined();
        expect(seen.messages.length).toBe(all.length);
        for (const [index, message] of all.entries()) expect(seen.messages[index]?.equals(message)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('byte by byte', () => {
    const bytes = Buffer.concat([frame(Buffer.from('one')), frame(Buffer.alloc(0)), frame(Buffer.from('three'))]);
    const seen = assemble([...bytes].map((byte) => Uint8Array.of(byte)));
    expect(seen.messages.map(String)).toEqual(['one', '', 'three']);
  });

  test('no bytes throw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }),
        fc.integer({ min: -1, max: 300 }),
        (pieces, limit) => {
          for (const message of assemble(pieces, limit).messages)
            if (limit >= 0) expect(message.length).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['too long', frame(Buffer.from('12345')), 4],
    ['too long', frame(Buffer.alloc(0), 0xffff_ffff), 1000],
    ['compressed', Buffer.from([1, 0, 0, 0, 1, 65]), -1],
  ])('%s', (problem, bytes, limit) => {
    expect(assemble([bytes], limit)).toEqual({ messages: [], problem });
  });

  test('an announcement costs no memory; only bytes do', () => {
    const before = process.memoryUsage().arrayBuffers;
    const open = Array.from({ length: 1000 }, () => {
      const assembler = new MessageAssembler(-1);
      const bytes = frame(Buffer.from('begun'), 0xffff_ffff);
      assembler.take(bytes, 0, bytes.length);
      return assembler;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(open.length * 40_000);
  });
});
