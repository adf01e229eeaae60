import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createUnzip,
} from 'node:zlib';
import { Decompress } from 'fzstd';

/** How a compressed body ended: read to its end, not readable, or over a limit (its copy was dropped). */
export type DecodeEnd = 'complete' | 'failed' | 'limited';

/** Decodes a copy of a compressed body; the traffic itself is never touched. */
export interface ContentDecoder {
  write(bytes: Uint8Array): void;
  /** No more bytes: `onEnd` follows, soon but not at once. */
  end(): void;
  /** Stops and frees; no callback follows. */
  close(): void;
}

export interface DecoderLimits {
  /** Bytes that come out. */
  decodedBytes: number;
  /** Bytes out per byte in, looked at from 1 MiB of output on. */
  decodedRatio: number;
}

/** Output up to which the ratio is not looked at: small answers of repeated text compress well and harm nobody. */
const RATIO_FROM = 1 << 20;

/** The content codings that are understood (RFC 9110 section 8.4.1, RFC 8878). */
export function isSupportedEncoding(encoding: string): boolean {
  return ['gzip', 'x-gzip', 'deflate', 'br', 'zstd'].includes(encoding);
}

/**
 * Creates the decoder of one supported coding. Node has no synchronous streaming decoder, so decoded bytes come later, on a turn
 * of their own; their order is kept. What was cut is decoded as far as it goes. Never throws.
 */
export function createContentDecoder(
  encoding: string,
  limits: DecoderLimits,
  onData: (bytes: Uint8Array) => void,
  onEnd: (end: DecodeEnd) => void,
): ContentDecoder {
  let received = 0;
  let decoded = 0;
  let over = false;
  let engine: ContentDecoder | undefined;

  function finish(end: DecodeEnd): void {
    if (over) return;
    over = true;
    engine?.close();
    onEnd(end);
  }
  function take(bytes: Uint8Array): void {
    if (over) return;
    decoded += bytes.length;
    const tooDense = decoded > RATIO_FROM && decoded > received * limits.decodedRatio;
    if (decoded > limits.decodedBytes || tooDense) finish('limited');
    else onData(bytes);
  }

  return {
    write(bytes) {
      if (over || bytes.length === 0) return;
      received += bytes.length;
      engine ??= startEngine(encoding, bytes[0] ?? 0, limits.decodedBytes, take, finish);
      engine.write(bytes);
    },
    end() {
      if (over) return;
      if (engine) engine.end();
      else finish('complete');
    },
    close() {
      over = true;
      engine?.close();
    },
  };
}

function startEngine(
  encoding: string,
  firstByte: number,
  queueBytes: number,
  take: (bytes: Uint8Array) => void,
  finish: (end: DecodeEnd) => void,
): ContentDecoder {
  const native = createNative(encoding, firstByte);
  return native ? streamEngine(native, queueBytes, take, finish) : zstdEngine(take, finish);
}

/** The runtime's own decoder; `undefined` for zstd where the runtime has none (Node before 22.15). */
function createNative(encoding: string, firstByte: number): Transform | undefined {
  // a cut body is decoded as far as it goes, without an error for the missing end
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(options);
    case 'deflate':
      // RFC 9110 means zlib's format; some servers send the raw one. A zlib header's first byte has method 8.
      return (firstByte & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options);
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case 'zstd':
      return (zlib as unknown as { createZstdDecompress?: () => Transform }).createZstdDecompress?.();
    default:
      return createUnzip(options);
  }
}

function streamEngine(
  stream: Transform,
  queueBytes: number,
  take: (bytes: Uint8Array) => void,
  finish: (end: DecodeEnd) => void,
): ContentDecoder {
  stream.on('data', take);
  stream.once('end', () => finish('complete'));
  stream.on('error', () => finish('failed'));
  return {
    write(bytes) {
      // compressed input waits here only while the decoder is behind; it may not wait without bound
      if (stream.writableLength > queueBytes) finish('limited');
      else stream.write(bytes);
    },
    end: () => void stream.end(),
    close: () => void stream.destroy(),
  };
}

function zstdEngine(take: (bytes: Uint8Array) => void, finish: (end: DecodeEnd) => void): ContentDecoder {
  const decompress = new Decompress((bytes) => take(bytes));
  let closed = false;
  const push = (bytes: Uint8Array, last: boolean): void => {
    try {
      decompress.push(bytes, last);
    } catch {
      // at the end this says "cut": what came out until then is kept, as for the other codings
      if (!closed) finish(last ? 'complete' : 'failed');
    }
  };
  // on a turn of its own like the native ones, so that a big chunk is not decoded before its reply
  const turns: Uint8Array[] = [];
  let scheduled = false;
  let ending = false;
  function turn(): void {
    scheduled = false;
    while (turns.length > 0 && !closed) push(turns.shift() as Uint8Array, false);
    if (ending && !closed) {
      push(new Uint8Array(0), true);
      finish('complete');
    }
  }
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(turn);
  }
  return {
    write(bytes) {
      turns.push(bytes);
      schedule();
    },
    end() {
      ending = true;
      schedule();
    },
    close() {
      closed = true;
      turns.length = 0;
    },
  };
}
