import { setTimeout as wait } from 'node:timers/promises';

/** Between two looks: what is looked at shares two cores with what is tested. */
const EVERY_MILLIS = 100;

/** Looks until the condition holds; `false` when it still does not after `limitMillis`. */
export async function poll(holds: () => Promise<boolean> | boolean, limitMillis = 15_000): Promise<boolean> {
  const deadline = performance.now() + limitMillis;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > deadline) return false;
    await wait(EVERY_MILLIS);
  }
}
