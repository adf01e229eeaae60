import { setTimeout as wait } from 'node:timers/promises';

/**
 * Looks every 5 ms until `look` gives something other than `undefined` and `false`, and returns that. Throws with
 * `describe`'s text after `limitMillis`.
 */
export async function eventually<Value>(
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  describe: () => string = () => 'waited in vain',
  limitMillis = 5_000,
): Promise<Value> {
  const deadline = performance.now() + limitMillis;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(describe());
    await wait(5);
  }
}
