/** A message of the contract as far as it is read: field number → what is in it. */
interface Shape {
  [field: number]: 'bytes' | 'text' | 'varint' | 'enum' | 'double' | 'name' | Shape;
}

const HEADERS: Shape = { 1: { 1: { 1: 'text', 2: 'text', 3: 'bytes' } }, 3: 'varint' };
const BODY: Shape = { 1: 'bytes', 2: 'varint' };
const VALUE: Shape = { 2: 'double', 3: 'text', 4: 'varint' };
const STRUCT: Shape = { 1: { 1: 'name', 2: VALUE } };
const REQUEST: Shape = {
  2: HEADERS,
  3: HEADERS,
  4: BODY,
  5: BODY,
  9: { 1: 'name', 2: STRUCT },
  10: 'varint',
  11: { 1: 'enum', 2: 'enum' },
};

const WIRE_TYPES = { bytes: 2, text: 2, name: 2, varint: 0, enum: 0, double: 1 };

/**
 * Whether bytes are a `ProcessingRequest` that every decoder must read alike: known fields only, each once in its message (lists and maps
 * apart) and of its own wire type, with numbers in their shortest form. What goes beyond is read differently by right.
 */
export function isWellFormed(bytes: Buffer): boolean {
  return fits(bytes, REQUEST, 0);
}

/** Fields that come as often as they like: lists and maps. */
const REPEATED = new Set<Shape[number]>([HEADERS[1] as Shape, STRUCT[1] as Shape, REQUEST[9] as Shape]);

function fits(bytes: Buffer, shape: Shape, depth: number): boolean {
  const seen = new Set<number | string>();
  let at = 0;
  const varint = (): number | undefined => {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at];
      at += 1;
      if (byte === undefined) return undefined;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return byte === 0 && shift > 0 ? undefined : value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined) return false;
    const kind = shape[tag >>> 3];
    if (kind === undefined) return false;
    const isMessage = typeof kind === 'object';
    if ((tag & 7) !== (isMessage ? 2 : WIRE_TYPES[kind])) return false;
    const isOneof = shape === VALUE || (shape === REQUEST && tag >>> 3 < 8);
    const member = isOneof ? 'kind' : tag >>> 3;
    const isList = isMessage && (REPEATED.has(kind) || (shape === HEADERS[1] && tag >>> 3 === 1));
    if (seen.has(member) && !isList) return false;
    seen.add(member);
    if (kind === 'double') {
      at += 8;
      continue;
    }
    const number = varint();
    if (number === undefined || (kind === 'enum' && number > 5)) return false;
    if (kind === 'varint' || kind === 'enum') continue;
    const part = bytes.subarray(at, at + number);
    at += number;
    if (part.length !== number) return false;
    if (isMessage && !fits(part, kind, depth + 1)) return false;
    if ((kind === 'text' || kind === 'name') && !isText(part, kind === 'name')) return false;
  }
  // an entry of a map without its key or value is a value of the format's own choice
  const isEntry = shape === REQUEST[9] || shape === STRUCT[1];
  return at === bytes.length && (!isEntry || (seen.has(1) && seen.has(2)));
}

function isText(bytes: Buffer, name: boolean): boolean {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) && !(name && text === '__proto__');
}
