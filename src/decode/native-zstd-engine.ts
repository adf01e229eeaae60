/** zstd where the runtime decodes it (Node from 22.15 on), which reads one frame and ignores what follows it; a body may have several. */
import type { Transform } from 'node:stream';
import type { DecodeEnd, DecodeEngine } from './decode-engine.js';

/** The runtime's decoder of one frame. */
export type ZstdStream = Transform & {
  /** Bytes that it has read. */
  readonly bytesWritten: number;
};

/** What one takes beside its window, in bytes. */
const STREAM_BYTES = 48 * 1024;

/**
 * Creates the engine of a body of any number of frames (RFC 8878, section 3); `create` makes the decoder of each. Bytes wait, up to
 * `queueBytes`, while the decoder is behind.
 */
export function createNativeZstdEngine(
  create: () => ZstdStream,
  queueBytes: number,
  take: (bytes: Uint8Array) => void,
  finish: (end: DecodeEnd) => void,
): DecodeEngine {
  let stream = start();
  let queue: Uint8Array[] = [];
  let waiting = 0;
  let busy = false;
  let ending = false;
  let closed = false;
  let behind: Uint8Array | undefined; // what stands behind the end of a frame, in the same piece

  function start(): ZstdStream {
    const next = create();
    next.on('data', take);
    next.on('error', () => finish('failed'));
    next.once('end', () => {
      if (closed) return;
      if (behind === undefined) {
        finish('complete');
        return;
      }
      queue.unshift(behind);
      waiting += behind.length;
      behind = undefined;
      stream = start();
      pump();
    });
    return next;
  }

  /** Writes one piece after the other: only between two is it known how much of one was read. */
  function pump(): void {
    if (busy || closed || behind !== undefined) return;
    const piece = queue.shift();
    if (piece === undefined) {
      if (ending) stream.end();
      return;
    }
    waiting -= piece.length;
    busy = true;
    const before = stream.bytesWritten;
    stream.write(piece, () => {
      busy = false;
      const read = stream.bytesWritten - before;
      if (read < piece.length) behind = piece.subarray(read);
      pump();
    });
  }

  return {
    write(bytes) {
      if (waiting > queueBytes) {
        finish('limited');
        return;
      }
      queue.push(bytes);
      waiting += bytes.length;
      pump();
    },
    end() {
      ending = true;
      pump();
    },
    close() {
      closed = true;
      queue = [];
      waiting = 0;
      stream.destroy();
    },
    held: () => STREAM_BYTES + waiting,
  };
}
