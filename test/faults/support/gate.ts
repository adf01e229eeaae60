/** Where calls wait until all of them have come so far; then something happens, and they go on. */
export interface Gate {
  /** Joins those that wait, and waits. */
  pass(): Promise<void>;
  /** How many have come. */
  count(): number;
  open(): void;
  /** When it was opened; `undefined` before that. Monotonic milliseconds. */
  openedAt(): number | undefined;
}

export function createGate(): Gate {
  let count = 0;
  let openedAt: number | undefined;
  let release = () => {};
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    pass() {
      count += 1;
      return opened;
    },
    count: () => count,
    open() {
      openedAt = performance.now();
      release();
    },
    openedAt: () => openedAt,
  };
}
