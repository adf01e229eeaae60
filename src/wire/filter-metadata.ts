import { ProtobufReader } from '../util/protobuf-reader.js';

/** Wire types (protobuf encoding, "Message Structure"). */
const VARINT = 0;
const DOUBLE = 1;
const BYTES = 2;

/** The last number in the oneof of a `Value`. */
const LAST_KIND = 6;

/** Longer texts are passed over: the longest that is wanted is a `tracestate`. */
const MAX_TEXT_BYTES = 8192;

type MetadataValue = string | number | boolean;

/**
 * Some values of one namespace in a `config.core.v3.Metadata` (`filter_metadata`: map of `Struct`): texts, numbers and booleans by key; what is
 * of another type is left out. `undefined` when the namespace is not there, or when the bytes are no such message. Never throws.
 */
export function readFilterMetadata(
  bytes: Buffer,
  namespace: string,
  keys: ReadonlySet<string>,
): Map<string, MetadataValue> | undefined {
  const reader = new ProtobufReader(bytes);
  let found: Map<string, MetadataValue> | undefined;
  try {
    while (reader.position < reader.end) {
      const tag = reader.varint();
      if (tag === ((1 << 3) | BYTES)) found = readNamespace(reader, namespace, keys) ?? found;
      else reader.skip(tag & 7);
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return found;
}

/** An entry of `map<string, Struct>`: key = 1, value = 2. */
function readNamespace(
  reader: ProtobufReader,
  namespace: string,
  keys: ReadonlySet<string>,
): Map<string, MetadataValue> | undefined {
  const outer = reader.enter();
  let name = '';
  let struct: ProtobufReader | undefined;
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | BYTES)) name = reader.name();
    else if (tag === ((2 << 3) | BYTES)) struct = new ProtobufReader(reader.slice());
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  if (name !== namespace) return undefined;
  const values = new Map<string, MetadataValue>();
  if (struct) readStruct(struct, keys, values);
  return values;
}

/** `Struct`: fields = 1, of which only those with a wanted key are read. */
function readStruct(reader: ProtobufReader, keys: ReadonlySet<string>, values: Map<string, MetadataValue>): void {
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag !== ((1 << 3) | BYTES)) {
      reader.skip(tag & 7);
      continue;
    }
    const outer = reader.enter();
    let key = '';
    let value: MetadataValue | undefined;
    while (reader.position < reader.end) {
      const member = reader.varint();
      if (member === ((1 << 3) | BYTES)) key = reader.name();
      else if (member !== ((2 << 3) | BYTES) || (key !== '' && !keys.has(key))) reader.skip(member & 7);
      else value = readValue(reader);
    }
    reader.leave(outer);
    if (!keys.has(key)) continue;
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
}

/** `Value`: number = 2, string = 3, bool = 4; the last of a oneof counts. */
function readValue(reader: ProtobufReader): MetadataValue | undefined {
  const outer = reader.enter();
  let value: MetadataValue | undefined;
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((3 << 3) | BYTES)) {
      const bytes = reader.slice();
      value = bytes.length > MAX_TEXT_BYTES ? undefined : bytes.toString('utf8');
    } else if (tag === ((2 << 3) | DOUBLE)) value = reader.double();
    else if (tag === ((4 << 3) | VARINT)) value = reader.boolean();
    else {
      // null, a struct or a list takes the place of what came before
      if (tag >> 3 <= LAST_KIND) value = undefined;
      reader.skip(tag & 7);
    }
  }
  reader.leave(outer);
  return value;
}
