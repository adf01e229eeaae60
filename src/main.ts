#!/usr/bin/env node
/** The command line: `serve`, `up`, `health`, `envoy-config`. See `--help`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startSidecar } from './app.js';
import { parseSettings } from './config/parse-settings.js';
import { formatProblems } from './config/problem.js';
import { renderHelp } from './config/render/help.js';
import type { Settings } from './config/settings.js';
import { printEnvoyConfig } from './up/print-envoy-config.js';
import { runUp } from './up/run-up.js';
import { AppError, formatError } from './util/errors.js';
import { createLog } from './util/log.js';
import { outliveOutput, tryToWrite } from './util/lost-output.js';
import { PACKAGE } from './util/package-info.js';
import { aborted, createStopSignal } from './util/stop-signal.js';
import { runSupervisor } from './workers/run-supervisor.js';
import { runWorker } from './workers/run-worker.js';
import { WORKER_COMMAND } from './workers/worker-process.js';

/** This file, which a supervisor starts again for each of its workers. */
const PROGRAM = fileURLToPath(import.meta.url);

/** How long `health` waits for the admin endpoint, in milliseconds. */
const HEALTH_MILLIS = 3000;

const USAGE = `genai-extproc: GenAI observability from a plain Envoy

  genai-extproc up      Envoy, the sidecar and a model on this machine, to try it
  genai-extproc serve   the sidecar alone, beside your Envoy
  genai-extproc envoy-config
                        prints a configuration of Envoy for the sidecar of these settings
  genai-extproc health  exit code 0 when the sidecar of these settings serves
  genai-extproc --help | --version

Every command takes every setting.

`;

const COMMANDS: Readonly<Record<string, (settings: Settings) => Promise<number>>> = {
  serve,
  up,
  health,
  'envoy-config': envoyConfig,
};

/** The sidecar alone, in as many processes as the settings say, until SIGTERM, SIGINT or SIGHUP: then it drains and ends with 0. A second signal, of any kind, ends it at once. */
async function serve(settings: Settings): Promise<number> {
  const stop = createStopSignal();
  const log = createLog({ debug: settings.debug });
  if (settings.workers > 1) return runSupervisor({ settings, log, program: PROGRAM, stop: stop.signal });
  const sidecar = await startSidecar(settings, { log });
  log.info({ listen: sidecar.address, admin: `${settings.admin.host}:${sidecar.adminPort}` }, 'serving');
  await aborted(stop.signal);
  log.info({ drainMillis: settings.drainMillis }, 'draining');
  await sidecar.close();
  log.info({}, 'ended');
  return 0;
}

/** Envoy, the sidecar and an upstream on this machine, for one person trying it. */
function up(settings: Settings): Promise<number> {
  return runUp({ settings, env: process.env, startSidecar, stdout: process.stdout, stderr: process.stderr });
}

/** Prints Envoy's configuration: `genai-extproc envoy-config --mode pair > envoy.yaml`. */
async function envoyConfig(settings: Settings): Promise<number> {
  process.stdout.write(await printEnvoyConfig(settings, process.env));
  return 0;
}

/** Asks a running sidecar's admin endpoint, for container health checks. */
async function health(settings: Settings): Promise<number> {
  // it may listen on all interfaces, which is no address to call
  const host = ['0.0.0.0', '::'].includes(settings.admin.host) ? 'localhost' : settings.admin.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${settings.admin.port}/health`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(HEALTH_MILLIS) });
    if (response.ok) return 0;
    throw new Error(`it answered ${response.status}`);
  } catch (error) {
    throw AppError.from('UNHEALTHY', error, `${url} does not say that it serves`, 'GENAI_EXTPROC_ADMIN (--admin)');
  }
}

async function main(argv: readonly string[]): Promise<number> {
  // without a listener Node answers this signal with a debugger on a port, for everybody on the machine
  process.on('SIGUSR1', () => undefined);
  outliveOutput([process.stdout, process.stderr]);
  const [name = '--help', ...flags] = argv;
  if (argv.includes('--help') || argv.includes('-h') || name === 'help') {
    process.stdout.write(USAGE + renderHelp());
    return 0;
  }
  if (name === '--version' || name === 'version') {
    process.stdout.write(`${PACKAGE.name} ${PACKAGE.version}\n`);
    return 0;
  }
  if (name === WORKER_COMMAND && process.send) return runWorker({ startSidecar, stop: createStopSignal().signal });
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    throw new AppError(
      'UNKNOWN_COMMAND',
      `"${name}" is no command; there are ${Object.keys(COMMANDS).join(', ')} and --help`,
    );
  }
  const parsed = parseSettings({ argv: flags, env: process.env, readFile: (path) => readFileSync(path, 'utf8') });
  for (const warning of parsed.warnings) tryToWrite(process.stderr, `warning: ${warning}\n`);
  if (!parsed.ok) {
    throw new AppError('SETTINGS_INVALID', formatProblems(parsed.problems).trimEnd());
  }
  return command(parsed.settings);
}

/** Whatever still runs ends by itself; a channel to the process that started us would keep us alive for ever. */
function end(code: number): void {
  process.exitCode = code;
  if (process.connected) process.disconnect();
}

main(process.argv.slice(2)).then(end, (error: unknown) => {
  tryToWrite(process.stderr, `${formatError(error)}\n`);
  end(1);
});
