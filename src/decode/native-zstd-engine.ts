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
/** Newer runtimes call a frame that was cut an error; what came out until then is kept, as for the other codings. */
const CUT = 'Z_BUF_ERROR';

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
  let queue: Uint8Array[] = [];
  let waiting = 0;
  let ending = false;
  let closed = false;
  let piece: Uint8Array | undefined; // what the decoder is reading
  let before = 0; // bytes that it had read then
  let stream = start();

  function start(): ZstdStream {
    const next = create();
    next.on('data', take);
    next.on('error', (error: NodeJS.ErrnoException) => finish(error.code === CUT ? 'complete' : 'failed'));
    next.once('end', () => {
      const rest = piece?.subarray(next.bytesWritten - before);
      piece = undefined;
      if (closed) return;
      if (rest === undefined || rest.length === 0) {
        finish('complete');
        return;
      }
      // the frame ended within the piece: the next one has a decoder of its own
      queue.unshift(rest);
      waiting += rest.length;
      stream = start();
      pump();
    });
    return next;
  }

  /** Writes one piece after the other: only then it is known how much of one was read when a frame ends. */
  function pump(): void {
    if (piece !== undefined || closed) return;
    const next = queue.shift();
    if (next === undefined) {
      if (ending) stream.end();
      return;
    }
    waiting -= next.length;
    piece = next;
    before = stream.bytesWritten;
    const reader = stream;
    stream.write(next, () => {
      if (reader !== stream) return;
      piece = undefined;
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
