import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scenario as contentExport } from '../scenarios/content-export.mjs';
import { scenario as idleStreams } from '../scenarios/idle-streams.mjs';
import { scenario as largePrompt } from '../scenarios/large-prompt.mjs';
import { scenario as smallJson1 } from '../scenarios/small-json-1.mjs';
import { scenario as smallJson16 } from '../scenarios/small-json-16.mjs';
import { scenario as smallJsonPaced } from '../scenarios/small-json-paced.mjs';
import { scenario as streamBurst } from '../scenarios/stream-burst.mjs';
import { scenario as streamPaced } from '../scenarios/stream-paced.mjs';
import { DEFAULT_TARGETS, MODE_TARGETS } from './targets.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

const SCENARIOS = [
  smallJson1,
  smallJsonPaced,
  smallJson16,
  streamPaced,
  streamBurst,
  largePrompt,
  contentExport,
  idleStreams,
];

/** What `--modes` measures. */
const MODE_SCENARIOS = [smallJsonPaced, streamPaced];

const ROUNDS = { full: 5, quick: 2 };

/** Small calls that each target answers before anything else; no longer than ten seconds. */
const WARM_UP_CALLS = { full: 4000, quick: 1500 };
const WARM_UP_MILLIS = 10_000;

/** How fast they come where nothing waits for the sidecar: as fast as Envoy can, they would be more than it can take. */
const UNHURRIED_CALLS_PER_SECOND = 400;

function warmUpJob({ modes, quick }) {
  const mostCalls = quick ? WARM_UP_CALLS.quick : WARM_UP_CALLS.full;
  if (!modes) return { mostCalls, durationMillis: WARM_UP_MILLIS };
  return {
    callsPerSecond: UNHURRIED_CALLS_PER_SECOND,
    durationMillis: Math.min(WARM_UP_MILLIS, (mostCalls * 1000) / UNHURRIED_CALLS_PER_SECOND),
  };
}

/** The share of a full run's passes and idle streams that a quick one makes. */
const QUICK_SCALE = 0.3;

/** What `--help` says. */
export const HELP = `Usage: npm run bench -- [options]

Measures the sidecar behind a real Envoy; a full run (about 8 minutes) writes docs/benchmarks.md.

  --modes              measures the ways in which Envoy can show calls (inline, observability mode, both together) instead,
                       and writes docs/modes.md; no bar is judged
  --quick              a short run, about a minute, printed only
  --only NAMES         these scenarios, printed only: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --targets NAMES      these targets, printed only: ${DEFAULT_TARGETS.join(', ')}; with --modes
                       ${MODE_TARGETS.join(', ')}
  --rounds NUMBER      rounds (default ${ROUNDS.full}, with --quick ${ROUNDS.quick}), printed only
  --envoy-config FILE  takes filter and cluster from there instead of envoy.yaml, printed only
  --against FOLDER     measures the build of another clone in the same run, as the target "other", printed only:
                       figures of two runs cannot be compared, those of one can
                       (\`git clone\` or \`git worktree add\`, a build there, then
                       \`npm run bench -- --quick --only small-json-16 --against ../that-clone\`)
  --profile FOLDER     CPU profiles of the processes behind Envoy go there; printed only
  --help               this text

Ends with 0 when all bars hold, 2 when one does not, 1 when a check failed (nothing is written then).
`;

const OPTIONS = {
  modes: { type: 'boolean', default: false },
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

function chosenRounds({ rounds, quick }) {
  const count = Number(rounds ?? (quick ? ROUNDS.quick : ROUNDS.full));
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  throw new Error(`--rounds: "${rounds}" is not a whole number from 1 to 100`);
}

function chosenScenarios({ modes, only, quick }) {
  const scenarios = modes ? MODE_SCENARIOS : SCENARIOS;
  const names = chosen(
    'only',
    only,
    scenarios.map(({ name }) => name),
  );
  const scale = quick ? QUICK_SCALE : 1;
  return scenarios
    .filter(({ name }) => names.includes(name))
    .map((scenario) => ({
      ...scenario,
      ...(scenario.passes === undefined ? {} : { passes: Math.max(1, Math.round(scenario.passes * scale)) }),
      ...(scenario.streams === undefined
        ? {}
        : { streams: Math.round(scenario.streams * scale), repeats: quick ? 1 : scenario.repeats }),
    }));
}

function otherBuild(folder) {
  if (folder === undefined) return undefined;
  const path = resolve(folder);
  if (existsSync(join(path, 'dist', 'main.js'))) return path;
  throw new Error(`--against: ${path} has no dist/main.js; run \`npm ci && npm run build\` there`);
}

function chosenTargets({ modes, targets }, otherFolder) {
  const more = otherFolder === undefined ? [] : ['other'];
  const names = chosen('targets', targets, [...(modes ? MODE_TARGETS : DEFAULT_TARGETS), ...more]);
  return [...new Set([...names, ...more])];
}

/** What is to be done, from the command's arguments; throws an Error that names the option. */
export function readPlan(commandArguments) {
  const { values } = parseArgs({ args: commandArguments, options: OPTIONS });
  const otherFolder = otherBuild(values.against);
  const narrowed = ['only', 'targets', 'rounds', 'envoy-config', 'against', 'profile'].some(
    (name) => values[name] !== undefined,
  );
  return {
    help: values.help,
    modes: values.modes,
    rounds: chosenRounds(values),
    warmUpJob: warmUpJob(values),
    scenarios: chosenScenarios(values),
    targetNames: chosenTargets(values, otherFolder),
    otherFolder,
    envoyFile: resolve(values['envoy-config'] ?? `${root}envoy.yaml`),
    profileFolder: values.profile === undefined ? undefined : resolve(values.profile),
    publishes: !narrowed && !values.quick,
  };
}
