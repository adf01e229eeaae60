import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFrameReader } from '../../../src/server/http2/frame-reader.js';
import { ConnectionError, ERROR, FRAME_BYTES, PREFACE } from '../../../src/server/http2/frames.js';
import { frame } from './support/raw-client.js';

interface Told {
  type: number;
  flags: number;
  stream: number;
  payload: string;
}

/** What a reader tells of these pieces; `error`: the code with which it gives up. */
function read(pieces: readonly Uint8Array[]): { told: Told[]; error?: number } {
  const told: Told[] = [];
  const reader = createFrameReader((type, flags, stream, bytes, from, to) => {
    told.push({ type, flags, stream, payload: bytes.toString('hex', from, to) });
  });
  try {
    for (const piece of pieces) reader.read(Buffer.from(piece));
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { told, error: error.code };
  }
  return { told };
}

const frames = fc.array(
  fc.record({
    type: fc.nat(255),
    flags: fc.nat(255),
    stream: fc.nat(0x7fff_ffff),
    payload: fc
      .tuple(fc.oneof(fc.nat(30), fc.integer({ min: 5000, max: FRAME_BYTES })), fc.nat(255))
      .map(([length, byte]) => Buffer.alloc(length, byte)),
  }),
  { maxLength: 8 },
);

describe('frames', () => {
  test('are the same however their bytes are split', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 15 }), (all, places) => {
        const bytes = Buffer.concat([
          PREFACE,
          ...all.map((one) => frame(one.type, one.flags, one.stream, one.payload)),
        ]);
        const ends = places.map((place) => place % bytes.length).sort((one, other) => one - other);
        const pieces = [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        const expected = all.map((one) => ({ ...one, payload: Buffer.from(one.payload).toString('hex') }));
        expect(read(pieces)).toEqual({ told: expected });
      }),
      { numRuns: 200 },
    );
  });

  test('byte by byte', () => {
    const bytes = Buffer.concat([PREFACE, frame(6, 0, 0, Buffer.alloc(8)), frame(4, 1, 0, Buffer.alloc(0))]);
    expect(read([...bytes].map((byte) => Uint8Array.of(byte))).told.map(({ type }) => type)).toEqual([6, 4]);
  });

  test('no bytes throw anything but an error of the connection', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), fc.boolean(), (pieces, greeted) => {
        read(greeted ? [PREFACE, ...pieces] : pieces);
      }),
      { numRuns: 1000 },
    );
  });

  test('one beyond the limit is refused when its head is there', () => {
    expect(read([PREFACE, Buffer.from([0, 0x40, 1, 0, 0, 0, 0, 0, 1])])).toEqual({ told: [], error: ERROR.frameSize });
  });

  test('HTTP/1 is refused at its first byte that differs', () => {
    expect(read([Buffer.from('P'), Buffer.from('OST / HTTP/1.1\r\n')])).toEqual({ told: [], error: ERROR.protocol });
  });
});
