/** Reads header blocks (HPACK, RFC 7541). One decoder belongs to one connection: each block may lean on those before it. */
import { ConnectionError, ERROR } from './frames.js';
import { decodeHuffman } from './huffman.js';
import { STATIC_TABLE } from './static-table.js';

/** Names and values in turn. */
export type HeaderList = readonly string[];

export interface HeaderDecoder {
  /**
   * The headers of a block; `undefined` when they are more than the limit: then they were read all the same, since the next block may
   * lean on them. Throws a {@link ConnectionError} when it is no block; nothing can be read any more then.
   */
  decode(block: Buffer, from: number, to: number): HeaderList | undefined;
}

/** SETTINGS_HEADER_TABLE_SIZE, the value that holds when nothing is said. */
export const TABLE_BYTES = 4096;
/** What an entry takes beside its text (section 4.1). */
const ENTRY_BYTES = 32;
const STATIC_ENTRIES = STATIC_TABLE.length / 2;
/** Greater numbers mean nothing here, and a sum of these stays exact. */
const GREATEST_NUMBER = 0x0fff_ffff;

const fail = (message: string): never => {
  throw new ConnectionError(ERROR.compression, message);
};

/** Creates a decoder. `limitBytes`: of the headers of one block, each with its {@link ENTRY_BYTES}. */
export function createHeaderDecoder(limitBytes: number): HeaderDecoder {
  // the table: the newest entry last, entries before `oldest` are gone
  let entries: string[] = [];
  let oldest = 0;
  let tableBytes = 0;
  let tableLimit = TABLE_BYTES;
  // the block that is being read
  let bytes: Buffer;
  let position = 0;
  let end = 0;

  function number(bits: number): number {
    const greatest = (1 << bits) - 1;
    let value = (bytes[position] as number) & greatest;
    position += 1;
    if (value < greatest) return value;
    for (let shift = 0; ; shift += 7) {
      if (position >= end) fail('a number is cut');
      const byte = bytes[position] as number;
      position += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (value > GREATEST_NUMBER || shift > 28) fail('a number is too great');
      if (byte < 0x80) return value;
    }
  }

  function text(): string {
    if (position >= end) fail('a text is missing');
    const isCoded = (bytes[position] as number) >= 0x80;
    const length = number(7);
    const from = position;
    position += length;
    if (position > end) fail('a text is cut');
    return isCoded ? decodeHuffman(bytes, from, position) : bytes.toString('latin1', from, position);
  }

  /** Where an entry stands in its table; negative in the static one, less one. */
  function placeOf(index: number): number {
    if (index === 0) fail('an index of 0');
    if (index <= STATIC_ENTRIES) return -2 * (index - 1) - 1;
    const place = entries.length - 2 * (index - STATIC_ENTRIES);
    return place >= oldest ? place : fail('an index beyond the table');
  }

  const nameAt = (place: number) => (place < 0 ? STATIC_TABLE[-place - 1] : entries[place]) as string;
  const valueAt = (place: number) => (place < 0 ? STATIC_TABLE[-place] : entries[place + 1]) as string;
  const sizeOf = (name: string, value: string) => name.length + value.length + ENTRY_BYTES;

  function evict(limit: number): void {
    while (tableBytes > limit) {
      tableBytes -= sizeOf(entries[oldest] as string, entries[oldest + 1] as string);
      oldest += 2;
    }
    if (oldest < 256 && oldest < entries.length) return;
    entries = entries.slice(oldest);
    oldest = 0;
  }

  function remember(name: string, value: string): void {
    const size = sizeOf(name, value);
    evict(Math.max(0, tableLimit - size));
    if (size > tableLimit) return;
    entries.push(name, value);
    tableBytes += size;
  }

  function resize(): void {
    const limit = number(5);
    if (limit > TABLE_BYTES) fail('a table beyond its limit');
    tableLimit = limit;
    evict(limit);
  }

  return {
    decode(block, from, to) {
      bytes = block;
      position = from;
      end = to;
      const headers: string[] = [];
      let size = 0;
      while (position < end) {
        const first = bytes[position] as number;
        if (first >= 0x20 && first < 0x40) {
          if (size > 0) fail('a table is resized amid headers');
          resize();
          continue;
        }
        let name: string;
        let value: string;
        if (first >= 0x80) {
          const place = placeOf(number(7));
          name = nameAt(place);
          value = valueAt(place);
        } else {
          const index = number(first >= 0x40 ? 6 : 4);
          name = index === 0 ? text() : nameAt(placeOf(index));
          value = text();
          if (first >= 0x40) remember(name, value);
        }
        size += sizeOf(name, value);
        if (size <= limitBytes) headers.push(name, value);
      }
      return size <= limitBytes ? headers : undefined;
    },
  };
}
