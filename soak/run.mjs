/** The soak: mixed traffic through a real Envoy for as long as you like. `scripts/soak.mjs` is its command. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describeMachine } from '../bench/lib/machine.mjs';
import { createProcesses } from '../bench/lib/processes.mjs';
import { barTable, growthTable, page, picture } from './lib/report.mjs';
import { startStage } from './lib/stage.mjs';
import { judge, judgeGrowth } from './lib/verdict.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Samples in a run, and how close they may lie. */
const SAMPLES = 60;
const LEAST_SECONDS = 5;
/** Streams that stay open over each sample. */
const HELD = 20;
/** The share of a run that is warm-up, and how much of it at least and at most. */
const WARM_UP = 0.25;
const LEAST_WARM_UP_SECONDS = 60;
const MOST_WARM_UP_SECONDS = 180;
/** Milliseconds for the last spans to arrive, and for the sidecar to see the end of calls whose clients have seen it. */
const ARRIVE_MILLIS = 15_000;
const AGREE_MILLIS = 3000;

/** Runs the soak; the result is the exit code: 0, or 2 when a bar does not hold. Everything it started has ended then. */
export async function runSoak({ envoy, minutes, rate, publish }) {
  if (process.platform !== 'linux') throw new Error('the soak reads /proc, so it needs Linux');
  const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-soak-'));
  const processes = createProcesses(folder);
  const exit = () => processes.killAll();
  process.once('exit', exit);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  const machine = describeMachine({ root, envoy });
  try {
    const stage = await startStage({ processes, envoy, folder });
    const outcome = await processes.whileAlive(measure({ stage, minutes, rate }));
    return conclude({ ...outcome, machine, minutes, rate, publish });
  } catch (error) {
    console.error(`The logs of all processes are in ${folder}`);
    throw error;
  } finally {
    await processes.stopAll();
    process.off('exit', exit);
    if (process.exitCode === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ stage, minutes, rate }) {
  const seconds = minutes * 60;
  const interval = Math.max(LEAST_SECONDS, seconds / SAMPLES);
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const samples = [];
  while (elapsed() < seconds) {
    await stage.traffic.ask({ start: { port: stage.port, rate } });
    await sleep(interval * 1000);
    const sample = { ...(await takeSample(stage)), seconds: elapsed() };
    samples.push(sample);
    tell(sample, seconds);
  }
  return { samples, end: await finish(stage) };
}

/** Holds some streams, lets everything else end, and looks. */
async function takeSample(stage) {
  await stage.traffic.ask({ pause: true });
  await stage.traffic.ask({ hold: HELD });
  const counts = structuredClone(await stage.traffic.ask({ pause: true }));
  let page = await stage.page();
  let envoy = await stage.envoy();
  const isSettled = () =>
    page.openStreams === HELD &&
    page.openCalls === HELD &&
    envoy.active === HELD &&
    page.samples === counts.calls - HELD;
  for (const deadline = Date.now() + AGREE_MILLIS; !isSettled() && Date.now() < deadline; ) {
    await sleep(50);
    page = await stage.page();
    envoy = await stage.envoy();
  }
  const memory = await stage.memory();
  await stage.release();
  return { ...page, ...envoy, ...memory, held: HELD, calls: counts.calls, finished: counts.finished };
}

/** Lets all calls end, waits for the last spans and ends the sidecar. */
async function finish(stage) {
  const counts = await stage.traffic.ask({ settle: true });
  await stage.release();
  const deadline = Date.now() + ARRIVE_MILLIS;
  let page = await stage.page();
  let arrived = await stage.exportedSpans();
  while (
    (arrived.spans < counts.spans || page.openStreams > 0 || page.samples < counts.calls) &&
    Date.now() < deadline
  ) {
    await sleep(200);
    page = await stage.page();
    arrived = await stage.exportedSpans();
  }
  const { failures } = await stage.envoy();
  const exit = await stage.endSidecar();
  return { ...page, ...arrived, ...counts, expectedSpans: counts.spans, spans: arrived.spans, failures, exit };
}

function tell(sample, seconds) {
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  console.error(
    `${Math.round(sample.seconds)} of ${seconds} s: ${sample.calls} calls, heap ${megabytes(sample.heap)}, external ${megabytes(sample.external)}, ` +
      `RSS ${megabytes(sample.resident)} MB, open ${sample.openStreams} streams, ${sample.openCalls} calls`,
  );
}

function conclude({ samples, end, machine, minutes, rate, publish }) {
  const share = samples.at(-1).seconds * WARM_UP;
  const warmUpSeconds = Math.min(MOST_WARM_UP_SECONDS, Math.max(LEAST_WARM_UP_SECONDS, share));
  const behind = samples.filter((sample) => sample.seconds > warmUpSeconds);
  const growth = judgeGrowth(behind);
  const bars = judge({ samples, growth, end });
  console.log(`\n${growthTable(growth)}\n\n${barTable(bars)}\n`);
  if (end.late > 0) console.log(`${end.late} calls were not started: the machine was behind.\n`);
  if (publish) {
    const command = `npm run soak -- --minutes ${minutes}`;
    const date = new Date().toISOString().slice(0, 10);
    mkdirSync(`${root}docs/images`, { recursive: true });
    writeFileSync(`${root}docs/images/soak.svg`, picture({ samples, warmUpSeconds }));
    writeFileSync(
      `${root}docs/soak.md`,
      page({ command, date, machine, samples, behind, growth, bars, end, rate, warmUpSeconds }),
    );
    console.log('Written to docs/soak.md and docs/images/soak.svg');
  }
  return bars.every(({ held }) => held) ? 0 : 2;
}
