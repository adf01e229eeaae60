import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { fieldSize, type ProtobufWriter, utf8Length, varintSize } from '../util/protobuf-writer.js';

/*
 * OTLP common.proto: KeyValue { key = 1, value = 2 }, AnyValue { string = 1, bool = 2, int = 3, double = 4, array = 5 },
 * ArrayValue { values = 1 }. Sizes are computed first and kept in the order in which writing will ask for them, so that
 * no text is measured twice.
 */

/** Whether OTLP can carry the number as `int_value`. */
function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

/** Whether every number of an array is written as an integer: OTLP arrays have one type, so one fraction makes all of them doubles. */
function isIntegerArray(values: readonly unknown[]): boolean {
  for (const value of values) if (typeof value === 'number' && !isInt64(value)) return false;
  return true;
}

function int64Size(value: number): number {
  if (value < 0) return 10;
  return value <= Number.MAX_SAFE_INTEGER ? varintSize(value) : value < 2 ** 56 ? 8 : 9;
}

/** Size of an AnyValue's content; `payload` is what writing needs to know of it (UTF-8 bytes, or an array's content). */
function payloadSize(value: AttributeValue): number {
  if (typeof value === 'string') return utf8Length(value);
  if (!Array.isArray(value)) return 0;
  const integers = isIntegerArray(value);
  let size = 0;
  for (const item of value) {
    if (item === null || item === undefined) size += fieldSize(0);
    else if (typeof item === 'number' && !integers) size += fieldSize(9);
    else size += fieldSize(anyValueSize(item, payloadSize(item)));
  }
  return size;
}

function anyValueSize(value: AttributeValue, payload: number): number {
  if (typeof value === 'string') return fieldSize(payload);
  if (typeof value === 'boolean') return 2;
  if (typeof value === 'number') return isInt64(value) ? 1 + int64Size(value) : 9;
  return fieldSize(payload);
}

function writeAnyValue(writer: ProtobufWriter, value: AttributeValue, payload: number): void {
  if (typeof value === 'string') {
    writer.tag(1, 2);
    writer.text(value, payload);
  } else if (typeof value === 'boolean') {
    writer.tag(2, 0);
    writer.varint(value ? 1 : 0);
  } else if (typeof value === 'number') {
    writeNumber(writer, value, isInt64(value));
  } else {
    writer.tag(5, 2);
    writer.varint(payload);
    writeItems(writer, value as readonly (AttributeValue | null | undefined)[]);
  }
}

function writeNumber(writer: ProtobufWriter, value: number, integer: boolean): void {
  if (integer) {
    writer.tag(3, 0);
    writer.int64(value);
  } else {
    writer.tag(4, 1);
    writer.double(value);
  }
}

function writeItems(writer: ProtobufWriter, items: readonly (AttributeValue | null | undefined)[]): void {
  const integers = isIntegerArray(items);
  for (const item of items) {
    writer.tag(1, 2);
    if (item === null || item === undefined) {
      writer.varint(0);
    } else if (typeof item === 'number' && !integers) {
      writer.varint(9);
      writeNumber(writer, item, false);
    } else {
      const payload = payloadSize(item);
      writer.varint(anyValueSize(item, payload));
      writeAnyValue(writer, item, payload);
    }
  }
}

/**
 * Size of attributes as a repeated KeyValue field; appends the sizes that {@link writeAttributes} takes off again to
 * `sizes`. Members that are `undefined` are not written.
 */
export function attributesSize(attributes: Attributes, sizes: number[]): number {
  let total = 0;
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    const keyBytes = utf8Length(key);
    const payload = payloadSize(value);
    const valueBytes = anyValueSize(value, payload);
    const pairBytes = fieldSize(keyBytes) + fieldSize(valueBytes);
    sizes.push(keyBytes, payload, valueBytes, pairBytes);
    total += fieldSize(pairBytes);
  }
  return total;
}

/** Writes attributes as the repeated KeyValue `field`, reading `sizes` from `cursor`; returns the cursor behind them. */
export function writeAttributes(
  writer: ProtobufWriter,
  attributes: Attributes,
  field: number,
  sizes: readonly number[],
  cursor: number,
): number {
  let next = cursor;
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    writer.tag(field, 2);
    writer.varint(sizes[next + 3] as number);
    writer.tag(1, 2);
    writer.text(key, sizes[next] as number);
    writer.tag(2, 2);
    writer.varint(sizes[next + 2] as number);
    writeAnyValue(writer, value, sizes[next + 1] as number);
    next += 4;
  }
  return next;
}
