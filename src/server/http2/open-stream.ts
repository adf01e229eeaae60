import { FLAG, FRAME, FRAME_BYTES, GREATEST } from './frames.js';
import type { HeaderList } from './header-decoder.js';
import { LIMITS } from './limits.js';
import type { Sender } from './sender.js';
import type { Http2Stream, StreamHandler } from './stream.js';

/** A stream as its connection knows it (RFC 9113, section 5.1). */
export class OpenStream implements Http2Stream {
  readonly id: number;
  readonly headers: HeaderList;
  /** Set by the connection, before anything can happen. */
  handler!: StreamHandler;
  /** The peer has ended its side. */
  remoteEnded = false;
  /** We have ended ours. */
  localEnded = false;
  over = false;
  /** What the peer may still send. */
  receiveWindow: number = LIMITS.streamWindow;
  private readonly sender: Sender;
  private readonly onEnded: (stream: OpenStream) => void;
  private uncredited = 0;
  /** What this stream's own window has more or less than that of a new one, which the peer may change for all. */
  private widened = 0;
  /** Data that waits for a window, then the block that ends the stream. */
  private pending: Buffer[] | undefined;
  private lastBlock: Buffer | undefined;

  /** `onEnded`: both sides have ended. */
  constructor(id: number, headers: HeaderList, sender: Sender, onEnded: (stream: OpenStream) => void) {
    this.id = id;
    this.headers = headers;
    this.sender = sender;
    this.onEnded = onEnded;
  }

  sendHeaders(block: Buffer, end: boolean): void {
    if (this.over || this.localEnded || this.lastBlock !== undefined) return;
    if (this.pending !== undefined && end) {
      this.lastBlock = block;
      return;
    }
    const { output } = this.sender;
    const update = this.sender.takeTableUpdate();
    output.frame(
      FRAME.headers,
      end ? FLAG.endHeaders | FLAG.endStream : FLAG.endHeaders,
      this.id,
      update.length + block.length,
    );
    output.bytes(update);
    output.bytes(block);
    if (end) this.endLocally();
  }

  sendData(head: Buffer, body: Buffer): boolean {
    if (this.over || this.localEnded || this.lastBlock !== undefined) return true;
    const { sender } = this;
    const length = head.length + body.length;
    if (
      this.pending === undefined &&
      length <= sender.streamWindow + this.widened &&
      length <= sender.window &&
      length <= FRAME_BYTES
    ) {
      this.widened -= length;
      sender.window -= length;
      sender.output.frame(FRAME.data, 0, this.id, length);
      sender.output.bytes(head);
      sender.output.bytes(body);
      return true;
    }
    this.pending ??= [];
    this.pending.push(Buffer.concat([head, body]));
    if (this.sendPending()) return true;
    sender.wait(this);
    return false;
  }

  /** The peer takes so many bytes more; `false`: that is more than a window can be. */
  widen(bytes: number): boolean {
    this.widened += bytes;
    if (this.sender.streamWindow + this.widened > GREATEST) return false;
    if (this.pending !== undefined && this.sendMore()) this.sender.forget(this);
    return true;
  }

  /** A window has opened: sends what waits; `true` when nothing waits any more, what the handler has added included. */
  sendMore(): boolean {
    if (this.over) return true;
    if (!this.sendPending()) return false;
    if (!this.localEnded) this.handler.writable();
    return this.pending === undefined;
  }

  credit(bytes: number): void {
    if (this.over || this.remoteEnded) return;
    this.uncredited += bytes;
    if (this.uncredited < LIMITS.streamWindow / 2) return;
    const { output } = this.sender;
    output.frame(FRAME.windowUpdate, 0, this.id, 4);
    output.uint32(this.uncredited);
    this.receiveWindow += this.uncredited;
    this.uncredited = 0;
  }

  /** The stream is over; its handler is told. */
  close(): void {
    if (this.over) return;
    this.over = true;
    this.pending = undefined;
    this.sender.forget(this);
    this.handler.closed();
  }

  private endLocally(): void {
    this.localEnded = true;
    if (this.remoteEnded) this.onEnded(this);
  }

  /** `true` when nothing waits any more. */
  private sendPending(): boolean {
    const { sender } = this;
    while (this.pending !== undefined) {
      const bytes = this.pending[0];
      if (bytes === undefined) {
        this.pending = undefined;
        break;
      }
      const length = Math.min(bytes.length, sender.streamWindow + this.widened, sender.window, FRAME_BYTES);
      if (length <= 0) return false;
      this.widened -= length;
      sender.window -= length;
      sender.output.frame(FRAME.data, 0, this.id, length);
      sender.output.bytes(bytes, 0, length);
      if (length === bytes.length) this.pending.shift();
      else this.pending[0] = bytes.subarray(length);
    }
    const { lastBlock } = this;
    if (lastBlock !== undefined) {
      this.lastBlock = undefined;
      this.sendHeaders(lastBlock, true);
    }
    return true;
  }
}
