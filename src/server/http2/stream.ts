import type { HeaderList } from './header-decoder.js';

/** What one stream tells whoever serves it, in the order in which it happens. */
export interface StreamHandler {
  /**
   * Bytes of the body, a view of memory that is used again: copy what is kept. Bytes that are not done with yet are taken back into the
   * stream's window by {@link Http2Stream.credit}, later; the result is how many of them are done with now.
   */
  data(bytes: Buffer, from: number, to: number): number;
  /** The peer has nothing more to say. */
  ended(): void;
  /** What could not be sent at once has been sent. */
  writable(): void;
  /** The server ends: the stream must be ended now. */
  cut(): void;
  /** The stream is over, whatever its end: once, and the last. */
  closed(): void;
}

/** One stream of a connection, as its handler uses it. Once it is over, nothing here does anything. */
export interface Http2Stream {
  /** The request's headers as they came, pseudo headers among them. */
  readonly headers: HeaderList;
  /** Sends a header block; with `end` it is the last that is sent. It waits for the data before it. */
  sendHeaders(block: Buffer, end: boolean): void;
  /** Sends data, in two parts so that nobody needs to join them; both are copied. `false`: what is sent waits for its window. */
  sendData(head: Buffer, body: Buffer): boolean;
  /** The peer may send so many bytes again. */
  credit(bytes: number): void;
}

/** Serves a stream. Called when its headers have come. */
export type StreamServer = (stream: Http2Stream) => StreamHandler;
