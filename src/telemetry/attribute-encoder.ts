import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { BackwardWriter } from '../util/backward-writer.js';

/*
 * OTLP common.proto: KeyValue { key = 1, value = 2 }, AnyValue { string = 1, bool = 2, int = 3, double = 4, array = 5 },
 * ArrayValue { values = 1 }. Written backwards, as everything in this room.
 */

/** Writes attributes as the repeated KeyValue `field`. Members that are `undefined` are not written. */
export function writeAttributes(writer: BackwardWriter, attributes: Attributes, field: number): void {
  const pairs: (string | AttributeValue)[] = [];
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) pairs.push(key, value);
  }
  for (let index = pairs.length - 2; index >= 0; index -= 2) {
    const before = writer.written;
    writeAnyValue(writer, pairs[index + 1] as AttributeValue);
    writer.lengthKey(2, before);
    writer.text(pairs[index] as string);
    writer.key(1, 2);
    writer.lengthKey(field, before);
  }
}

function writeAnyValue(writer: BackwardWriter, value: AttributeValue): void {
  if (typeof value === 'string') {
    writer.text(value);
    writer.key(1, 2);
  } else if (typeof value === 'boolean') {
    writer.varint(value ? 1 : 0);
    writer.key(2, 0);
  } else if (typeof value === 'number') {
    writeNumber(writer, value, isInt64(value));
  } else {
    const before = writer.written;
    writeItems(writer, value);
    writer.lengthKey(5, before);
  }
}

function writeNumber(writer: BackwardWriter, value: number, integer: boolean): void {
  if (integer) {
    writer.int64(value);
    writer.key(3, 0);
  } else {
    writer.double(value);
    writer.key(4, 1);
  }
}

function writeItems(writer: BackwardWriter, items: readonly (AttributeValue | null | undefined)[]): void {
  const integers = isIntegerArray(items);
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index];
    const before = writer.written;
    if (typeof item === 'number') writeNumber(writer, item, integers);
    else if (item !== null && item !== undefined) writeAnyValue(writer, item);
    writer.lengthKey(1, before);
  }
}

/** Whether OTLP can carry the number as `int_value`. */
function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

/** Whether every number of an array is written as an integer: OTLP arrays have one type, so one fraction makes all of them doubles. */
function isIntegerArray(values: readonly unknown[]): boolean {
  for (const value of values) if (typeof value === 'number' && !isInt64(value)) return false;
  return true;
}
