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

/** Starts `serve` and waits until it says that it serves. */
export async function startSidecarProcess(environment: TestEnvironment = {}, node?: string): Promise<SidecarProcess> {
  const running = startProgram(['serve'], testEnvironment(environment), node);
  const lines = () => running.stderr().split('\n');
  try {
    const line = await eventually(
      // the debug log has a line of that name too
      () => lines().find((candidate) => /"level":30\b.*"msg":"serving"/.test(candidate)),
      () => `it does not serve: ${running.stderr()}`,
      20_000,
    );
    const { listen, admin } = JSON.parse(line) as { listen: string; admin: string };
    return { ...running, listen: addressOf(listen), adminUrl: `http://${admin}` };
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
