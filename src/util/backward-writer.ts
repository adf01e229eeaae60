/**
 * Writes protobuf from its end to its beginning: what a length counts is written before the length is, so that nothing is measured
 * first. One writer is used again and again; {@link finish} hands out a copy.
 */
export class BackwardWriter {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private size = FIRST_BYTES;
  private position = FIRST_BYTES;

  /** Forgets what a writing that failed has left. */
  begin(): void {
    this.position = this.size;
  }

  /** Bytes written so far: what {@link length} counts from. */
  get written(): number {
    return this.size - this.position;
  }

  /** What was written, in a buffer of its own. */
  finish(): Buffer {
    const result = Buffer.allocUnsafe(this.written);
    this.bytes.copy(result, 0, this.position);
    if (this.size > KEPT_BYTES) {
      this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
      this.size = FIRST_BYTES;
    }
    this.position = this.size;
    return result;
  }

  /** A field key, before what it is the key of. */
  key(field: number, wireType: number): void {
    if (field > 15 || this.position === 0) this.varint((field << 3) | wireType);
    else this.bytes[--this.position] = (field << 3) | wireType;
  }

  /** The key and the length of a field whose content is what was written since `before`. */
  lengthKey(field: number, before: number): void {
    this.varint(this.size - this.position - before);
    this.key(field, 2);
  }

  /** An unsigned integer below 2^53. */
  varint(value: number): void {
    if (this.position < LONGEST_NUMBER) this.grow(LONGEST_NUMBER);
    const { bytes } = this;
    if (value < 0x80) {
      bytes[--this.position] = value;
    } else if (value < 0x4000) {
      this.position -= 2;
      bytes[this.position] = (value & 0x7f) | 0x80;
      bytes[this.position + 1] = value >>> 7;
    } else {
      let position = this.position - varintBytes(value);
      this.position = position;
      let rest = value;
      for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes[position++] = (rest % 0x80) | 0x80;
      bytes[position] = rest;
    }
  }

  /** A signed 64-bit integer as `int64` (negative values take ten bytes). */
  int64(value: number): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      this.varint(value);
      return;
    }
    const digits: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) digits.push(Number(rest & 0x7fn) | 0x80);
    digits.push(Number(rest));
    this.reserve(LONGEST_NUMBER);
    this.position -= digits.length;
    this.bytes.set(digits, this.position);
  }

  /** An unsigned integer below 2^32. */
  fixed32(value: number): void {
    this.reserve(LONGEST_NUMBER);
    this.position -= 4;
    const { bytes, position } = this;
    bytes[position] = value;
    bytes[position + 1] = value >>> 8;
    bytes[position + 2] = value >>> 16;
    bytes[position + 3] = value >>> 24;
  }

  /** Nanoseconds since the epoch as `fixed64`, in whole seconds and the rest of them. */
  fixedNanos(seconds: number, nanos: number): void {
    // beyond 2^53, so in two parts: the seconds' upper bits times 10^9 are whole multiples of 2^16
    const upper = Math.floor(seconds / 0x10000) * 1e9;
    const lower = (upper % 0x10000) * 0x10000 + (seconds % 0x10000) * 1e9 + nanos;
    this.fixed32(Math.floor(upper / 0x10000) + Math.floor(lower / 0x100000000));
    this.fixed32(lower % 0x100000000);
  }

  double(value: number): void {
    this.reserve(LONGEST_NUMBER);
    this.position -= 8;
    this.bytes.writeDoubleLE(value, this.position);
  }

  /** A hex id as `bytes`, with its length. */
  hex(text: string): void {
    const length = text.length >>> 1;
    this.reserve(length);
    this.position -= length;
    const { bytes } = this;
    let position = this.position;
    for (let index = 0; index + 1 < text.length; index += 2) {
      bytes[position++] = (digit(text.charCodeAt(index)) << 4) | digit(text.charCodeAt(index + 1));
    }
    this.varint(length);
  }

  /** Text in UTF-8, with its length. */
  text(text: string): void {
    const { length } = text;
    if (length > SHORT_TEXT || !this.shortAscii(text)) {
      const bytes = length > COUNTED_TEXT ? this.countedText(text) : this.shiftedText(text);
      this.varint(bytes);
    } else this.varint(length);
  }

  /** Counting the bytes of a text takes as long as writing them: what is not too large is written first and then put in its place. */
  private shiftedText(text: string): number {
    const room = 3 * text.length;
    this.reserve(room);
    const start = this.position - room;
    const bytes = this.bytes.write(text, start, room, 'utf8');
    this.position -= bytes;
    this.bytes.copyWithin(this.position, start, start + bytes);
    return bytes;
  }

  private countedText(text: string): number {
    const bytes = Buffer.byteLength(text, 'utf8');
    this.reserve(bytes);
    this.position -= bytes;
    this.bytes.write(text, this.position, bytes, bytes === text.length ? 'latin1' : 'utf8');
    return bytes;
  }

  /** For short texts a loop is faster than the call into native code. */
  private shortAscii(text: string): boolean {
    const { length } = text;
    this.reserve(length);
    const { bytes } = this;
    const start = this.position - length;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[start + index] = code;
    }
    this.position = start;
    return true;
  }

  private reserve(bytes: number): void {
    if (this.position < bytes) this.grow(bytes);
  }

  private grow(bytes: number): void {
    const { written } = this;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.size, written + bytes + FIRST_BYTES));
    this.bytes.copy(larger, larger.length - written, this.position);
    this.bytes = larger;
    this.size = larger.length;
    this.position = larger.length - written;
  }
}

const FIRST_BYTES = 64 * 1024;
/** A writer that had to grow beyond this begins small again: such items are rare. */
const KEPT_BYTES = 4 * 1024 * 1024;
const LONGEST_NUMBER = 10;
const SHORT_TEXT = 48;
/** Characters from which a text is counted first: it would take three times its room. */
const COUNTED_TEXT = 512 * 1024;

/** The value of a hex digit of either case. */
function digit(code: number): number {
  return (code & 0xf) + (code > 0x39 ? 9 : 0);
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}
