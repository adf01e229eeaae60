import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ListenAddress } from '../../src/config/settings.js';
import { type RunningProcess, startProcess } from '../packaging/support/processes.js';
import { eventually } from './eventually.js';
import { type TestEnvironment, testEnvironment } from './sidecar.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PREPARE = "import { prepare } from './scripts/lib/prepare.mjs'; await prepare();";

/** Builds the program if that was not done (`npm test` has done it). */
export function buildProgram(): void {
  execFileSync(process.execPath, ['--input-type=module', '--eval', PREPARE], { cwd: ROOT, stdio: 'pipe' });
}

/** Starts the built program with nothing of the tests' own environment but the PATH, on this Node or another. The caller stops it. */
export function startProgram(
  parameters: readonly string[],
  environment: TestEnvironment = {},
  node = process.execPath,
): RunningProcess {
  return startProcess([node, `${ROOT}dist/main.js`, ...parameters], {
    env: { PATH: process.env['PATH'], ...environment },
  });
}

/** A sidecar as its own process, which can be killed. */
export interface SidecarProcess extends RunningProcess {
  listen: ListenAddress;
  /** `http://127.0.0.1:PORT` of the admin endpoint. */
  adminUrl: string;
}

/** Several sidecars as one service, as processes of their own. */
export interface WorkersProcess extends RunningProcess {
  /** Where each of them serves. */
  listen: ListenAddress[];
  /** `http://127.0.0.1:PORT` of the admin endpoint of all. */
  adminUrl: string;
  /** The process that serves at each address now, as the log tells. */
  pids(): number[];
}

/** Starts `serve` and waits until it says that it serves. */
export async function startSidecarProcess(
  environment: TestEnvironment = {},
  node?: string,
  start: typeof startProgram = startProgram,
): Promise<SidecarProcess> {
  const spawn = (parameters: readonly string[], env?: TestEnvironment) => start(parameters, env, node);
  const { running, listen, admin } = await startServing<string>(environment, 20_000, spawn);
  return { ...running, listen: addressOf(listen), adminUrl: `http://${admin}` };
}

/** The same with `--workers`. Stop it with a signal that it can hear, else its workers end a moment after it. */
export async function startWorkersProcess(
  workers: number,
  environment: TestEnvironment = {},
  start: typeof startProgram = startProgram,
): Promise<WorkersProcess> {
  const all = { GENAI_EXTPROC_WORKERS: String(workers), ...environment };
  const { running, listen, admin } = await startServing<string[]>(all, 60_000, start);
  const pids = () => {
    const byWorker: number[] = [];
    for (const { msg, worker, pid } of logLines(running)) {
      if (msg === 'worker serves') byWorker[worker as number] = pid as number;
    }
    return byWorker;
  };
  return { ...running, listen: listen.map(addressOf), adminUrl: `http://${admin}`, pids };
}

/** What a process has logged so far. */
export function logLines(running: RunningProcess): Record<string, unknown>[] {
  const text = running.stderr();
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function startServing<Listen>(environment: TestEnvironment, limitMillis: number, spawn: typeof startProgram) {
  const running = spawn(['serve'], testEnvironment(environment));
  try {
    const line = await eventually(
      // the debug log has a line of that name too
      () => logLines(running).find(({ msg, level }) => msg === 'serving' && level === 30),
      () => `it does not serve: ${running.stderr()}`,
      limitMillis,
    );
    return { running, ...(line as { listen: Listen; admin: string }) };
  } catch (error) {
    await running.stop('SIGKILL');
    throw error;
  }
}

function addressOf(text: string): ListenAddress {
  if (text.startsWith('unix://')) return { kind: 'unix', path: text.slice('unix://'.length) };
  const colon = text.lastIndexOf(':');
  return { kind: 'tcp', host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
