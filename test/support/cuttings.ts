import fc from 'fast-check';
import type { Cutting } from './drive-exchange.js';

/** Cuts bytes at random places; the places come from one seed, so that a failure can be repeated. */
export function randomCuttings(): fc.Arbitrary<Cutting> {
  const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
  return fc
    .record({
      request: parts,
      response: parts,
      endAlone: fc.boolean(),
      deferred: fc.constantFrom('between' as const, 'after' as const),
    })
    .map(({ request, response, ...rest }) => ({ request: cutAt(request), response: cutAt(response), ...rest }));
}

/** Cuts at these parts of the length. */
export function cutAt(parts: readonly number[]): (bytes: Uint8Array) => Uint8Array[] {
  return (bytes) => {
    const places = [...parts].map((part) => Math.floor(part * bytes.length)).sort((first, second) => first - second);
    return [...places, bytes.length].map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
  };
}
