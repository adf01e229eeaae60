import { describe, expect, test } from 'vitest';
import { runCampaign } from './engine/campaign.js';
import { listCorpora, readCorpus, readInput } from './engine/corpus.js';
import { usedHeap } from './engine/heap.js';
import { TARGETS } from './targets/targets.js';

/** All targets' time together, in seconds; `npm run fuzz` gives more, and code that counts its blocks. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 10);
const CHOSEN = process.env['FUZZ_TARGET'];
const REPLAY = process.env['FUZZ_REPLAY'];
/** The gate repeats itself; a longer run begins elsewhere each time. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** Heap that may be in use afterwards beyond what was before: caches and compiled code. */
const LEFT_BYTES = 64 << 20;
const chosen = TARGETS.filter(({ name }) => CHOSEN === undefined || CHOSEN.split(',').includes(name));
const MILLIS = (SECONDS * 1000) / Math.max(1, chosen.length);

if (REPLAY !== undefined) {
  test(`${REPLAY} holds every property`, async () => {
    const { target, bytes } = readInput(REPLAY);
    await TARGETS.find(({ name }) => name === target)!.run(bytes);
  });
} else {
  test('every corpus belongs to a target, and its inputs are small', () => {
    const names = TARGETS.map(({ name }) => name);
    expect(listCorpora().filter((name) => !names.includes(name))).toEqual([]);
    expect(names.flatMap(readCorpus).filter(({ bytes }) => bytes.length > 8192)).toEqual([]);
  });

  const before = usedHeap();

  describe('properties hold for the corpus and for what is made of it', () => {
    test.each(chosen.map((target) => [target.name, target] as const))(
      '%s',
      async (name, target) => {
        const { runs, blocks, saved } = await runCampaign(target, {
          millis: MILLIS,
          seed: SEED,
          save: process.env['FUZZ_SAVE'] === '1',
        });
        expect(runs).toBeGreaterThan(0);
        if (process.env['FUZZ_SECONDS'] === undefined) return;
        console.log(`${name}: ${runs} inputs, ${blocks} blocks reached, ${saved} inputs kept, seed ${SEED}`);
      },
      MILLIS + 120_000,
    );
  });
  test('nothing is left of all of it', () => expect(usedHeap() - before).toBeLessThan(LEFT_BYTES));
}
