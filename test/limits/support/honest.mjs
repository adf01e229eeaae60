// Makes ordinary calls, one after the other: those between the lines `start` and `stop` on its standard input are told as one line of
// JSON. A process of its own: the tests that attack a sidecar are too busy to tell how long it takes to answer.
import { createInterface } from 'node:readline';
import { connectClient } from './honest-client.mjs';

const PAUSE_MILLIS = 10;
const [port = ''] = process.argv.slice(2);
const client = connectClient(Number(port));
let round = { calls: 0, failed: 0, lag: 0, waits: /** @type {number[]} */ ([]) };
let running = false;
/** @type {Promise<void>} */
let work = Promise.resolve();
let last = performance.now();
setInterval(() => {
  round.lag = Math.max(round.lag, performance.now() - last - PAUSE_MILLIS);
  last = performance.now();
}, PAUSE_MILLIS).unref();

async function callOn() {
  while (running) {
    try {
      round.waits.push(...(await client.call()));
      round.calls += 1;
    } catch {
      round.failed += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
  }
}

// the first one connects and compiles
await client.call();
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'start') {
    round = { calls: 0, failed: 0, lag: 0, waits: [] };
    running = true;
    work = callOn();
    continue;
  }
  running = false;
  await work;
  const { waits, ...rest } = round;
  waits.sort((one, other) => one - other);
  const at = (/** @type {number} */ share) => waits[Math.floor(share * (waits.length - 1))] ?? 0;
  process.stdout.write(`${JSON.stringify({ ...rest, median: at(0.5), p99: at(0.99), worst: at(1) })}\n`);
}
client.close();
process.exit(0);
