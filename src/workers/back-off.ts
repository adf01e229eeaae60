const FIRST_MILLIS = 200;
const MOST_MILLIS = 30_000;
/** Who has lived this long has not died of its start. */
const HEALTHY_MILLIS = 60_000;

/** How long to wait before a worker that ended is started again. */
export interface BackOff {
  /** Milliseconds: 200, doubled at each end that follows, 30 s at most; 200 again after a life of a minute. */
  next(livedMillis: number): number;
}

/** Creates the back-off of one worker. */
export function createBackOff(): BackOff {
  let wait = FIRST_MILLIS;
  return {
    next(livedMillis) {
      if (livedMillis >= HEALTHY_MILLIS) wait = FIRST_MILLIS;
      const now = wait;
      wait = Math.min(wait * 2, MOST_MILLIS);
      return now;
    },
  };
}
