/** Work for after the reply. */
export interface Deferred {
  /** Runs `work` on a later turn of the event loop, after what was written has gone out; in order. */
  defer(work: () => void): void;
  /** Runs everything that waits, now. */
  flush(): void;
}

/** Creates a queue of deferred work with one timer for all. `onError` gets what `work` throws; the rest still runs. */
export function createDeferred(onError: (error: unknown) => void): Deferred {
  let waiting: (() => void)[] = [];
  let scheduled = false;

  function flush(): void {
    scheduled = false;
    const batch = waiting;
    waiting = [];
    for (const work of batch) {
      try {
        work();
      } catch (error) {
        onError(error);
      }
    }
  }

  return {
    defer(work) {
      waiting.push(work);
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
    flush() {
      while (waiting.length > 0) flush();
    },
  };
}
