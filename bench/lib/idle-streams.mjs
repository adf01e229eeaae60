import { setTimeout as sleep } from 'node:timers/promises';
import { newFailures, settle, warmUp } from './measure.mjs';
import { readCpuMicros, readMemory, resetPeakMemory } from './process-usage.mjs';
import { isOurs } from './targets.mjs';

/** Small calls that a process answers before its memory is looked at, and how long they may take. */
const WARM_UP = { mostCalls: 1500, durationMillis: 10_000 };

/** Milliseconds for a process to come to rest, and for how long its idling is measured. */
const REST_MILLIS = 1000;
const IDLE_MILLIS = 2000;

/**
 * Opens `scenario.streams` calls through one target, lets them idle, and ends them. Memory in bytes: `before` the first, `open` while all
 * idle, `after` the last, and the `peak`. `openCount` is how many idled at once,
 * `idleCpu` the share of a core meanwhile, `longestPause` the longest of the event loop from the first to the last, in milliseconds.
 */
async function measureIdle(stage, target, scenario) {
  const { pid } = target.observed;
  await warmUp(stage, target, WARM_UP);
  await sleep(REST_MILLIS);
  const before = readMemory(pid).current;
  resetPeakMemory(pid);
  target.observed.startPause();

  const { result: opened } = await stage.idle.ask({ open: scenario.streams, port: target.port });
  await sleep(REST_MILLIS);
  const cpuBefore = readCpuMicros(pid);
  await sleep(IDLE_MILLIS);
  const idleCpu = (readCpuMicros(pid) - cpuBefore) / (IDLE_MILLIS * 1000);
  const open = readMemory(pid).current;

  const { result: finished } = await stage.idle.ask({ finish: true });
  target.calls += finished.count;
  target.wrong += finished.wrong;
  target.problems.push(...finished.problems);
  if (isOurs(target.name)) await settle(stage, target);
  const { max: longestPause } = await target.observed.endPause();
  const { current: after, peak } = readMemory(pid);
  return {
    openCount: opened.count,
    idle: { before, open, after, peak },
    idleCpu,
    longestPause,
    openedPerSecond: (opened.count * 1000) / opened.millis,
    finishedPerSecond: (finished.count * 1000) / finished.millis,
  };
}

const MEGABYTE = 1_000_000;

/** The idle streams of every target of the stage, one after the other. The result is `{target: figures}`. */
export async function measureIdleStreams({ stage, processes, scenario, label, progress }) {
  const results = {};
  for (const target of stage.targets.values()) {
    const figures = await processes.whileAlive(measureIdle(stage, target, scenario));
    results[target.name] = figures;
    const failures = await newFailures(stage, target);
    const { before, open } = figures.idle;
    progress(
      `${label}  ${target.name.padEnd(6)}  ${figures.openCount} open: RSS ${Math.round(open / MEGABYTE)} MB, ` +
        `${Math.round(before / MEGABYTE)} MB before${failures > 0 ? `, ${failures} FAILURES counted by Envoy` : ''}`,
    );
  }
  return results;
}
