/** Tells when so many bytes have passed. */
export interface Meter {
  passed(bytes: number): void;
  /** Resolves when they are so many in all. */
  reached(bytes: number): Promise<void>;
}

export function createMeter(): Meter {
  let total = 0;
  let waiting: { bytes: number; resolve: () => void }[] = [];
  return {
    passed(bytes) {
      total += bytes;
      if (waiting.length === 0) return;
      for (const waiter of waiting) if (waiter.bytes <= total) waiter.resolve();
      waiting = waiting.filter((waiter) => waiter.bytes > total);
    },
    reached: (bytes) =>
      new Promise((resolve) => {
        if (bytes <= total) resolve();
        else waiting.push({ bytes, resolve });
      }),
  };
}
