/** Work for after the reply. */
export interface Deferred {
  /**
   * Runs `work` a few milliseconds later, in order, when the messages that have arrived by then are answered. `bytes`: what it holds in
   * memory while it waits, about.
   */
  defer(work: () => void, bytes?: number): void;
  /** Runs everything that waits, now. */
  flush(): void;
}

/** How long work waits: most calls are answered in that time, so that none of their messages stands behind the work of another. */
const DELAY_MS = 4;
/** How long the work may hold the event loop at a time. */
const SLICE_MS = 1;
/** So much work in wait is no longer the tail of a busy moment: it is begun without delay, since it outlives the collector's cheap first rounds. */
const MANY = 64;
/** And holds the event loop for longer at a time. */
const MANY_SLICE_MS = 4;
/**
 * What may wait; beyond it there is more work than time, and for each new piece the oldest is done at once. Many, because the calls of one
 * connection end together when it breaks, and their work in one turn would be a pause of seconds.
 */
const MAX_WAITING = 16_384;
const MAX_BYTES = 32 * 1024 * 1024;

/** Work that was done and is still in the list; then the list is made anew. */
const KEPT = 1024;

interface Waiting {
  work: () => void;
  bytes: number;
}

/** Creates a queue of deferred work with one timer for all. `onError` gets what `work` throws; the rest still runs. */
export function createDeferred(onError: (error: unknown) => void): Deferred {
  let waiting: Waiting[] = [];
  let next = 0; // what stands before it has run
  let bytes = 0;
  let scheduled: 'no' | 'later' | 'at once' = 'no';
  let timer: NodeJS.Timeout | undefined;

  function runNext(): void {
    const { work, bytes: own } = waiting[next] as Waiting;
    next += 1;
    bytes -= own;
    if (next === waiting.length) {
      waiting = [];
      next = 0;
    } else if (next === KEPT) {
      // a queue that is never empty would keep all that it ever held
      waiting = waiting.slice(next);
      next = 0;
    }
    try {
      work();
    } catch (error) {
      onError(error);
    }
  }

  function drain(): void {
    const until = performance.now() + (isMany() ? MANY_SLICE_MS : SLICE_MS);
    while (waiting.length > 0) {
      runNext();
      if (performance.now() < until) continue;
      // what has arrived in the meantime is served before the rest
      if (waiting.length > 0) drainSoon();
      else scheduled = 'no';
      return;
    }
    scheduled = 'no';
  }

  function isMany(): boolean {
    return waiting.length - next > MANY;
  }

  function drainSoon(): void {
    scheduled = 'at once';
    setImmediate(drain);
  }

  function flush(): void {
    while (waiting.length > 0) runNext();
  }

  return {
    defer(work, held = 0) {
      waiting.push({ work, bytes: held });
      bytes += held;
      while (waiting.length - next > MAX_WAITING || bytes > MAX_BYTES) runNext();
      if (waiting.length === 0) return;
      if (scheduled === 'no') {
        scheduled = 'later';
        timer = setTimeout(drain, DELAY_MS);
      } else if (scheduled === 'later' && isMany()) {
        clearTimeout(timer);
        drainSoon();
      }
    },
    flush,
  };
}
