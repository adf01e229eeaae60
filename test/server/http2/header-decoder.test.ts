import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionError, ERROR } from '../../../src/server/http2/frames.js';
import { createHeaderDecoder } from '../../../src/server/http2/header-decoder.js';
import { encodeHeaders } from '../../../src/server/http2/header-encoder.js';

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Decodes blocks one after the other, as one connection would. */
function decodeAll(blocks: readonly Buffer[], limit = 65_536) {
  const decoder = createHeaderDecoder(limit);
  return blocks.map((block) => decoder.decode(block, 0, block.length));
}

describe('the examples of RFC 7541, appendix C', () => {
  const FIRST = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'];
  const SECOND = [...FIRST, 'cache-control', 'no-cache'];
  const THIRD = [
    ...[':method', 'GET', ':scheme', 'https', ':path', '/index.html', ':authority', 'www.example.com'],
    ...['custom-key', 'custom-value'],
  ];

  test.each([
    [
      'C.3, texts as they are',
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
    [
      'C.4, Huffman-coded texts',
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  ])('%s', (_name, ...blocks) => {
    expect(decodeAll(blocks.map(bytesOf))).toEqual([FIRST, SECOND, THIRD]);
  });

  test('C.2.3, a header that must not be remembered', () => {
    expect(decodeAll([bytesOf('1008 7061 7373 776f 7264 0673 6563 7265 74')])).toEqual([['password', 'secret']]);
  });
});

const name = fc.stringMatching(/^[a-z-]{1,12}$/);
const value = fc.string({ unit: 'grapheme-ascii', maxLength: 200 });

describe('header blocks', () => {
  test('that we encode say what they said', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (headers) => {
        expect(decodeAll([encodeHeaders(headers)])).toEqual([headers.flat()]);
      }),
    );
  });

  test('no bytes throw anything but an error of the connection', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 5 }), (blocks) => {
        try {
          decodeAll(blocks.map((block) => Buffer.from(block)));
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectionError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['an index of 0', '80'],
    ['an index beyond the tables', 'be'],
    ['a number without an end', 'ff80 8080 8080 8080 8080 01'],
    ['a number that is cut', 'ff80'],
    ['a text that is cut', '4005 6162'],
    ['a name without a value', '4001 61'],
    ['a table beyond its limit', '3fe2 1f'],
    ['a table resized after a header', '8220'],
    ['padding longer than 7 bits', '4083 1cff ff01 61'],
    ['padding of zeros', '4081 1801 61'],
    ['the end of string within', '4084 ffff ffff 0161'],
  ])('%s', (_name, hex) => {
    expect(() => decodeAll([bytesOf(hex)])).toThrow(expect.objectContaining({ code: ERROR.compression }));
  });

  test('beyond the limit give nothing, and those after them are read right', () => {
    // each index stands for a text of 4000 characters: a byte on the wire, 4 KB in memory
    const long = Buffer.concat([bytesOf('4001 617f a11e'), Buffer.alloc(4000, 'v')]);
    const bomb = Buffer.alloc(60_000, 0xbe);
    const [first, second, third] = decodeAll([long, bomb, bytesOf('be')]);
    expect(first?.[1]).toHaveLength(4000);
    expect(second).toBeUndefined();
    expect(third).toEqual(first);
  });

  test('what the table has no room for is forgotten, the oldest first', () => {
    const add = (text: string, length: number) =>
      Buffer.concat([
        bytesOf('40'),
        Buffer.from([1]),
        Buffer.from(text),
        bytesOf('7f'),
        varint(length - 127),
        Buffer.alloc(length, text),
      ]);
    // 1 + 1990 + 32 bytes each: two have room
    const decoded = decodeAll([add('a', 1990), add('b', 1990), bytesOf('bebf'), add('c', 1990), bytesOf('bebf')]);
    expect(decoded[2]?.filter((_, place) => place % 2 === 0)).toEqual(['b', 'a']);
    expect(decoded[4]?.filter((_, place) => place % 2 === 0)).toEqual(['c', 'b']);
    expect(() => decodeAll([add('a', 1990), add('b', 1990), add('c', 1990), bytesOf('c0')])).toThrow(ConnectionError);
    // one that is greater than the table empties it
    expect(() => decodeAll([add('a', 1990), add('b', 5000), bytesOf('be')])).toThrow(ConnectionError);
  });
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
