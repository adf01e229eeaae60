import { describe, expect, test } from 'vitest';
import { createContentDecoder } from '../../src/decode/content-encoding.js';
import type { DecodeEnd } from '../../src/decode/decode-engine.js';

const LIMITS = { decodedBytes: 16 << 20, decodedRatio: 1_000_000 };
const KIB = 10; // a window descriptor's exponent counts from 1 KiB

/** The header of a frame with a window of 2^`log` bytes (RFC 8878, section 3.1.1.1). */
function frame(log: number): Buffer {
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (log - KIB) << 3]);
}

/** A block of one byte, repeated (section 3.1.1.2.2). */
function repeated(size: number, last = false): Buffer {
  const header = (size << 3) | (1 << 1) | (last ? 1 : 0);
  return Buffer.from([header & 0xff, (header >> 8) & 0xff, header >> 16, 0x78]);
}

/** Decodes one chunk; beside the outcome the longest time that the event loop stood still. */
async function decode(bytes: Buffer): Promise<{ end: DecodeEnd; decoded: number; pause: number; total: number }> {
  let decoded = 0;
  let pause = 0;
  let last = performance.now();
  const begin = last;
  const timer = setInterval(() => {
    pause = Math.max(pause, performance.now() - last);
    last = performance.now();
  }, 1);
  try {
    return await new Promise((resolve) => {
      const decoder = createContentDecoder(
        'zstd',
        LIMITS,
        (piece) => {
          decoded += piece.length;
        },
        (end) => resolve({ end, decoded, pause, total: performance.now() - begin }),
      );
      decoder.write(bytes);
      decoder.end();
    });
  } finally {
    clearInterval(timer);
  }
}

describe('zstd that is made to cost', () => {
  test('a window that no client may be asked for is refused', async () => {
    const { end, decoded } = await decode(Buffer.concat([frame(30), repeated(8), repeated(8, true)]));
    expect({ end, decoded }).toEqual({ end: 'limited', decoded: 0 });
    expect((await decode(Buffer.concat([frame(23), repeated(8), repeated(8, true)]))).end).toBe('complete');
  });

  test('a bomb in one chunk is not decoded to its end', async () => {
    const bomb = Buffer.concat([frame(17), ...Array.from({ length: 100_000 }, () => repeated(131_072))]);
    const { end, decoded, pause } = await decode(bomb); // 12 GiB
    expect(end).toBe('limited');
    expect(decoded).toBeLessThanOrEqual(LIMITS.decodedBytes);
    expect(pause).toBeLessThan(250);
  });

  test('tiny blocks under a large window end before they have cost seconds, and pause nobody', async () => {
    const blocks = Buffer.concat([frame(23), ...Array.from({ length: 100_000 }, () => repeated(1))]);
    const { end, pause } = await decode(blocks);
    expect(end).toBe('limited');
    expect(pause).toBeLessThan(250);
  });

  test('many frames in one chunk are read without one call inside the other for each', async () => {
    const one = Buffer.concat([frame(10), repeated(4, true)]);
    const { end, decoded } = await decode(Buffer.concat(Array.from({ length: 50_000 }, () => one)));
    expect({ end, decoded }).toEqual({ end: 'complete', decoded: 200_000 });
  });

  test('eight thousand events, each in a block of its own, fit', async () => {
    const blocks = Array.from({ length: 8000 }, () => repeated(100));
    const { end, decoded } = await decode(Buffer.concat([frame(21), ...blocks, repeated(1, true)]));
    expect({ end, decoded }).toEqual({ end: 'complete', decoded: 800_001 });
  });
});
