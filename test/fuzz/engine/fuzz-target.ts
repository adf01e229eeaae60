/** Something that takes bytes of a stranger. */
export interface FuzzTarget {
  /** kebab-case; its corpus lies in `corpus/<name>/`. */
  name: string;
  /** Inputs to begin with, beside the corpus. */
  seeds(): readonly Uint8Array[];
  /** Words of the format, for the mutations. */
  words?: readonly string[];
  /** Throws when a property does not hold. What it does depends on the input alone, so that an input repeats its failure. */
  run(input: Buffer): void | Promise<void>;
}

/** Bytes of an input; what is about sizes has tests of its own, and short inputs say more in less time. */
export const INPUT_BYTES = 8192;
