import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { answers } from './processes.mjs';
import { EXPORT_DELAY_MILLIS, isOurs, METRIC_INTERVAL_MILLIS, TARGETS } from './targets.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const preload = pathToFileURL(`${root}bench/loop-delay.mjs`).href;

/** This process' environment without any setting that would change what is measured. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(OTEL|OPENINFERENCE|GENAI_EXTPROC|AIGW|AI_GATEWAY|NODE_OPTIONS|NODE_V8_COVERAGE)/.test(name),
    ),
  );
}

function commandOf({ name, extProcPorts, adminPort, otherFolder }) {
  const listen = `127.0.0.1:${extProcPorts[0]}`;
  const program = `${name === 'other' ? `${otherFolder}/` : root}${TARGETS[name].program}`;
  if (!isOurs(name)) return [program, listen];
  const { workers } = TARGETS[name];
  const several = workers === undefined ? [] : ['--workers', String(workers)];
  return [program, 'serve', '--listen', listen, '--admin', `127.0.0.1:${adminPort}`, ...several];
}

function environmentOf({ name, sinkPort }, pauseFile) {
  const environment = { ...cleanEnvironment(), BENCH_LOOP_DELAY_FILE: pauseFile };
  if (!isOurs(name)) return environment;
  return {
    ...environment,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}/${name}`,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    // the bars are worded for spans, content, metrics and metadata; the log signal is a choice beside them
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MILLIS),
    OTEL_METRIC_EXPORT_INTERVAL: String(METRIC_INTERVAL_MILLIS),
    ...TARGETS[name].settings,
  };
}

/**
 * Starts the process behind a target's ext_proc filter. `profileFolder`: where a CPU profile is written at its end;
 * `otherFolder`: the clone whose build is the target `other`.
 * The result has its pid and what the bench asks it from outside.
 */
export async function startTarget(options) {
  const { name, processes, folder, adminPort, profileFolder } = options;
  const pauseFile = `${folder}/${name}-loop-delay.json`;
  const logFile = `${folder}/${name}.log`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}/${name}`];
  const ready = isOurs(name)
    ? () => answers(`${admin}/health`)
    : () => existsSync(logFile) && readFileSync(logFile, 'utf8').includes('listening on');
  const { pid } = await processes.start(
    name,
    process.execPath,
    // a supervisor restarts its workers at the signal by which pauses are measured
    [...profile, ...(TARGETS[name].workers === undefined ? ['--import', preload] : []), ...commandOf(options)],
    environmentOf(options, pauseFile),
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
