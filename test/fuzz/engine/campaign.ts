import { corpusFolder, readCorpus, saveInput } from './corpus.js';
import { type FuzzTarget, INPUT_BYTES } from './fuzz-target.js';
import { mutate } from './mutate.js';
import { createRandom } from './random.js';
import { createReach } from './reach.js';
import { startWatchdog } from './watchdog.js';

/** CPU time that one input may take, in milliseconds; a hundred times what the slowest takes. */
const SLOW_MILLIS = 1000;
/** Inputs that are kept as a corpus for one target, and their size. */
const KEPT = 12;
const KEPT_BYTES = 2048;

export interface CampaignOptions {
  /** Milliseconds in all; seeds and corpus are run whatever they take. */
  millis: number;
  seed: number;
  /** Keep small inputs that reach new code as corpus files. */
  save: boolean;
}

export interface CampaignResult {
  runs: number;
  blocks: number;
  saved: number;
}

/** An input on which a property does not hold. */
class FuzzFailure extends Error {}

/**
 * Runs the seeds and the corpus, then mutations of them; an input that reaches new code joins them. The first failure is kept as a corpus
 * file and thrown as a {@link FuzzFailure} that tells how to repeat it.
 */
export async function runCampaign(target: FuzzTarget, options: CampaignOptions): Promise<CampaignResult> {
  const random = createRandom(options.seed);
  const reach = createReach();
  const watchdog = startWatchdog(target.name, corpusFolder(target.name));
  const corpus = readCorpus(target.name);
  const seeds = [...target.seeds()].map((bytes) => Buffer.from(bytes.subarray(0, INPUT_BYTES)));
  const pool: Buffer[] = [...seeds, ...corpus.map(({ bytes }) => bytes)];
  if (pool.length === 0) pool.push(Buffer.alloc(0));
  const words = target.words ?? [];
  let runs = 0;
  let saved = 0;

  const found: { input: Buffer; blocks: number }[] = [];

  /** Runs one input; whether it went where none has been. */
  async function once(input: Buffer): Promise<boolean> {
    runs += 1;
    watchdog.watch(input);
    reach.reset();
    await runChecked(target, input);
    watchdog.rest();
    return reach.isNew();
  }

  const end = performance.now() + options.millis;
  try {
    for (const input of [...pool]) await once(input);
    while (performance.now() < end) {
      const parent = pool[random.below(pool.length)] as Buffer;
      const other = pool[random.below(pool.length)] as Buffer;
      const input = mutate(parent, random, other, words);
      if (!(await once(input))) continue;
      pool.push(input);
      if (input.length <= KEPT_BYTES) found.push({ input, blocks: reach.blocks() });
    }
    if (options.save) saved = keepBest(target.name, found, KEPT - corpus.length);
    return { runs, blocks: reach.blocks(), saved };
  } finally {
    await watchdog.close();
  }
}

/** Keeps those that reached most blocks that were new then; returns how many. */
function keepBest(target: string, found: readonly { input: Buffer; blocks: number }[], room: number): number {
  const gains = found.map(({ input, blocks }, index) => ({ input, gain: blocks - (found[index - 1]?.blocks ?? 0) }));
  // the first one's gain is what the seeds had reached
  const best = gains.slice(1).filter(({ gain }) => gain > 0);
  best.sort((first, second) => second.gain - first.gain);
  const kept = best.slice(0, Math.max(0, room));
  for (const { input } of kept) saveInput(target, 'reach', input);
  return kept.length;
}

/** Runs one input; a failure is kept and thrown with the command that repeats it. */
async function runChecked(target: FuzzTarget, input: Buffer): Promise<void> {
  const before = process.cpuUsage();
  try {
    await target.run(Buffer.from(input));
  } catch (error) {
    throw keepFailure(target.name, input, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const used = process.cpuUsage(before);
  const millis = (used.user + used.system) / 1000;
  if (millis > SLOW_MILLIS) throw keepFailure(target.name, input, `it took ${millis} ms of CPU time`);
}

function keepFailure(target: string, input: Buffer, reason: string): FuzzFailure {
  const path = saveInput(target, 'crash', input);
  return new FuzzFailure(`${target}: ${reason}\n\nRepeat it with: npm run fuzz -- --replay ${path}`);
}
