/** Bytes before each message: whether it is compressed, and its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX_BYTES = 5;
/** Memory that the mere announcement of a message gets; more comes with its bytes. */
const FIRST_BYTES = 32_768;

/** Puts the messages of one call together from whatever pieces their bytes come in. Holds one message that has begun, and no other. */
export class MessageAssembler {
  /** What {@link take} has completed; a copy of its own. */
  message: Buffer | undefined;
  /** Why nothing more can be read. */
  problem: 'too long' | 'compressed' | undefined;
  private readonly limit: number;
  private prefixed = 0; // bytes of the prefix that have come
  private length = 0;
  private partial: Buffer | undefined;
  private filled = 0;

  /** `limit`: bytes of one message; -1 is no limit. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes bytes up to the end of one message; returns the position after them. */
  take(bytes: Buffer, from: number, to: number): number {
    let position = from;
    while (this.prefixed < PREFIX_BYTES) {
      if (position === to) return to;
      const byte = bytes[position] as number;
      if (this.prefixed === 0) {
        if (byte !== 0) return this.fail('compressed', to);
        this.length = 0;
      } else this.length = this.length * 256 + byte;
      this.prefixed += 1;
      position += 1;
    }
    const { length } = this;
    if (this.limit >= 0 && length > this.limit) return this.fail('too long', to);
    if (this.partial === undefined && to - position >= length) {
      const message = Buffer.allocUnsafe(length);
      bytes.copy(message, 0, position, position + length);
      return this.complete(message, position + length);
    }
    const count = Math.min(to - position, length - this.filled);
    const partial = this.grown(this.filled + count);
    bytes.copy(partial, this.filled, position, position + count);
    this.filled += count;
    return this.filled === length ? this.complete(partial.subarray(0, length), position + count) : position + count;
  }

  private complete(message: Buffer, position: number): number {
    this.message = message;
    this.prefixed = 0;
    this.partial = undefined;
    this.filled = 0;
    return position;
  }

  /** The memory of the message that has begun, at least so large. */
  private grown(size: number): Buffer {
    const { partial } = this;
    if (partial !== undefined && partial.length >= size) return partial;
    const grown = Buffer.allocUnsafe(Math.min(this.length, Math.max(FIRST_BYTES, 2 * size)));
    partial?.copy(grown, 0, 0, this.filled);
    this.partial = grown;
    return grown;
  }

  private fail(problem: 'too long' | 'compressed', to: number): number {
    this.problem = problem;
    this.partial = undefined;
    return to;
  }
}
