/** The Huffman code of HPACK (RFC 7541, section 5.2 and appendix B). */
import { ConnectionError, ERROR } from './frames.js';

/**
 * Bits of each symbol's code, in the order of the symbols, 256 being the end of string. The code is canonical: among symbols of the
 * same length the codes rise with the symbols, so that nothing else needs to be known.
 */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END_OF_STRING = 256;

/** Two entries a node: where a 0 and where a 1 leads. A leaf is the symbol, negative and less one; 0 is the root. */
const tree = plant();

function plant(): Int16Array {
  const nodes = new Int16Array(2 * LENGTHS.length);
  const symbols = LENGTHS.map((_, symbol) => symbol).sort(
    (one, other) => (LENGTHS[one] as number) - (LENGTHS[other] as number) || one - other,
  );
  let planted = 1;
  let code = 0;
  let bits = 0;
  for (const symbol of symbols) {
    const length = LENGTHS[symbol] as number;
    code = code * 2 ** (length - bits);
    bits = length;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit -= 1) {
      const branch = 2 * node + ((code >>> bit) & 1);
      if (nodes[branch] === 0) {
        nodes[branch] = planted;
        planted += 1;
      }
      node = nodes[branch] as number;
    }
    nodes[2 * node + (code & 1)] = -symbol - 1;
    code += 1;
  }
  return nodes;
}

/** Text of Huffman-coded bytes, a character a byte. Throws a {@link ConnectionError} when they are no code. */
export function decodeHuffman(bytes: Buffer, from: number, to: number): string {
  // the shortest code has five bits
  const text = Buffer.allocUnsafe(Math.floor(((to - from) * 8) / 5));
  let length = 0;
  let node = 0;
  let depth = 0; // bits of the symbol that has begun
  let ones = true; // whether these are all ones, as padding must be
  for (let position = from; position < to; position += 1) {
    const byte = bytes[position] as number;
    for (let bit = 7; bit >= 0; bit -= 1) {
      const value = (byte >>> bit) & 1;
      const next = tree[2 * node + value] as number;
      if (next >= 0) {
        node = next;
        depth += 1;
        if (value === 0) ones = false;
        continue;
      }
      if (next === -END_OF_STRING - 1) throw new ConnectionError(ERROR.compression, 'a text holds its own end');
      text[length] = -next - 1;
      length += 1;
      node = 0;
      depth = 0;
      ones = true;
    }
  }
  if (depth > 7 || !ones) throw new ConnectionError(ERROR.compression, 'a text ends within a symbol');
  return text.toString('latin1', 0, length);
}
