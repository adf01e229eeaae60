/**
 * Watches replies that are owed. One lost reply would hang a client for good, and no counter of Envoy's would show it, so whoever owes
 * one for too long loses its stream instead.
 */
export interface Watchdog {
  /** A reply is owed from now on; `expire` is called when it is not settled in time. */
  owes(stream: object, expire: () => void): void;
  settled(stream: object): void;
  close(): void;
}

/** `limitMillis`: how long a reply may be owed. One timer serves all streams; it looks four times in that time. */
export function createWatchdog(limitMillis: number): Watchdog {
  const owing = new Map<object, { since: number; expire: () => void }>();
  const timer = setInterval(() => {
    if (owing.size === 0) return;
    const now = performance.now();
    for (const [stream, { since, expire }] of owing) {
      if (now - since < limitMillis) continue;
      owing.delete(stream);
      expire();
    }
  }, limitMillis / 4);
  timer.unref();
  return {
    owes: (stream, expire) => void owing.set(stream, { since: performance.now(), expire }),
    settled: (stream) => void owing.delete(stream),
    close: () => clearInterval(timer),
  };
}
