/**
 * The benchmark: what the sidecar costs behind a real Envoy, next to no filter and to a filter that does nothing.
 * `scripts/bench.mjs` is its command; `runBench` gets a way to find Envoy and the command's arguments.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { replaceBlock } from '../scripts/lib/generated-blocks.mjs';
import { againstTable } from './lib/against.mjs';
import { judge } from './lib/bars.mjs';
import { measureIdleStreams } from './lib/idle-streams.mjs';
import { describeMachine } from './lib/machine.mjs';
import { modesBlock, modesTable } from './lib/modes-page.mjs';
import { HELP, readPlan } from './lib/plan.mjs';
import { createProcesses } from './lib/processes.mjs';
import { barTable, checkTable, page, scenarioTable } from './lib/report.mjs';
import { measureRounds, orderOf } from './lib/rounds.mjs';
import { buildStage } from './lib/stage.mjs';
import { targetsIn } from './lib/targets.mjs';
import { makeLoggedCall, verify } from './lib/verify.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Milliseconds in which Envoy's first health checks must have gone well. */
const HEALTH_CHECK_MILLIS = 1500;

function progress(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Builds a stage with processes of its own, does `work` on it, checks what arrived, and ends them all.
 * The result is `{results, checks}`.
 */
async function onStage({ folder, envoy, plan, targetNames }, work) {
  mkdirSync(folder);
  const processes = createProcesses(folder);
  process.once('exit', processes.killAll);
  try {
    const { envoyFile, profileFolder, otherFolder } = plan;
    const stage = await buildStage({
      processes,
      envoy,
      folder,
      envoyFile,
      targetNames,
      profileFolder,
      otherFolder,
    });
    await sleep(HEALTH_CHECK_MILLIS);
    for (const target of stage.targets.values()) await makeLoggedCall(target);
    const results = await work({ stage, processes });
    progress('checking what arrived');
    return { results, checks: await verify(stage) };
  } finally {
    await processes.stopAll();
    process.off('exit', processes.killAll);
  }
}

/** A scenario that needs processes which have done little: all of them are started anew for each of its repeats. */
async function measureAnew({ folder, envoy, plan, scenario }) {
  const names = targetsIn(scenario, plan.targetNames);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  const checks = [];
  for (let repeat = 1; repeat <= scenario.repeats; repeat += 1) {
    const label = `${scenario.name} ${repeat}/${scenario.repeats}`;
    progress(`starting all anew for ${label}`);
    const targetNames = orderOf(names, repeat - 1);
    const measured = await onStage(
      { folder: `${folder}/${scenario.name}-${repeat}`, envoy, plan, targetNames },
      ({ stage, processes }) => measureIdleStreams({ stage, processes, scenario, label, progress }),
    );
    for (const name of names) results[name].push(measured.results[name]);
    checks.push(...measured.checks.map((check) => ({ ...check, what: `${label}, ${check.what}` })));
  }
  return { results, checks };
}

async function runOn({ folder, envoy, plan }) {
  const machine = describeMachine({ root, envoy });
  const { rounds, warmUpJob, targetNames } = plan;
  const results = {};
  const checks = [];
  const inPasses = plan.scenarios.filter((scenario) => scenario.passes !== undefined);
  if (inPasses.length > 0) {
    progress('starting Envoy, upstream, sink, load generator and the processes to measure');
    const measured = await onStage({ folder: `${folder}/calls`, envoy, plan, targetNames }, ({ stage, processes }) =>
      measureRounds({ stage, processes, scenarios: inPasses, rounds, warmUpJob, progress }),
    );
    Object.assign(results, measured.results);
    checks.push(...measured.checks);
  }
  for (const scenario of plan.scenarios.filter((each) => each.streams !== undefined)) {
    const measured = await measureAnew({ folder, envoy, plan, scenario });
    results[scenario.name] = measured.results;
    checks.push(...measured.checks);
  }
  return { machine, results, checks, bars: judge(results) };
}

function print({ plan, results, checks, bars }) {
  for (const scenario of plan.scenarios) console.log(`\n${scenario.title}\n\n${scenarioTable(scenario, results)}`);
  const against = againstTable(results);
  if (against !== undefined) console.log(`\nThis build and the one of --against\n\n${against}`);
  console.log(`\n${checkTable(checks)}\n\n${plan.modes ? modesTable(results) : barTable(bars)}\n`);
}

function readNotes() {
  const file = `${root}bench/notes.md`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function publish({ plan, ...rest }) {
  const date = new Date().toISOString().slice(0, 10);
  const common = { ...rest, date, rounds: plan.rounds, scenarios: plan.scenarios };
  const file = `${root}docs/${plan.modes ? 'modes' : 'benchmarks'}.md`;
  const text = plan.modes
    ? replaceBlock(
        readFileSync(file, 'utf8'),
        'measured',
        modesBlock({ ...common, command: 'npm run bench -- --modes' }),
      )
    : page({ ...common, command: 'npm run bench', notes: readNotes() });
  writeFileSync(file, text);
  console.log(`Written to ${file}`);
}

function conclude(run) {
  print(run);
  if (run.checks.some((check) => !check.passed)) {
    console.error('A check did not hold: the figures are of no use and nothing was written.');
    return 1;
  }
  if (run.plan.publishes) publish(run);
  return !run.plan.modes && run.bars.some((bar) => bar.verdict === 'miss') ? 2 : 0;
}

/** Runs the benchmark; the result is the exit code. Everything it started has ended when it resolves. */
export async function runBench({ findEnvoy, commandArguments }) {
  const plan = readPlan(commandArguments);
  if (plan.help) {
    console.log(HELP);
    return 0;
  }
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc, so it needs Linux');
  const envoy = await findEnvoy();
  const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-bench-'));
  const interrupt = () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  let code = 1;
  try {
    code = conclude({ plan, ...(await runOn({ folder, envoy, plan })) });
    return code;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    if (code === 1) console.error(`The logs of all processes are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}
