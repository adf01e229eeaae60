import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib';
import { createContentDecoder } from '../../../src/decode/content-encoding.js';
import type { DecodeEnd } from '../../../src/decode/decode-engine.js';
import { decodeWhole } from '../../../src/decode/whole-body.js';
import { zstdStored } from '../../support/compress-case.js';
import type { FuzzTarget } from '../engine/fuzz-target.js';
import { cutByContent } from '../engine/random.js';
import { assertSame, assertThat } from './assert.js';

/** The first byte of an input chooses; the rest is the body. */
const CODINGS = ['gzip', 'deflate', 'br', 'zstd'];
const LIMITS = { decodedBytes: 1 << 20, decodedRatio: 200 };
const TEXT = Buffer.from('{"choices":[{"message":{"content":"Grüße 🙂 Grüße 🙂 Grüße"}}],"usage":{"total_tokens":5}}');

/** The runtime's decoder of a body that may be cut, all at once; none for zstd. */
const WHOLE: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LIMITS.decodedBytes }),
  br: (bytes) =>
    brotliDecompressSync(bytes, {
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
      maxOutputLength: LIMITS.decodedBytes,
    }),
  deflate: (bytes) => inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LIMITS.decodedBytes }),
};

function decode(encoding: string, pieces: readonly Uint8Array[]): Promise<{ bytes: Buffer; end: DecodeEnd }> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let ended = false;
    const decoder = createContentDecoder(
      encoding,
      LIMITS,
      (bytes) => (ended ? reject(new Error('data after the end')) : chunks.push(bytes)),
      (end) => {
        if (ended) reject(new Error('it ends twice'));
        ended = true;
        resolve({ bytes: Buffer.concat(chunks), end });
      },
    );
    for (const piece of pieces) decoder.write(piece);
    decoder.end();
  });
}

/** content-encoding: gzip, deflate, br and zstd, against the runtime's decoders of a whole body. */
export const contentEncoding: FuzzTarget = {
  name: 'content-encoding',
  seeds: () =>
    [gzipSync(TEXT), deflateSync(TEXT), brotliCompressSync(TEXT), zstdStored(TEXT), deflateRawSync(TEXT)].map(
      (bytes, index) => Buffer.concat([Buffer.from([index === 4 ? 1 : index]), bytes]),
    ),
  words: ['\x1f\x8b\x08', '\x28\xb5\x2f\xfd'],
  async run(input) {
    const encoding = CODINGS[(input[0] ?? 0) % CODINGS.length] as string;
    const body = input.subarray(1);
    const whole = await decode(encoding, [body]);
    assertThat(whole.bytes.length <= LIMITS.decodedBytes, 'no more comes out than the limit');
    const split = await decode(encoding, cutByContent(body));
    if (whole.end === 'complete' || split.end === 'complete') {
      assertSame(split.end, whole.end, "a split's end");
      assertSame(split.bytes.toString('latin1'), whole.bytes.toString('latin1'), 'a split');
    }
    const isRaw = encoding === 'deflate' && ((body[0] ?? 0) & 0x0f) !== 8;
    const expected = isRaw || body.length === 0 ? undefined : attempt(() => WHOLE[encoding]?.(body));
    if (expected) assertSame(whole.bytes.toString('latin1'), expected.toString('latin1'), "the runtime's decoder");
    const request = decodeWhole(body, encoding, LIMITS.decodedBytes);
    assertThat((request?.length ?? 0) <= LIMITS.decodedBytes, 'a request is within the limit');
  },
};

function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
