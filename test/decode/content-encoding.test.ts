import { readFileSync } from 'node:fs';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createContentDecoder, type DecoderLimits, isSupportedEncoding } from '../../src/decode/content-encoding.js';
import type { DecodeEnd } from '../../src/decode/decode-engine.js';
import { zstdStored } from '../support/compress-case.js';
import { cutAt } from '../support/cuttings.js';

const LIMITS: DecoderLimits = { decodedBytes: 16 << 20, decodedRatio: 200 };

interface Decoded {
  text: string;
  end: DecodeEnd;
}

function decode(encoding: string, pieces: readonly Uint8Array[], limits = LIMITS): Promise<Decoded> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let ends = 0;
    const decoder = createContentDecoder(
      encoding,
      limits,
      (bytes) => chunks.push(Buffer.from(bytes)),
      (end) => {
        ends += 1;
        // a second end would come in the turns that follow
        setTimeout(() => resolve({ text: Buffer.concat(chunks).toString(), end: ends === 1 ? end : 'failed' }), 5);
      },
    );
    for (const piece of pieces) decoder.write(piece);
    decoder.end();
  });
}

const TEXT = `{"choices":[${'"Grüße 🙂",'.repeat(2000)}"x"]}`;
/** What the fixtures hold; made by `zstd --check` at two levels, and by `zstd` of its first 50,000 bytes and of the rest. */
const STORY = Array.from(
  { length: 3000 },
  (_, index) => `word ${index} of a story that repeats itself, ü and 🙂.`,
).join('\n');
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.zst`, import.meta.url));

const CODED: [string, string, string, Buffer][] = [
  ['gzip', 'gzip', TEXT, gzipSync(TEXT)],
  ['x-gzip', 'x-gzip', TEXT, gzipSync(TEXT)],
  ['deflate', 'deflate', TEXT, deflateSync(TEXT)],
  ['deflate without its header', 'deflate', TEXT, deflateRawSync(TEXT)],
  ['br', 'br', TEXT, brotliCompressSync(TEXT)],
  ['zstd, stored', 'zstd', TEXT, Buffer.from(zstdStored(Buffer.from(TEXT)))],
  ['zstd, level 1', 'zstd', STORY, fixture('answer-level-1')],
  ['zstd, level 19', 'zstd', STORY, fixture('answer-level-19')],
];

describe.each(CODED)('%s', (_name, encoding, text, bytes) => {
  test('is read to its end, in any split', async () => {
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(places, async (parts) => {
        expect(await decode(encoding, cutAt(parts)(bytes))).toEqual({ text, end: 'complete' });
      }),
      { numRuns: 10, seed: 16 },
    );
  });

  test('is read when its first byte comes alone, behind an empty piece', async () => {
    const pieces = [Buffer.alloc(0), bytes.subarray(0, 1), bytes.subarray(1)];
    expect(await decode(encoding, pieces)).toEqual({ text, end: 'complete' });
  });

  test('is read as far as it came when it is cut', async () => {
    const { text: read, end } = await decode(encoding, [bytes.subarray(0, Math.floor(bytes.length * 0.8))]);
    expect(end).toBe('complete');
    expect(text.startsWith(read.replace(/\ufffd+$/, ''))).toBe(true);
  });

  test('is not read when it is something else', async () => {
    const { end } = await decode(encoding, [Buffer.from('<html>this was never compressed at all</html>')]);
    expect(end).toBe('failed');
  });

  test('ends at the limit of what comes out', async () => {
    const { text: read, end } = await decode(encoding, [bytes], { ...LIMITS, decodedBytes: 1000 });
    expect(end).toBe('limited');
    expect(read.length).toBeLessThanOrEqual(1000);
  });

  test('ends as one over its limit when it is given up, and then holds and says nothing more', async () => {
    const heard: string[] = [];
    const decoder = createContentDecoder(
      encoding,
      LIMITS,
      () => heard.push('data'),
      (end) => heard.push(end),
    );
    decoder.write(bytes);
    expect(decoder.held()).toBeGreaterThan(0);
    decoder.giveUp();
    decoder.write(bytes);
    decoder.end();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toEqual(['limited']);
    expect(decoder.held()).toBe(0);
  });
});

test('several zstd frames are one text', async () => {
  expect(await decode('zstd', [fixture('answer-two-frames')])).toEqual({ text: STORY, end: 'complete' });
});

test('a bomb ends at its ratio, a small repetitive answer does not', async () => {
  const bomb = gzipSync(Buffer.alloc(8 << 20, 'x'));
  expect((await decode('gzip', [bomb])).end).toBe('limited');
  const repetitive = gzipSync(Buffer.alloc(1 << 20, 'x'));
  expect((await decode('gzip', [repetitive])).end).toBe('complete');
});

test('nothing at all is whole', async () => {
  expect(await decode('gzip', [])).toEqual({ text: '', end: 'complete' });
});

test('random bytes never throw', async () => {
  const coding = fc.constantFrom('gzip', 'deflate', 'br', 'zstd');
  await fc.assert(
    fc.asyncProperty(coding, fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), async (encoding, pieces) => {
      const magic = encoding === 'zstd' ? [Buffer.from([0x28, 0xb5, 0x2f, 0xfd])] : [];
      expect(['complete', 'failed', 'limited']).toContain((await decode(encoding, [...magic, ...pieces])).end);
    }),
    { numRuns: 60, seed: 17 },
  );
});

test.each([
  ['gzip', true],
  ['zstd', true],
  ['gzip, br', false],
  ['compress', false],
  ['', false],
])('%j is supported: %s', (encoding, supported) => expect(isSupportedEncoding(encoding)).toBe(supported));
