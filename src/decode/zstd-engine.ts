/** zstd where the runtime has no decoder of its own (Node before 22.15), in bounded turns of the event loop. */
import { Decompress } from 'fzstd';
import type { DecodeEnd, DecodeEngine } from './decode-engine.js';

/** The largest window that a body may ask for (RFC 9659, section 3). */
export const ZSTD_WINDOW_BYTES = 8 << 20;
/** Bytes that are given to the library at a time: it cannot be stopped in between, and a few bytes may be much work. */
const PIECE_BYTES = 64;
/** How long one turn may take, in milliseconds. */
const TURN_MILLIS = 3;
/**
 * Work of one body, in bytes moved: the library moves its whole window for every block, so that a body of tiny blocks costs a thousand
 * times what it weighs. Some 8,000 events, each flushed as a block of its own, fit with the usual window of 2 MiB.
 */
const WORK_BYTES = 16 * 2 ** 30;

/** What the library knows of the frame that it reads; `e`: its window, in bytes. */
type Frame = { s: { e: number } | number | undefined };

/** Creates the engine; bodies that ask for too large a window, or for too much work, end as `limited`. */
export function createZstdEngine(
  queueBytes: number,
  take: (bytes: Uint8Array) => void,
  finish: (end: DecodeEnd) => void,
): DecodeEngine {
  let closed = false;
  let work = 0;
  let turns: Uint8Array[] = [];
  let waiting = 0; // bytes in `turns`
  let scheduled = false;
  let ending = false;

  const decompress = new Decompress((bytes) => {
    const window = windowOf(decompress);
    work += window + bytes.length;
    if (window > ZSTD_WINDOW_BYTES || work > WORK_BYTES) finish('limited');
    if (!closed) take(bytes);
    // the only way to stop the library within a piece
    if (closed) throw new Error('stopped');
  });

  function push(bytes: Uint8Array, last: boolean): void {
    try {
      decompress.push(bytes, last);
    } catch {
      // at the end this says "cut": what came out until then is kept, as for the other codings
      if (!closed) finish(last ? 'complete' : 'failed');
    }
  }

  // on turns of their own like the native ones, so that nothing is decoded before a reply
  function turn(): void {
    scheduled = false;
    const until = performance.now() + TURN_MILLIS;
    while (turns.length > 0 && !closed) {
      const [first] = turns as [Uint8Array];
      push(first.subarray(0, PIECE_BYTES), false);
      if (closed) return;
      waiting -= Math.min(PIECE_BYTES, first.length);
      if (first.length > PIECE_BYTES) turns[0] = first.subarray(PIECE_BYTES);
      else turns.shift();
      if (performance.now() < until || turns.length === 0) continue;
      schedule();
      return;
    }
    if (!ending || closed) return;
    push(new Uint8Array(0), true);
    finish('complete');
  }

  function schedule(): void {
    if (scheduled || closed) return;
    scheduled = true;
    setImmediate(turn);
  }

  return {
    write(bytes) {
      if (waiting > queueBytes) {
        finish('limited');
        return;
      }
      turns.push(bytes);
      waiting += bytes.length;
      schedule();
    },
    end() {
      ending = true;
      schedule();
    },
    close() {
      closed = true;
      turns = [];
      waiting = 0;
    },
    held: () => waiting + windowOf(decompress),
  };
}

function windowOf(decompress: Decompress): number {
  const { s } = decompress as unknown as Frame;
  return typeof s === 'object' ? s.e : 0;
}
