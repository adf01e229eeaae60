/** Counters of an instrumented program, one byte a block; absent where nothing is instrumented. */
interface Instrumented {
  fuzzBlocks?: Uint8Array;
}

/** Tells whether an input went where none has been. */
export interface Reach {
  /** Nothing is instrumented: every answer is no. */
  blind: boolean;
  /** Forgets the blocks of the input before. */
  reset(): void;
  /** Whether the blocks since {@link reset}, or how often they ran (1, 2, 3, 4 to 7, … times), are new; they are known afterwards. */
  isNew(): boolean;
  /** Blocks that were reached so far. */
  blocks(): number;
}

/** Creates the account of one campaign over the blocks that `scripts/lib/instrument.mjs` counts. */
export function createReach(): Reach {
  const counters = (globalThis as Instrumented).fuzzBlocks;
  if (!counters) return { blind: true, reset: () => undefined, isNew: () => false, blocks: () => 0 };
  const seen = new Uint8Array(counters.length);
  return {
    blind: false,
    reset: () => void counters.fill(0),
    isNew() {
      let news = false;
      for (let block = 0; block < counters.length; block += 1) {
        const count = counters[block] as number;
        if (count === 0) continue;
        const bucket = bucketOf(count);
        const before = seen[block] as number;
        if ((before & bucket) !== 0) continue;
        seen[block] = before | bucket;
        news = true;
      }
      return news;
    },
    blocks: () => seen.reduce((sum, buckets) => sum + (buckets === 0 ? 0 : 1), 0),
  };
}

/** 1, 2, 3, 4-7, 8-15, 16-31, 32-127, more: a bit each. */
function bucketOf(count: number): number {
  if (count < 4) return 1 << (count - 1);
  if (count < 8) return 8;
  if (count < 16) return 16;
  if (count < 32) return 32;
  return count < 128 ? 64 : 128;
}
