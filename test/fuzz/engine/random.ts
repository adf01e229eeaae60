/** A stream of numbers that a seed repeats (xorshift32). */
export interface Random {
  /** A whole number from 0 to `bound` - 1; 0 for a bound below 1. */
  below(bound: number): number;
}

/** Creates the stream of this seed. */
export function createRandom(seed: number): Random {
  let state = seed | 0 || 0x9e3779b9;
  return {
    below(bound) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return bound < 1 ? 0 : (state >>> 0) % bound;
    },
  };
}

/** A number that depends on every byte (FNV-1a): the seed of what a target varies on one input. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}

/** Cuts bytes at places that the bytes themselves decide. */
export function cutByContent(bytes: Uint8Array): Uint8Array[] {
  const random = createRandom(hashOf(bytes));
  const places = Array.from({ length: 1 + random.below(6) }, () => random.below(bytes.length + 1));
  places.sort((first, second) => first - second);
  return [...places, bytes.length].map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
}
