import { setTimeout as wait } from 'node:timers/promises';

/** Where calls wait until all of them have come so far; then something happens, and they go on. */
export interface Gate {
  /** Joins those that wait, and waits. `place`: those in front of it go on before it, at a distance. Resolves with the time: monotonic milliseconds. */
  pass(place: number): Promise<number>;
  /** How many have come. */
  count(): number;
  open(): void;
}

/** Between two that go on: all at once would be a burst of load, which is another fault. */
const BETWEEN_MILLIS = 15;

export function createGate(): Gate {
  let count = 0;
  let release = () => {};
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    async pass(place) {
      count += 1;
      await opened;
      await wait(place * BETWEEN_MILLIS);
      return performance.now();
    },
    count: () => count,
    open: () => release(),
  };
}
