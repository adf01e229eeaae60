import { once } from 'node:events';
import { type BrotliCompress, constants, createBrotliCompress, createGzip, type Gzip } from 'node:zlib';
import type { Coding } from './shape.js';

/** The pieces of a body in a content coding, each piece readable when it has come, as servers flush streams. */
export async function encodePieces(pieces: readonly Buffer[], coding: Coding): Promise<Buffer[]> {
  switch (coding) {
    case 'plain':
      return [...pieces];
    case 'gzip':
      return flushed(pieces, createGzip({ level: 1 }), constants.Z_SYNC_FLUSH);
    case 'br':
      return flushed(
        pieces,
        createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
        constants.BROTLI_OPERATION_FLUSH,
      );
    case 'zstd':
      return rawZstd(pieces);
  }
}

async function flushed(pieces: readonly Buffer[], encoder: Gzip | BrotliCompress, kind: number): Promise<Buffer[]> {
  const encoded: Buffer[] = [];
  let current: Buffer[] = [];
  encoder.on('data', (chunk: Buffer) => current.push(chunk));
  for (const [index, piece] of pieces.entries()) {
    encoder.write(piece);
    if (index < pieces.length - 1) await new Promise<void>((resolve) => encoder.flush(kind, () => resolve()));
    else {
      encoder.end();
      await once(encoder, 'end');
    }
    encoded.push(Buffer.concat(current));
    current = [];
  }
  return encoded;
}

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** Frame header: no content size, no checksum, a window of 1 MiB (RFC 8878, sections 3.1.1.1.1 and 3.1.1.1.2). */
const ZSTD_HEADER = Buffer.from([0x00, 0x50]);

/** A frame of raw blocks (RFC 8878, section 3.1.1.2): Node 20 has no encoder, and what matters here are the places of the cuts. */
function rawZstd(pieces: readonly Buffer[]): Buffer[] {
  return pieces.map((piece, index) => {
    if (piece.length >= 1 << 17) throw new Error('a raw block holds less than 128 KiB');
    const header = Buffer.alloc(3);
    header.writeUIntLE((piece.length << 3) | (index === pieces.length - 1 ? 1 : 0), 0, 3);
    return Buffer.concat(index === 0 ? [ZSTD_MAGIC, ZSTD_HEADER, header, piece] : [header, piece]);
  });
}
