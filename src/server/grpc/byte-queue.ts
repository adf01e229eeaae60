/** Bytes that wait, in one piece of memory however small the pieces were that they came in. */
export class ByteQueue {
  /** They stand from `begin` to `end`; what {@link append} adds may move them. */
  bytes: Buffer = EMPTY;
  begin = 0;
  end = 0;

  get length(): number {
    return this.end - this.begin;
  }

  /** Copies `bytes` from `from` to `to` behind those that wait. */
  append(bytes: Buffer, from: number, to: number): void {
    const { length } = this;
    const needed = length + to - from;
    if (this.end + to - from > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(length === 0 ? needed : 2 * needed);
      this.bytes.copy(grown, 0, this.begin, this.end);
      this.bytes = grown;
      this.begin = 0;
      this.end = length;
    }
    bytes.copy(this.bytes, this.end, from, to);
    this.end += to - from;
  }

  /** Those up to the position `begin` wait no longer. */
  dropUntil(begin: number): void {
    this.begin = begin;
    if (begin === this.end) this.clear();
  }

  clear(): void {
    this.bytes = EMPTY;
    this.begin = 0;
    this.end = 0;
  }
}

const EMPTY = Buffer.alloc(0);
