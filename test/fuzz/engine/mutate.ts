import { INPUT_BYTES } from './fuzz-target.js';
import type { Random } from './random.js';

/** Bytes at which formats change their mind: delimiters, escapes, ends of ranges. */
const BYTES = [0, 9, 10, 13, 32, 34, 44, 45, 58, 61, 91, 92, 93, 123, 125, 127, 128, 192, 237, 239, 255];
const NUMBERS = ['0', '-1', '1e309', '9007199254740993', '0.1', '1e-7', '-0', '4294967296', '01', '1.'];

type Mutation = (input: Buffer, random: Random, other: Buffer, words: readonly string[]) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (input, random) => withByte(input, random, (byte) => byte ^ (1 << random.below(8))),
  (input, random) => withByte(input, random, () => BYTES[random.below(BYTES.length)] as number),
  (input, random) => withByte(input, random, () => random.below(256)),
  (input, random) => put(input, random, Buffer.from([BYTES[random.below(BYTES.length)] as number])),
  (input, random, _other, words) => put(input, random, Buffer.from(words[random.below(words.length)] ?? 'x')),
  (input, random, _other, words) => over(input, random, Buffer.from(words[random.below(words.length)] ?? 'x')),
  (input, random) => over(input, random, Buffer.from(NUMBERS[random.below(NUMBERS.length)] as string)),
  (input, random) => put(input, random, part(input, random)),
  (input, random) => put(input, random, repeated(part(input, random).subarray(0, 8), 1 + random.below(200))),
  (input, random, other) => put(input, random, part(other, random)),
  (input, random, other) => over(input, random, part(other, random)),
  (input, random) => {
    const from = random.below(input.length);
    return Buffer.concat([input.subarray(0, from), input.subarray(from + 1 + random.below(input.length - from))]);
  },
  (input, random) => input.subarray(0, random.below(input.length + 1)),
  (input, random, other) =>
    Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1))]),
];

/** Changes an input in one to six places, by parts of another and words of the format; at most {@link INPUT_BYTES} long. */
export function mutate(input: Buffer, random: Random, other: Buffer, words: readonly string[]): Buffer {
  let changed = Buffer.from(input);
  for (let count = 1 + random.below(6); count > 0; count -= 1) {
    const mutation = MUTATIONS[random.below(MUTATIONS.length)] as Mutation;
    changed = Buffer.from(mutation(changed, random, other, words).subarray(0, INPUT_BYTES));
  }
  return changed;
}

function withByte(input: Buffer, random: Random, change: (byte: number) => number): Buffer {
  if (input.length === 0) return input;
  const place = random.below(input.length);
  input[place] = change(input[place] as number);
  return input;
}

function put(input: Buffer, random: Random, piece: Uint8Array): Buffer {
  const place = random.below(input.length + 1);
  return Buffer.concat([input.subarray(0, place), piece, input.subarray(place)]);
}

function over(input: Buffer, random: Random, piece: Uint8Array): Buffer {
  const place = random.below(input.length + 1);
  return Buffer.concat([input.subarray(0, place), piece, input.subarray(place + piece.length)]);
}

function part(input: Buffer, random: Random): Buffer {
  const from = random.below(input.length);
  return input.subarray(from, from + 1 + random.below(Math.min(256, input.length - from)));
}

function repeated(piece: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => piece));
}
