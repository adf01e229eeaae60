// Makes ordinary calls, one after the other, until its standard input ends; prints what they met as JSON. A process of its own: the tests
// that attack a sidecar are too busy to tell how long it takes to answer.
import { connectClient } from './honest-client.mjs';

const PAUSE_MILLIS = 10;
const [port = ''] = process.argv.slice(2);
const client = connectClient(Number(port));
/** @type {number[]} */
const waits = [];
let calls = 0;
let failed = 0;
let stopping = false;
let lag = 0;
let last = performance.now();
const clock = setInterval(() => {
  lag = Math.max(lag, performance.now() - last - PAUSE_MILLIS);
  last = performance.now();
}, PAUSE_MILLIS);
process.stdin.on('end', () => {
  stopping = true;
});
process.stdin.resume();
await client.call();
process.stdout.write('ready\n');
calls += 1;
while (!stopping) {
  try {
    waits.push(...(await client.call()));
    calls += 1;
  } catch {
    failed += 1;
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
}
clearInterval(clock);
client.close();
waits.sort((one, other) => one - other);
const at = (/** @type {number} */ share) => waits[Math.floor(share * (waits.length - 1))] ?? 0;
process.stdout.write(`${JSON.stringify({ calls, failed, median: at(0.5), p99: at(0.99), worst: at(1), lag })}\n`);
process.exit(0);
