import { brotliDecompressSync, gunzipSync, inflateSync, type ZlibOptions } from 'node:zlib';

const DECODERS: ReadonlyMap<string, (bytes: Buffer, options: ZlibOptions) => Buffer> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync as (bytes: Buffer, options: ZlibOptions) => Buffer],
]);

/**
 * Decodes a compressed body in one go (RFC 9110 section 8.4.1); `undefined` when the coding is not known, the bytes are not in it, or
 * more than `limit` bytes come out. For requests, whose bodies are rarely compressed and small when they are.
 */
export function decodeWhole(bytes: Buffer, encoding: string, limit: number): Buffer | undefined {
  try {
    return DECODERS.get(encoding)?.(bytes, { maxOutputLength: limit });
  } catch {
    return undefined;
  }
}
