import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { answers } from './processes.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const preload = pathToFileURL(`${root}bench/loop-delay.mjs`).href;

/** What is compared, in the order of the tables. */
export const TARGETS = {
  none: 'no filter',
  noop: 'no-op',
  us: 'genai-extproc',
  hidden: 'genai-extproc, content hidden',
  other: 'the other build',
};

/** What a run measures by itself; `other` comes with `--against`. */
export const DEFAULT_TARGETS = ['none', 'noop', 'us', 'hidden'];

/** The targets that are the sidecar, with the settings that tell them apart. */
const OUR_SETTINGS = {
  us: {},
  hidden: { OPENINFERENCE_HIDE_INPUTS: 'true', OPENINFERENCE_HIDE_OUTPUTS: 'true' },
  other: {},
};

/** Milliseconds between exports: shorter than the default, so that a measure does not wait 5 s for its last spans. */
export const EXPORT_DELAY_MILLIS = 500;

/** Milliseconds between metric exports: a few in each run. */
export const METRIC_INTERVAL_MILLIS = 5000;

/** Whether a target is the sidecar (and not the no-op or nothing). */
export function isOurs(name) {
  return Object.hasOwn(OUR_SETTINGS, name);
}

/** Whether a target's spans carry the call's content. */
export function exportsContent(name) {
  return isOurs(name) && OUR_SETTINGS[name].OPENINFERENCE_HIDE_INPUTS === undefined;
}

/** This process' environment without any setting that would change what is measured. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(OTEL|OPENINFERENCE|GENAI_EXTPROC|AIGW|AI_GATEWAY|NODE_OPTIONS|NODE_V8_COVERAGE)/.test(name),
    ),
  );
}

function commandOf({ name, extProcPort, adminPort, otherFolder }) {
  const listen = `127.0.0.1:${extProcPort}`;
  if (!isOurs(name)) return [`${root}bench/noop.mjs`, listen];
  const program = `${name === 'other' ? otherFolder : root}/dist/main.js`;
  return [program, 'serve', '--listen', listen, '--admin', `127.0.0.1:${adminPort}`];
}

/**
 * Starts the process behind a target's ext_proc filter. `profileFolder`: where a CPU profile is written at its end;
 * `otherFolder`: the clone whose build is the target `other`.
 * The result has its pid and what the bench asks it from outside.
 */
export async function startTarget(options) {
  const { name, processes, folder, adminPort, sinkPort, profileFolder } = options;
  const pauseFile = `${folder}/${name}-loop-delay.json`;
  const logFile = `${folder}/${name}.log`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const environment = { ...cleanEnvironment(), BENCH_LOOP_DELAY_FILE: pauseFile };
  if (isOurs(name)) {
    Object.assign(environment, OUR_SETTINGS[name], {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}/${name}`,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      // the bars are worded for spans, content, metrics and metadata; the log signal is a choice beside them
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MILLIS),
      OTEL_METRIC_EXPORT_INTERVAL: String(METRIC_INTERVAL_MILLIS),
    });
  }
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}/${name}`];
  const ready = isOurs(name)
    ? () => answers(`${admin}/health`)
    : () => existsSync(logFile) && readFileSync(logFile, 'utf8').includes('listening on');
  const { pid } = await processes.start(
    name,
    process.execPath,
    [...profile, '--import', preload, ...commandOf(options)],
    environment,
    ready,
  );

  return {
    name,
    pid,

    /** The page of the sidecar's own metrics. */
    async metrics() {
      const response = await fetch(`${admin}/metrics`);
      return response.text();
    },

    /** Begins to measure event-loop pauses. */
    startPause() {
      rmSync(pauseFile, { force: true });
      process.kill(pid, 'SIGUSR2');
    },

    /** Ends the measure: `{max, p99, mean}` in milliseconds. */
    async endPause() {
      process.kill(pid, 'SIGUSR2');
      for (let attempt = 0; attempt < 100; attempt += 1) {
        if (existsSync(pauseFile)) return JSON.parse(readFileSync(pauseFile, 'utf8'));
        await sleep(20);
      }
      throw new Error(`${name} wrote no event-loop figures to ${pauseFile}`);
    },
  };
}
