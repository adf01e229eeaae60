/**
 * Writes protobuf into a buffer whose exact size the caller has computed before, so that nothing grows, moves or is
 * copied twice. Text goes through Buffer's native writers: on spans with content that is what makes encoding cheap.
 */
export class ProtobufWriter {
  readonly bytes: Buffer;
  position = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** A field key; every field number used here is below 16 and takes one byte, or below 2048 and takes two. */
  tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  /** An unsigned integer below 2^53. */
  varint(value: number): void {
    if (value < 0x80) {
      this.bytes[this.position++] = value;
      return;
    }
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.position++] = rest;
  }

  double(value: number): void {
    this.position = this.bytes.writeDoubleLE(value, this.position);
  }

  /** Text whose length in UTF-8 is already known, with its length. */
  text(text: string, utf8Bytes: number): void {
    this.varint(utf8Bytes);
    if (utf8Bytes !== text.length) {
      this.bytes.write(text, this.position, utf8Bytes, 'utf8');
      this.position += utf8Bytes;
    } else if (utf8Bytes > SHORT_TEXT) {
      this.bytes.write(text, this.position, utf8Bytes, 'latin1');
      this.position += utf8Bytes;
    } else {
      const bytes = this.bytes;
      let position = this.position;
      for (let index = 0; index < utf8Bytes; index++) bytes[position++] = text.charCodeAt(index);
      this.position = position;
    }
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }
}

/** Below this a loop is faster than the call into native code. */
const SHORT_TEXT = 48;

/** Length of a text in UTF-8. */
export function utf8Length(text: string): number {
  if (text.length > SHORT_TEXT) return Buffer.byteLength(text, 'utf8');
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.byteLength(text, 'utf8');
  }
  return text.length;
}

/** Bytes that a varint of a non-negative integer below 2^53 takes. */
function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  let size = 4;
  for (let rest = Math.floor(value / 0x10000000); rest > 0; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Bytes of a length-delimited field with a one-byte key: key, length, content. */
export function fieldSize(contentBytes: number): number {
  return 1 + varintSize(contentBytes) + contentBytes;
}
