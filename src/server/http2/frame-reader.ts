import { ConnectionError, ERROR, FRAME_BYTES, FRAME_HEAD_BYTES, GREATEST, PREFACE } from './frames.js';

/** Gets one frame; its payload is a view of memory that is used again. */
export type FrameListener = (
  type: number,
  flags: number,
  stream: number,
  bytes: Buffer,
  from: number,
  to: number,
) => void;

/** Cuts what a client sends into frames. */
export interface FrameReader {
  /** Takes the next bytes. Throws a {@link ConnectionError} when they are no HTTP/2, and what the listener throws. */
  read(chunk: Buffer): void;
}

/** Creates a reader that begins at the connection's preface (RFC 9113, section 3.4). It never holds more than one frame. */
export function createFrameReader(listener: FrameListener): FrameReader {
  let greeted = 0; // bytes of the preface
  const rest = { bytes: Buffer.alloc(0), length: 0 }; // a frame that has begun

  function greet(chunk: Buffer): number {
    let position = 0;
    while (greeted < PREFACE.length && position < chunk.length) {
      if (chunk[position] !== PREFACE[greeted]) throw new ConnectionError(ERROR.protocol, 'no HTTP/2');
      position += 1;
      greeted += 1;
    }
    return position;
  }

  /** Bytes that the frame at `position` has in all. */
  function sizeAt(bytes: Buffer, position: number): number {
    const length =
      ((bytes[position] as number) << 16) | ((bytes[position + 1] as number) << 8) | (bytes[position + 2] as number);
    if (length > FRAME_BYTES) throw new ConnectionError(ERROR.frameSize, 'a frame beyond the limit');
    return FRAME_HEAD_BYTES + length;
  }

  function tell(bytes: Buffer, position: number, size: number): void {
    const type = bytes[position + 3] as number;
    const flags = bytes[position + 4] as number;
    const stream = bytes.readUInt32BE(position + 5) & GREATEST;
    listener(type, flags, stream, bytes, position + FRAME_HEAD_BYTES, position + size);
  }

  /** Keeps bytes until `size` are there; returns the position after those that were taken. */
  function keep(chunk: Buffer, position: number, size: number): number {
    if (rest.bytes.length < size) {
      const grown = Buffer.allocUnsafeSlow(size);
      rest.bytes.copy(grown, 0, 0, rest.length);
      rest.bytes = grown;
    }
    const end = Math.min(chunk.length, position + size - rest.length);
    chunk.copy(rest.bytes, rest.length, position, end);
    rest.length += end - position;
    return end;
  }

  /** Completes the frame that has begun; returns the position after it. */
  function complete(chunk: Buffer, from: number): number {
    let position = from;
    if (rest.length < FRAME_HEAD_BYTES) position = keep(chunk, position, FRAME_HEAD_BYTES);
    if (rest.length < FRAME_HEAD_BYTES) return position;
    const size = sizeAt(rest.bytes, 0);
    position = keep(chunk, position, size);
    if (rest.length < size) return position;
    const { bytes } = rest;
    rest.bytes = Buffer.alloc(0);
    rest.length = 0;
    tell(bytes, 0, size);
    return position;
  }

  return {
    read(chunk) {
      let position = greeted < PREFACE.length ? greet(chunk) : 0;
      if (rest.length > 0) position = complete(chunk, position);
      let size = FRAME_HEAD_BYTES;
      while (chunk.length - position >= FRAME_HEAD_BYTES) {
        size = sizeAt(chunk, position);
        if (position + size > chunk.length) break;
        tell(chunk, position, size);
        position += size;
        size = FRAME_HEAD_BYTES;
      }
      if (position < chunk.length) keep(chunk, position, size);
    },
  };
}
