/**
 * Reads protobuf from a buffer, field by field. Every method throws a RangeError when the bytes end too soon or are no protobuf, as
 * the generated decoders do.
 */
export class ProtobufReader {
  readonly bytes: Buffer;
  position: number;
  /** The end of the message being read. */
  end: number;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.position = 0;
    this.end = bytes.length;
  }

  /** A varint that is meant to be below 2^32; of a longer one the lower 32 bits. */
  varint(): number {
    const { bytes } = this;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) throw new RangeError('protobuf: a number is cut');
      const byte = bytes[this.position++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('protobuf: a number is too long');
  }

  /** A varint as a boolean: anything but 0 is true, in whichever of its bits. */
  boolean(): boolean {
    let any = 0;
    for (let count = 0; count < 10; count += 1) {
      if (this.position >= this.end) throw new RangeError('protobuf: a number is cut');
      const byte = this.bytes[this.position++] as number;
      any |= byte & 0x7f;
      if (byte < 0x80) return any !== 0;
    }
    throw new RangeError('protobuf: a number is too long');
  }

  double(): number {
    if (this.position + 8 > this.end) throw new RangeError('protobuf: a number is cut');
    this.position += 8;
    return this.bytes.readDoubleLE(this.position - 8);
  }

  /** Enters a length-delimited field: returns the end of what is around it, to be given back to {@link leave}. */
  enter(): number {
    const length = this.varint();
    const outer = this.end;
    if (this.position + length > outer) throw new RangeError('protobuf: a field is cut');
    this.end = this.position + length;
    return outer;
  }

  leave(outer: number): void {
    this.position = this.end;
    this.end = outer;
  }

  /** A `bytes` field; a view, not a copy. */
  slice(): Buffer {
    const outer = this.enter();
    const bytes = this.bytes.subarray(this.position, this.end);
    this.leave(outer);
    return bytes;
  }

  /** A `string` field. */
  text(): string {
    const outer = this.enter();
    const text = this.bytes.toString('utf8', this.position, this.end);
    this.leave(outer);
    return text;
  }

  /** A `string` field that is one of few, a name: a text that was read before is taken again, which spares a call into native code. */
  name(): string {
    const outer = this.enter();
    const { bytes, position, end } = this;
    let hash = end - position;
    for (let at = position; at < end; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    const place = hash & (NAMES - 1);
    let text = names[place];
    if (text === undefined || !isTextOf(text, bytes, position, end)) {
      text = bytes.toString('utf8', position, end);
      if (text.length <= NAME_CHARACTERS) names[place] = text;
    }
    this.leave(outer);
    return text;
  }

  /** Passes over a field of that wire type. */
  skip(wireType: number): void {
    switch (wireType) {
      case 0:
        this.boolean();
        break;
      case 1:
        this.advance(8);
        break;
      case 2:
        this.leave(this.enter());
        break;
      case 5:
        this.advance(4);
        break;
      default:
        throw new RangeError(`protobuf: wire type ${wireType}`);
    }
  }

  private advance(count: number): void {
    if (this.position + count > this.end) throw new RangeError('protobuf: a field is cut');
    this.position += count;
  }
}

/** Names that are remembered, one a place: a power of two. */
const NAMES = 512;
const NAME_CHARACTERS = 64;
const names: (string | undefined)[] = new Array<undefined>(NAMES).fill(undefined);

/** Whether the bytes are that text, all ASCII. */
function isTextOf(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte > 0x7f || text.charCodeAt(at - from) !== byte) return false;
  }
  return true;
}
