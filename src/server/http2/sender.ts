import type { Socket } from 'node:net';
import { FrameOutput } from './frame-output.js';
import { FIRST_WINDOW } from './frames.js';
import { TABLE_BYTES } from './header-decoder.js';

/** A stream that has more to send than a window lets it. */
interface Waiting {
  /** Sends what can be sent; `true` when that was all. */
  sendMore(): boolean;
}

/** The dynamic table shall hold nothing (RFC 7541, section 6.3); we never put anything into it. */
const NO_TABLE = Buffer.from([0x20]);
const NOTHING = Buffer.alloc(0);

/** What all streams of a connection share when they send. */
export class Sender {
  readonly output: FrameOutput;
  /** What the connection's window lets be sent (RFC 9113, section 6.9). */
  window = FIRST_WINDOW;
  /** The window that a new stream begins with. */
  streamWindow = FIRST_WINDOW;
  /** The window of the connection, or that of all streams, has opened: once for many frames is enough. */
  opened = false;
  private readonly waiting = new Set<Waiting>();
  private table: 'as at first' | 'to be emptied' | 'empty' = 'as at first';

  constructor(socket: Socket) {
    this.output = new FrameOutput(socket);
  }

  /** The peer's table of our headers holds so many bytes from now on. Once it has shrunk it must hear our word on it. */
  setTable(bytes: number): void {
    if (bytes < TABLE_BYTES && this.table === 'as at first') this.table = 'to be emptied';
  }

  /** What the next header block must begin with (RFC 7541, section 4.2). */
  takeTableUpdate(): Buffer {
    if (this.table !== 'to be emptied') return NOTHING;
    this.table = 'empty';
    return NO_TABLE;
  }

  wait(stream: Waiting): void {
    this.waiting.add(stream);
  }

  forget(stream: Waiting): void {
    this.waiting.delete(stream);
  }

  /** If a window has {@link opened}: those who wait send, in the order in which they came. */
  sendMore(): void {
    if (!this.opened) return;
    this.opened = false;
    for (const stream of this.waiting) {
      if (this.window <= 0) return;
      if (stream.sendMore()) this.waiting.delete(stream);
    }
  }
}
