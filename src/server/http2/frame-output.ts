import type { Socket } from 'node:net';
import { FRAME_HEAD_BYTES } from './frames.js';

/** Frames are gathered in pieces of memory of that size; what is beyond it goes into a piece of its own. */
const PIECE_BYTES = 16_384;
/** With less than that left, a piece is not begun again. */
const LEAST_BYTES = 1024;

/**
 * What one connection sends. Frames are gathered and leave together: when the bytes that have just arrived are all worked off, or at
 * the end of the present turn of the event loop. One write to a socket costs about as much as all else that a reply takes.
 *
 * A peer that does not read is not read either: no more arrives than what it makes us say fits.
 */
export class FrameOutput {
  private readonly socket: Socket;
  private piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  private begin = 0;
  private end = 0;
  private held = false;
  private scheduled = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('drain', () => socket.resume());
  }

  /** From now on until {@link release} nothing leaves. */
  hold(): void {
    this.held = true;
  }

  /** Sends what was gathered. */
  release(): void {
    this.held = false;
    this.flush();
  }

  /** Begins a frame; `length` bytes must follow, by the methods below. */
  frame(type: number, flags: number, stream: number, length: number): void {
    this.reserve(FRAME_HEAD_BYTES + length);
    const { piece, end } = this;
    piece[end] = length >>> 16;
    piece[end + 1] = length >>> 8;
    piece[end + 2] = length;
    piece[end + 3] = type;
    piece[end + 4] = flags;
    this.end = end + 5;
    this.uint32(stream);
    if (this.held || this.scheduled) return;
    this.scheduled = true;
    process.nextTick(this.flushScheduled);
  }

  uint16(value: number): void {
    this.piece[this.end++] = value >>> 8;
    this.piece[this.end++] = value;
  }

  uint32(value: number): void {
    const { piece, end } = this;
    piece[end] = value >>> 24;
    piece[end + 1] = value >>> 16;
    piece[end + 2] = value >>> 8;
    piece[end + 3] = value;
    this.end = end + 4;
  }

  /** Copies `bytes`, or a part of them. */
  bytes(bytes: Buffer, from = 0, to = bytes.length): void {
    bytes.copy(this.piece, this.end, from, to);
    this.end += to - from;
  }

  private readonly flushScheduled = (): void => {
    this.scheduled = false;
    if (!this.held) this.flush();
  };

  private flush(): void {
    if (this.begin === this.end) return;
    const bytes = this.piece.subarray(this.begin, this.end);
    this.begin = this.end;
    if (!this.socket.writable) return;
    if (!this.socket.write(bytes)) this.socket.pause();
  }

  private reserve(count: number): void {
    if (this.end + count <= this.piece.length && (this.end > this.begin || this.end + LEAST_BYTES <= this.piece.length))
      return;
    // the piece that is full is the socket's now
    this.flush();
    this.piece = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, count));
    this.begin = 0;
    this.end = 0;
  }
}
