import type { Log } from './log.js';

/** How long a kind of trouble stays silent after it was logged, in milliseconds. */
const WINDOW_MS = 60_000;

/** Logs a warning, at most once per window and kind; the next line says how many were held back. */
export type WindowedWarning = (kind: string, fields: object, message: string) => void;

/**
 * Keeps repeated trouble (a collector that is down, a full queue) from flooding the log.
 * `kind` must come from the code, never from a request: every kind is remembered.
 */
export function createWindowedWarning(log: Log, now: () => number = Date.now): WindowedWarning {
  const windows = new Map<string, { end: number; suppressed: number }>();
  return (kind, fields, message) => {
    const time = now();
    const window = windows.get(kind);
    if (window !== undefined && time < window.end) {
      window.suppressed++;
      return;
    }
    const suppressed = window?.suppressed ?? 0;
    windows.set(kind, { end: time + WINDOW_MS, suppressed: 0 });
    log.warn(suppressed > 0 ? { ...fields, suppressed } : fields, message);
  };
}
