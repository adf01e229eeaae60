import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { ExchangeCase } from './exchange-case.js';

export type Coding = 'gzip' | 'x-gzip' | 'deflate' | 'raw deflate' | 'br' | 'zstd';

export const codings: readonly Coding[] = ['gzip', 'x-gzip', 'deflate', 'raw deflate', 'br', 'zstd'];

const ENCODERS: Record<Coding, (bytes: Uint8Array) => Uint8Array> = {
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
  'x-gzip': (bytes) => gzipSync(bytes, { level: 1 }),
  deflate: (bytes) => deflateSync(bytes, { level: 1 }),
  'raw deflate': (bytes) => deflateRawSync(bytes, { level: 1 }),
  br: (bytes) => brotliCompressSync(bytes, { params: { 1: 1 } }),
  zstd: zstdStored,
};

/** The case with its answer compressed; `undefined` where that would be another case (no body, cut, its length told). */
export function encodeCase(one: ExchangeCase, coding: Coding): ExchangeCase | undefined {
  const { response } = one;
  if (response?.body === undefined || response.end === 'cut' || response.headers?.['content-length']) return undefined;
  if (one.expected === 'ignored') return undefined;
  const body = ENCODERS[coding](Buffer.from(response.body as string));
  const headers = { ...response.headers, 'content-encoding': coding === 'raw deflate' ? 'deflate' : coding };
  return { ...one, response: { ...response, headers, body } };
}

/** Bytes of one stored block. */
const BLOCK = 60_000;

/** A zstd frame of stored blocks (RFC 8878, section 3.1.1): Node 20 has no encoder. What is really compressed is a fixture. */
export function zstdStored(bytes: Uint8Array): Uint8Array {
  // magic number, a descriptor without sizes, a window of 128 KiB
  const pieces = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])];
  let from = 0;
  do {
    const block = bytes.subarray(from, from + BLOCK);
    from += BLOCK;
    const header = Buffer.alloc(3);
    header.writeUIntLE(block.length * 8 + (from >= bytes.length ? 1 : 0), 0, 3);
    pieces.push(header, Buffer.from(block));
  } while (from < bytes.length);
  return Buffer.concat(pieces);
}
