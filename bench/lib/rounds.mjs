import { measurePass, newFailures, warmUp } from './measure.mjs';
import { sliceOf } from './passes.mjs';
import { targetsIn } from './targets.mjs';

/** Share of a scenario's passes that the uncounted first round makes. */
const WARM_UP_SHARE = 0.5;

/**
 * The names in the order of one pass. Each pass begins with another one, and every second goes the other way round, so that no
 * target always comes after the same one.
 */
export function orderOf(names, pass) {
  const shift = (pass >> 1) % names.length;
  const turned = [...names.slice(shift), ...names.slice(0, shift)];
  return pass % 2 === 0 ? turned : turned.reverse();
}

function summary(scenario, slice, failures) {
  const figures = [`${Math.round(slice.perSecond)} ${scenario.unit}s/s`, `p50 ${slice.latency.p50.toFixed(2)} ms`];
  if (slice.delay !== undefined) figures.push(`event delay p99 ${slice.delay.p99.toFixed(2)} ms`);
  if (slice.cpuMicros !== undefined) figures.push(`CPU ${Math.round(slice.cpuMicros)} µs`);
  if (slice.pause !== undefined) figures.push(`longest pause ${slice.pause.max.toFixed(1)} ms`);
  if (failures > 0) figures.push(`${failures} FAILURES counted by Envoy`);
  return figures.join(', ');
}

/** One scenario in one round: many short passes, the targets taking turns, so that what disturbs the machine disturbs all alike. */
async function measureScenario({ stage, processes, scenario, names, round, passes }) {
  const made = Object.fromEntries(names.map((name) => [name, []]));
  for (let pass = 0; pass < passes; pass += 1) {
    for (const name of orderOf(names, round * passes + pass)) {
      made[name].push(await processes.whileAlive(measurePass(stage, stage.targets.get(name), scenario)));
    }
  }
  return Object.entries(made).map(([name, own]) => [name, sliceOf(own)]);
}

/**
 * Measures all scenarios with passes, round by round, after calls and a round that are not counted.
 * `results[scenario][target]` is the list of slices by round.
 */
export async function measureRounds({ stage, processes, scenarios, rounds, warmUpJob, progress }) {
  const namesOf = (scenario) => targetsIn(scenario, [...stage.targets.keys()]);
  const results = Object.fromEntries(
    scenarios.map((each) => [each.name, Object.fromEntries(namesOf(each).map((name) => [name, []]))]),
  );
  for (const target of stage.targets.values()) {
    const { calls } = await processes.whileAlive(warmUp(stage, target, warmUpJob));
    progress(`warm-up  ${target.name}: ${calls} calls`);
  }
  for (let round = 0; round <= rounds; round += 1) {
    for (const scenario of scenarios) {
      const passes = round === 0 ? Math.ceil(scenario.passes * WARM_UP_SHARE) : scenario.passes;
      const names = namesOf(scenario);
      for (const [name, slice] of await measureScenario({ stage, processes, scenario, names, round, passes })) {
        if (round > 0) results[scenario.name][name].push(slice);
        const failures = await newFailures(stage, stage.targets.get(name));
        const label = round === 0 ? 'warm-up' : `round ${round}/${rounds}`;
        progress(`${label}  ${scenario.name.padEnd(16)}  ${name.padEnd(6)}  ${summary(scenario, slice, failures)}`);
      }
    }
  }
  return results;
}
