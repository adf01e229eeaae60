import { closeSync, openSync } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { outputOfChild } from '../util/spawn-child.js';
import { startChild } from './child-process.js';

const PIPS = [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const;

/** Our folder for what is fetched once: below `XDG_CACHE_HOME`, else `~/.cache`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const root = env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(root) ? root : join(homedir(), '.cache'), 'genai-extproc');
}

/** The first pip that runs, as a command line; `undefined` when there is none. */
export async function findPip(env: NodeJS.ProcessEnv): Promise<readonly string[] | undefined> {
  for (const pip of PIPS) {
    const [command, ...parameters] = pip;
    if ((await output(command, [...parameters, '--version'], env)) !== undefined) return pip;
  }
  return undefined;
}

/** A command's stdout; `undefined` when it cannot be run or fails. */
export async function output(
  command: string,
  parameters: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    return await outputOfChild(command, parameters, { env, timeout: 20_000 });
  } catch {
    return undefined;
  }
}

export interface InstallOptions {
  pip: readonly string[];
  /** Exact ones: `name==version`. Their own dependencies are not installed. */
  requirements: readonly string[];
  /** Where they shall be; it appears when all is there, or not at all. */
  folder: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}

/**
 * Installs Python packages into a folder of their own, without a virtual environment. Several may do this at once: each
 * fetches beside the folder, the first to finish renames, the others take what is there. Rejects with pip's last lines.
 */
export async function installPythonPackages(options: InstallOptions): Promise<void> {
  const { folder } = options;
  if (await exists(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  await removeLeftovers(folder);
  const partial = `${folder}.partial-${process.pid}`;
  try {
    await runPip(options, partial);
    await rename(partial, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
    await rm(`${partial}.log`, { force: true });
  }
}

async function runPip({ pip, requirements, env, signal }: InstallOptions, target: string): Promise<void> {
  const log = `${target}.log`;
  const descriptor = openSync(log, 'w');
  const [command = '', ...parameters] = pip;
  parameters.push('install', '--quiet', '--no-input', '--disable-pip-version-check', '--no-deps', '--target', target);
  const child = startChild(command, [...parameters, ...requirements], {
    stdout: descriptor,
    stderr: descriptor,
    env,
    signal,
  });
  closeSync(descriptor);
  const { code } = await child.exited;
  if (code === 0) return;
  const words = (await readFile(log, 'utf8')).trim().split('\n').slice(-5).join('\n');
  throw new Error(`${[...pip, 'install', ...requirements].join(' ')} failed:\n${words}`);
}

/** What a killed installation left behind. */
async function removeLeftovers(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.partial-`;
  for (const name of await readdir(dirname(folder))) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (!Number.isNaN(pid) && !isAlive(pid)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
