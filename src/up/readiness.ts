import { setTimeout as wait } from 'node:timers/promises';
import type { ChildExit } from './child-process.js';

/** Whether a GET is answered with 200. */
export async function answers(url: string, timeoutMillis: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMillis), redirect: 'manual' });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    // refused, reset or silent: there is no answer
    return false;
  }
}

/**
 * Waits until `ready` is true for a process that was just started. Rejects when the process ends before, or when
 * `withinMillis` are over; the message begins with "it".
 */
export async function waitUntil(
  ready: () => Promise<boolean>,
  exited: Promise<ChildExit>,
  withinMillis: number,
): Promise<void> {
  let exit: ChildExit | undefined;
  void exited.then((value) => {
    exit = value;
  });
  const deadline = Date.now() + withinMillis;
  while (!(await ready())) {
    if (exit) throw new Error(`it exited with ${exit.signal ?? `code ${exit.code}`}.`);
    if (Date.now() > deadline) throw new Error(`it was not ready after ${withinMillis / 1000} s.`);
    await wait(25);
  }
}
