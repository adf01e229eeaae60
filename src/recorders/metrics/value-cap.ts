/** What takes the place of a value that would be one too many. */
export const OTHER = '_other';
/** What an empty model is called. */
const UNKNOWN = 'unknown';

/** Admits values of one attribute up to a number of distinct ones. */
export interface ValueCap {
  /** The value as it may stand in a metric: bounded, well-formed, {@link UNKNOWN} when empty, {@link OTHER} beyond the cap. */
  admit(value: string | undefined): string;
}

/**
 * Creates the cap of one attribute whose values come from requests. What is admitted stays so: a series must not change
 * its name. `onLimit` is called for every value that is refused.
 */
export function createValueCap(maxValues: number, maxCharacters: number, onLimit: () => void): ValueCap {
  const admitted = new Map<string, string>();
  return {
    admit(value) {
      if (value === undefined || value === '') return UNKNOWN;
      const key = value.length > maxCharacters ? value.slice(0, maxCharacters) : value;
      const known = admitted.get(key);
      if (known !== undefined) return known;
      if (admitted.size >= maxValues) {
        onLimit();
        return OTHER;
      }
      // half a character would become the same replacement in two different values
      const text = key.toWellFormed();
      admitted.set(key, text);
      return text;
    },
  };
}
