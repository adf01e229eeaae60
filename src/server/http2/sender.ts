import type { Socket } from 'node:net';
import { FrameOutput } from './frame-output.js';
import { FIRST_WINDOW } from './frames.js';

/** A stream that has more to send than a window lets it. */
interface Waiting {
  /** Sends what can be sent; `true` when that was all. */
  sendMore(): boolean;
}

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

  constructor(socket: Socket) {
    this.output = new FrameOutput(socket);
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
