/**
 * The benchmark: what the sidecar costs behind a real Envoy, next to no filter and to a filter that does nothing.
 * `scripts/bench.mjs` is its command; `runBench` gets a way to find Envoy and the command's arguments.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { againstTable } from './lib/against.mjs';
import { judge } from './lib/bars.mjs';
import { describeMachine } from './lib/machine.mjs';
import { measure, warmUp } from './lib/measure.mjs';
import { createProcesses } from './lib/processes.mjs';
import { barTable, checkTable, page, scenarioTable } from './lib/report.mjs';
import { buildStage } from './lib/stage.mjs';
import { DEFAULT_TARGETS, TARGETS } from './lib/targets.mjs';
import { makeLoggedCall, verify } from './lib/verify.mjs';
import { scenario as contentExport } from './scenarios/content-export.mjs';
import { scenario as largePrompt } from './scenarios/large-prompt.mjs';
import { scenario as smallJson1 } from './scenarios/small-json-1.mjs';
import { scenario as smallJson16 } from './scenarios/small-json-16.mjs';
import { scenario as smallJsonPaced } from './scenarios/small-json-paced.mjs';
import { scenario as streamBurst } from './scenarios/stream-burst.mjs';
import { scenario as streamPaced } from './scenarios/stream-paced.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

const SCENARIOS = [smallJson1, smallJson16, smallJsonPaced, streamPaced, streamBurst, largePrompt, contentExport];

/** Small calls that each target answers before anything else, in full runs and in quick ones; no longer than that. */
const WARM_UP_CALLS = { full: 4000, quick: 1500 };
const WARM_UP_MILLIS = 10_000;

/** Share of a scenario's time that the uncounted first round takes. */
const WARM_UP_SCALE = 0.6;

const HELP = `Usage: npm run bench -- [options]

Measures the sidecar behind a real Envoy; a full run (about 5 minutes) writes docs/benchmarks.md.

  --quick              a short run, about a minute, printed only
  --only NAMES         these scenarios, printed only: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --targets NAMES      these targets, printed only: ${DEFAULT_TARGETS.join(', ')}
  --rounds NUMBER      rounds (default 5, with --quick 2)
  --envoy-config FILE  takes filter and cluster from there instead of envoy.yaml, printed only
  --against FOLDER     measures the build of another clone in the same run, as the target "other", printed only:
                       figures of two runs cannot be compared, those of one can
  --profile FOLDER     CPU profiles of the processes behind Envoy go there; printed only
  --help               this text

Ends with 0 when all bars hold, 2 when one does not, 1 when a check failed (nothing is written then).
`;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  targets: { type: 'string' },
  rounds: { type: 'string' },
  'envoy-config': { type: 'string' },
  against: { type: 'string' },
  profile: { type: 'string' },
  help: { type: 'boolean', default: false },
};

function chosen(option, value, allowed) {
  if (value === undefined) return allowed;
  const names = value.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !allowed.includes(name));
  if (unknown !== undefined) throw new Error(`--${option}: "${unknown}" is not one of ${allowed.join(', ')}`);
  return allowed.filter((name) => names.includes(name));
}

function chosenTargets(value, otherFolder) {
  const allowed = otherFolder === undefined ? DEFAULT_TARGETS : [...DEFAULT_TARGETS, 'other'];
  const names = chosen('targets', value, allowed);
  return otherFolder === undefined || names.includes('other') ? names : [...names, 'other'];
}

function readArguments(commandArguments) {
  const { values } = parseArgs({ args: commandArguments, options: OPTIONS });
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new Error(`--rounds: "${values.rounds}" is not a whole number from 1 to 100`);
  const scenarioNames = chosen(
    'only',
    values.only,
    SCENARIOS.map(({ name }) => name),
  );
  const otherFolder = values.against === undefined ? undefined : resolve(values.against);
  if (otherFolder !== undefined && !existsSync(join(otherFolder, 'dist', 'main.js')))
    throw new Error(`--against: ${otherFolder} has no dist/main.js; run \`npm ci && npm run build\` there`);
  return {
    help: values.help,
    rounds,
    scale: values.quick ? 0.3 : 1,
    warmUpCalls: values.quick ? WARM_UP_CALLS.quick : WARM_UP_CALLS.full,
    scenarios: SCENARIOS.filter(({ name }) => scenarioNames.includes(name)),
    targetNames: chosenTargets(values.targets, otherFolder),
    otherFolder,
    envoyFile: resolve(values['envoy-config'] ?? `${root}envoy.yaml`),
    profileFolder: values.profile === undefined ? undefined : resolve(values.profile),
    publishes:
      [values.only, values.targets, values.profile, values['envoy-config'], values.against].every(
        (value) => value === undefined,
      ) && !values.quick,
  };
}

function progress(text) {
  process.stderr.write(`${text}\n`);
}

function summary(scenario, slice) {
  const figures = [`${Math.round(slice.perSecond)} ${scenario.unit}s/s`, `p50 ${slice.latency.p50.toFixed(2)} ms`];
  if (slice.delay !== undefined) figures.push(`event delay ${slice.delay.p50.toFixed(2)} ms`);
  if (slice.cpuMicros !== undefined) figures.push(`CPU ${Math.round(slice.cpuMicros)} µs`);
  if (slice.pause !== undefined) figures.push(`longest pause ${slice.pause.max.toFixed(1)} ms`);
  if (slice.failures > 0) figures.push(`${slice.failures} FAILURES counted by Envoy`);
  return figures.join(', ');
}

/** The names in another order each round, so that none always comes after the same one. */
function turned(names, round) {
  const shift = round % names.length;
  return [...names.slice(shift), ...names.slice(0, shift)];
}

async function measureAll({ stage, processes, plan }) {
  const results = Object.fromEntries(
    plan.scenarios.map((scenario) => [
      scenario.name,
      Object.fromEntries(plan.targetNames.filter((name) => scenario.targets.includes(name)).map((name) => [name, []])),
    ]),
  );
  for (const target of stage.targets.values()) {
    const warming = warmUp(stage, target, { calls: plan.warmUpCalls, mostMillis: WARM_UP_MILLIS });
    const { calls } = await processes.whileAlive(warming);
    progress(`warm-up  ${target.name}: ${calls} calls`);
  }
  for (let round = 0; round <= plan.rounds; round += 1) {
    for (const scenario of plan.scenarios) {
      for (const name of turned(Object.keys(results[scenario.name]), round)) {
        const scale = round === 0 ? plan.scale * WARM_UP_SCALE : plan.scale;
        const slice = await processes.whileAlive(measure(stage, stage.targets.get(name), scenario, scale));
        if (round > 0) results[scenario.name][name].push(slice);
        const label = round === 0 ? 'warm-up' : `round ${round}/${plan.rounds}`;
        progress(`${label}  ${scenario.name.padEnd(16)}  ${name.padEnd(6)}  ${summary(scenario, slice)}`);
      }
    }
  }
  return results;
}

function readNotes() {
  const file = `${root}bench/notes.md`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

async function runOn({ processes, folder, envoy, plan }) {
  const machine = describeMachine({ root, envoy });
  progress('starting Envoy, upstream, sink, load generator and the processes to measure');
  const stage = await buildStage({
    processes,
    envoy,
    folder,
    envoyFile: plan.envoyFile,
    targetNames: plan.targetNames,
    profileFolder: plan.profileFolder,
    otherFolder: plan.otherFolder,
  });
  // Envoy's first health checks must have gone well
  await sleep(1500);
  for (const target of stage.targets.values()) await makeLoggedCall(target);
  const results = await measureAll({ stage, processes, plan });
  progress('checking what arrived');
  const checks = await verify(stage);
  return { machine, results, checks, bars: judge(results) };
}

function print({ plan, results, checks, bars }) {
  for (const scenario of plan.scenarios) console.log(`\n${scenario.title}\n\n${scenarioTable(scenario, results)}`);
  const against = againstTable(results);
  if (against !== undefined) console.log(`\nThis build and the one of --against\n\n${against}`);
  console.log(`\n${checkTable(checks)}\n\n${barTable(bars)}\n`);
}

function conclude({ plan, machine, results, checks, bars }) {
  print({ plan, results, checks, bars });
  if (checks.some((check) => !check.passed)) {
    console.error('A check did not hold: the figures are of no use and nothing was written.');
    return 1;
  }
  if (plan.publishes) {
    const file = `${root}docs/benchmarks.md`;
    const date = new Date().toISOString().slice(0, 10);
    const common = { rounds: plan.rounds, machine, bars, checks, results, notes: readNotes() };
    writeFileSync(file, page({ ...common, command: 'npm run bench', date, scenarios: plan.scenarios }));
    console.log(`Written to ${file}`);
  }
  return bars.some((bar) => bar.verdict === 'miss') ? 2 : 0;
}

/** Runs the benchmark; the result is the exit code. Everything it started has ended when it resolves. */
export async function runBench({ findEnvoy, commandArguments }) {
  const plan = readArguments(commandArguments);
  if (plan.help) {
    console.log(HELP);
    return 0;
  }
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc, so it needs Linux');
  const envoy = await findEnvoy();
  const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-bench-'));
  const processes = createProcesses(folder);
  const interrupt = () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('exit', processes.killAll);
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  let code = 1;
  try {
    code = conclude({ plan, ...(await runOn({ processes, folder, envoy, plan })) });
    return code;
  } finally {
    await processes.stopAll();
    process.off('exit', processes.killAll);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    if (code === 1) console.error(`The logs of all processes are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}
