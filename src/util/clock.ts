/** Time, injected so that tests can turn it. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Epoch milliseconds, with fractions. */
  wallTime(): number;
}

/** Beyond this the wall clock was stepped or has drifted, and we follow it. */
const DRIFT_MS = 2;

/**
 * The machine's clock. `Date.now()` alone has whole milliseconds, so that a child span could begin before its parent;
 * `performance.timeOrigin` alone never hears of a corrected clock. This takes the fractions of the one and the truth of the other.
 */
export function createClock(): Clock {
  let offset = performance.timeOrigin;
  return {
    now: () => performance.now(),
    wallTime() {
      const wall = Date.now();
      const time = offset + performance.now();
      if (Math.abs(wall - time) <= DRIFT_MS) return time;
      offset += wall - time;
      return wall;
    },
  };
}
