/** The names of numbers on an HTTP/2 connection (RFC 9113). */

/** Frame types (section 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Frame flags; `ack` is that of SETTINGS and PING. */
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

/** Error codes (section 7). */
export const ERROR = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refusedStream: 7,
  compression: 9,
  enhanceYourCalm: 11,
} as const;

/** Settings (section 6.5.2). */
export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** What a client sends first (section 3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Bytes before each frame's payload (section 4.1). */
export const FRAME_HEAD_BYTES = 9;

/** The payload that a frame has at most unless SETTINGS_MAX_FRAME_SIZE says more; we never say more. */
export const FRAME_BYTES = 16_384;

/** The window that each side begins with (section 6.9.2). */
export const FIRST_WINDOW = 65_535;

/** The greatest window, and the greatest stream identifier. */
export const GREATEST = 0x7fff_ffff;

/** The connection is broken for good: the peer is told `code`, and the connection ends (section 5.4.1). */
export class ConnectionError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
