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
import type { DecodeEnd, DecodeEngine } from './decode-engine.js';
import { createNativeZstdEngine, type ZstdStream } from './native-zstd-engine.js';
import { createZstdEngine, ZSTD_WINDOW_BYTES } from './zstd-engine.js';

/** Decodes a copy of a compressed body; the traffic itself is never touched. */
export interface ContentDecoder {
  write(bytes: Uint8Array): void;
  /** No more bytes: `onEnd` follows, soon but not at once. */
  end(): void;
  /** Stops and frees, as one that is over a limit. */
  giveUp(): void;
  /** Bytes of memory that it takes, about. */
  held(): number;
}

export interface DecoderLimits {
  /** Bytes that come out. */
  decodedBytes: number;
  /** Bytes out per byte in, looked at from 1 MiB of output on. */
  decodedRatio: number;
}

/** What a body's window takes at most, about: brotli's is 16 MiB, but only what was written of it is memory. */
const WINDOW_BYTES = 16 << 20;
/** What a decoder takes beside its window. */
const ENGINE_BYTES = 48 * 1024;

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
  let engine: DecodeEngine | undefined;

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
    giveUp: () => finish('limited'),
    // of its window an engine takes what was decoded so far, at most
    held: () => (over || !engine ? 0 : engine.held() + Math.min(decoded, WINDOW_BYTES)),
  };
}

function startEngine(
  encoding: string,
  firstByte: number,
  queueBytes: number,
  take: (bytes: Uint8Array) => void,
  finish: (end: DecodeEnd) => void,
): DecodeEngine {
  if (encoding !== 'zstd') return streamEngine(createNative(encoding, firstByte), queueBytes, take, finish);
  const frames = nativeZstd();
  return frames ? createNativeZstdEngine(frames, queueBytes, take, finish) : createZstdEngine(queueBytes, take, finish);
}

/** The runtime's own decoder. */
function createNative(encoding: string, firstByte: number): Transform {
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
    default:
      return createUnzip(options);
  }
}

/** Makes the runtime's decoders of one zstd frame; `undefined` where it has none (Node before 22.15). */
function nativeZstd(): (() => ZstdStream) | undefined {
  const { createZstdDecompress, constants: all } = zlib as unknown as NewerZlib;
  const params = { [all['ZSTD_d_windowLogMax'] as number]: Math.log2(ZSTD_WINDOW_BYTES) };
  return createZstdDecompress && (() => createZstdDecompress({ params }));
}

/** What runtimes from Node 22.15 on have more. */
interface NewerZlib {
  createZstdDecompress?: (options: { params: Record<number, number> }) => ZstdStream;
  constants: Record<string, number>;
}

function streamEngine(
  stream: Transform,
  queueBytes: number,
  take: (bytes: Uint8Array) => void,
  finish: (end: DecodeEnd) => void,
): DecodeEngine {
  stream.on('data', take);
  stream.once('end', () => finish('complete'));
  stream.on('error', () => finish('failed'));
  let busy = false;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let ending = false;

  /** What has come while the decoder was busy goes to it at once: each write is a way to another thread and back. */
  function writeOn(): void {
    if (busy || stream.destroyed) return;
    if (waiting.length === 0) {
      if (ending) stream.end();
      return;
    }
    const bytes = waiting.length === 1 ? (waiting[0] as Uint8Array) : Buffer.concat(waiting, waitingBytes);
    waiting = [];
    waitingBytes = 0;
    busy = true;
    stream.write(bytes, () => {
      busy = false;
      writeOn();
    });
  }

  return {
    write(bytes) {
      // compressed input waits here only while the decoder is behind; it may not wait without bound
      if (stream.writableLength + waitingBytes > queueBytes) {
        finish('limited');
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      writeOn();
    },
    end() {
      ending = true;
      writeOn();
    },
    close() {
      waiting = [];
      stream.destroy();
    },
    held: () => ENGINE_BYTES + stream.writableLength + waitingBytes,
  };
}
