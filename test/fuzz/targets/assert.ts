import { isDeepStrictEqual } from 'node:util';

/** Throws unless both are deeply equal; objects without a prototype equal those with one. */
export function assertSame(found: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(found, expected)) return;
  const [first, second] = [JSON.stringify(found), JSON.stringify(expected)];
  if (first === second) return;
  throw new Error(`it differs from ${what}:\n${first}\n${second}`);
}

/** Throws unless it holds. */
export function assertThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}

/** A text's bytes. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'utf8');
}
