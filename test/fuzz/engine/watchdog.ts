import { Worker } from 'node:worker_threads';
import { INPUT_BYTES } from './fuzz-target.js';

/** Milliseconds that one input may take before the process is given up. */
const HANG_MILLIS = 20_000;

/** Watches the input at hand from another thread: what never returns cannot tell of itself. */
export interface Watchdog {
  /** An input begins. */
  watch(input: Uint8Array): void;
  /** Between inputs: nothing is watched. */
  rest(): void;
  close(): Promise<void>;
}

/** Words of the shared memory: 0 counts the inputs, 1 is the length of the one at hand or -1, then its bytes. */
const COUNT = 0;
const LENGTH = 1;

/** It saves what hangs as a corpus file, says how to repeat it and ends the process. */
const SCRIPT = `
const { workerData: { memory, folder, target, limit }, isMainThread } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const { mkdirSync, writeFileSync, writeSync } = require('node:fs');
const words = new Int32Array(memory, 0, 2);
let before = -1;
let since = Date.now();
setInterval(() => {
  const count = Atomics.load(words, ${COUNT});
  const length = Atomics.load(words, ${LENGTH});
  if (count !== before || length < 0) { before = count; since = Date.now(); return; }
  if (Date.now() - since < limit) return;
  const bytes = Buffer.from(new Uint8Array(memory, 8, length));
  const name = 'hang-' + createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + '/' + name, bytes);
  writeSync(2, '\\n' + target + ': an input takes more than ' + limit + ' ms; repeat it with: npm run fuzz -- --replay ' + target + '/' + name + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, 500);
`;

/** Starts watching for one target. `folder`: where what hangs is kept. Close it at the end. */
export function startWatchdog(target: string, folder: string): Watchdog {
  const memory = new SharedArrayBuffer(8 + INPUT_BYTES);
  const words = new Int32Array(memory, 0, 2);
  const bytes = new Uint8Array(memory, 8);
  Atomics.store(words, LENGTH, -1);
  const worker = new Worker(SCRIPT, { eval: true, workerData: { memory, folder, target, limit: HANG_MILLIS } });
  worker.unref();
  return {
    watch(input) {
      const part = input.subarray(0, INPUT_BYTES);
      bytes.set(part);
      Atomics.store(words, LENGTH, part.length);
      Atomics.add(words, COUNT, 1);
    },
    rest: () => void Atomics.store(words, LENGTH, -1),
    async close() {
      await worker.terminate();
    },
  };
}
