import { setTimeout as sleep } from 'node:timers/promises';
import { countFailures, readExtProcStats } from './envoy-stats.mjs';
import { readCpuMicros, readMemory, resetPeakMemory } from './process-usage.mjs';
import { droppedSpans } from './prometheus-text.mjs';
import { isOurs } from './targets.mjs';

/** Milliseconds to wait for the spans of a measure, and when to begin to ask for losses. */
const SETTLE_MILLIS = 8000;
const ASK_FOR_LOSSES_MILLIS = 1500;

/** Spans of a target at the sink. */
async function spansAtSink(stage, name) {
  const { counts } = await stage.sink.ask({});
  return counts[name]?.spans ?? 0;
}

/**
 * Waits until every span of the calls made so far has arrived or is counted as lost, so that the work of exporting is charged to the measure
 * that caused it and does not disturb the next one. What does not come in time is not waited for again: the final check tells.
 */
export async function settle(stage, target) {
  const start = Date.now();
  let missing = target.calls;
  while (Date.now() - start < SETTLE_MILLIS) {
    const lost = Date.now() - start > ASK_FOR_LOSSES_MILLIS ? droppedSpans(await target.observed.metrics()) : 0;
    missing = target.calls - (await spansAtSink(stage, target.name)) - lost;
    if (missing <= target.missing) return;
    await sleep(lost > 0 ? 250 : 20);
  }
  target.missing = missing;
}

/** Makes calls as a job of the load generator says, and waits for their spans. */
async function makeCalls(stage, target, job) {
  const { result } = await stage.load.ask({ ...job, port: target.port });
  target.calls += result.calls;
  target.wrong += result.wrong;
  target.problems.push(...result.problems);
  if (isOurs(target.name)) await settle(stage, target);
  return result;
}

/**
 * Calls that are not measured: code that has not run often enough is not compiled yet, on either side. `job` says how many or how fast:
 * `{durationMillis, mostCalls?, callsPerSecond?}`.
 */
export function warmUp(stage, target, job) {
  return makeCalls(stage, target, { exchange: 'small', connections: 16, ...job });
}

/** Failures that Envoy counted since the last time, so that the scenario which caused them is known; none without a filter. */
export async function newFailures(stage, target) {
  if (target.observed === undefined) return 0;
  const failures = countFailures(await readExtProcStats(stage.envoyAdminPort, target.name));
  const fresh = failures - target.failures;
  target.failures = failures;
  return fresh;
}

/** Makes a scenario's calls through one target for one pass, and says what they took. */
export async function measurePass(stage, target, scenario) {
  const { observed } = target;
  if (observed !== undefined) resetPeakMemory(observed.pid);
  if (scenario.measuresPause) observed.startPause();
  const cpuBefore = observed === undefined ? 0 : readCpuMicros(observed.pid);
  const envoyBefore = readCpuMicros(stage.envoyPid);

  const { calls, elapsedMillis, latencies, delays } = await makeCalls(stage, target, {
    exchange: scenario.exchange,
    connections: scenario.connections,
    durationMillis: scenario.passMillis,
    callsPerSecond: scenario.callsPerSecond,
  });

  return {
    calls,
    elapsedMillis,
    latencies,
    delays,
    envoyCpuMicros: readCpuMicros(stage.envoyPid) - envoyBefore,
    ...(observed === undefined
      ? {}
      : {
          cpuMicros: readCpuMicros(observed.pid) - cpuBefore,
          memory: readMemory(observed.pid),
          ...(scenario.measuresPause ? { pause: await observed.endPause() } : {}),
        }),
  };
}
