/**
 * Encodes replies to bytes. Every second reply carries metadata, and making it through the generated encoder (verify, convert, write)
 * was a sixth of what a call costs; a property test holds the two together.
 */
import type { MetadataValues } from '../model/metadata.js';
import type { Reply } from '../model/reply.js';
import { fieldSize, ProtobufWriter, utf8Length } from '../util/protobuf-writer.js';

const BYTES = 2;

/** What surrounds the fields of the metadata's struct in every reply. */
export interface Namespace {
  name: string;
  bytes: number;
}

/**
 * A `ProcessingResponse`: `kind` (the number of the reply in its oneof, a message of headers, body or trailers), the mode override as ready
 * bytes of field 9, and what the reply says.
 */
export function encodeProcessingResponse(
  kind: number,
  headers: Reply['headers'],
  modeOverride: Buffer | undefined,
  metadata: MetadataValues | undefined,
  namespace: Namespace,
): Buffer {
  const sizes: number[] = [];
  const mutation = headers === undefined || headers.length === 0 ? 0 : headersSize(headers, sizes);
  // HeadersResponse { response = 1 }, CommonResponse { header_mutation = 2 }
  const common = mutation === 0 ? 0 : fieldSize(mutation);
  const response = common === 0 ? 0 : fieldSize(common);
  const fields = metadata === undefined ? 0 : fieldsSize(metadata, sizes);
  // Struct { fields = 1 }, its entry { key = 1, value = 2 }, Value { struct_value = 5 }
  const value = fieldSize(fields);
  const entry = fieldSize(namespace.bytes) + fieldSize(value);
  const struct = fieldSize(entry);
  const writer = new ProtobufWriter(
    fieldSize(response) + (metadata === undefined ? 0 : fieldSize(struct)) + (modeOverride?.length ?? 0),
  );
  writer.tag(kind, BYTES);
  writer.varint(response);
  let cursor = 0;
  if (headers !== undefined && mutation > 0) {
    writer.tag(1, BYTES);
    writer.varint(common);
    writer.tag(2, BYTES);
    writer.varint(mutation);
    cursor = writeHeaders(writer, headers, sizes);
  }
  if (metadata !== undefined) {
    writer.tag(8, BYTES);
    writer.varint(struct);
    writer.tag(1, BYTES);
    writer.varint(entry);
    writer.tag(1, BYTES);
    writer.text(namespace.name, namespace.bytes);
    writer.tag(2, BYTES);
    writer.varint(value);
    writer.tag(5, BYTES);
    writer.varint(fields);
    writeFields(writer, metadata, sizes, cursor);
  }
  if (modeOverride !== undefined) writer.raw(modeOverride);
  return writer.bytes;
}

/** HeaderMutation { set_headers = 1 }, HeaderValueOption { header = 1 }, HeaderValue { key = 1, raw_value = 3 }. */
function headersSize(headers: NonNullable<Reply['headers']>, sizes: number[]): number {
  let total = 0;
  for (const [key, value] of headers) {
    const keyBytes = utf8Length(key);
    const valueBytes = utf8Length(value);
    const header = fieldSize(keyBytes) + fieldSize(valueBytes);
    const option = fieldSize(header);
    sizes.push(keyBytes, valueBytes, header, option);
    total += fieldSize(option);
  }
  return total;
}

function writeHeaders(
  writer: ProtobufWriter,
  headers: NonNullable<Reply['headers']>,
  sizes: readonly number[],
): number {
  let cursor = 0;
  for (const [key, value] of headers) {
    writer.tag(1, BYTES);
    writer.varint(sizes[cursor + 3] as number);
    writer.tag(1, BYTES);
    writer.varint(sizes[cursor + 2] as number);
    writer.tag(1, BYTES);
    writer.text(key, sizes[cursor] as number);
    // only raw_value counts: a header set through `value` arrives empty
    writer.tag(3, BYTES);
    writer.text(value, sizes[cursor + 1] as number);
    cursor += 4;
  }
  return cursor;
}

type MetadataValue = string | number | boolean;

/** Entries of `map<string, Value>` { key = 1, value = 2 }; Value { number = 2, string = 3, bool = 4 }. */
function fieldsSize(values: MetadataValues, sizes: number[]): number {
  let total = 0;
  for (const [key, value] of values) {
    const keyBytes = utf8Length(key);
    const valueBytes = typeof value === 'string' ? utf8Length(value) : 0;
    const entry = fieldSize(keyBytes) + fieldSize(valueSize(value, valueBytes));
    sizes.push(keyBytes, valueBytes, entry);
    total += fieldSize(entry);
  }
  return total;
}

function valueSize(value: MetadataValue, valueBytes: number): number {
  if (typeof value === 'string') return fieldSize(valueBytes);
  return typeof value === 'number' ? 9 : 2;
}

function writeFields(writer: ProtobufWriter, values: MetadataValues, sizes: readonly number[], from: number): void {
  let cursor = from;
  for (const [key, value] of values) {
    const valueBytes = sizes[cursor + 1] as number;
    writer.tag(1, BYTES);
    writer.varint(sizes[cursor + 2] as number);
    writer.tag(1, BYTES);
    writer.text(key, sizes[cursor] as number);
    writer.tag(2, BYTES);
    writer.varint(valueSize(value, valueBytes));
    if (typeof value === 'string') {
      writer.tag(3, BYTES);
      writer.text(value, valueBytes);
    } else if (typeof value === 'number') {
      writer.tag(2, 1);
      writer.double(value);
    } else {
      writer.tag(4, 0);
      writer.varint(value ? 1 : 0);
    }
    cursor += 3;
  }
}
