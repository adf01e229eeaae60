import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../../../src/up/child-process.js';
import { createProgress } from '../../../src/up/progress.js';
import { cacheFolder } from '../../../src/up/python-packages.js';

/** Runs a command to its end. Rejects with its last lines, or with what to install when there is no such command. */
export type RunCommand = (command: string, parameters: readonly string[], env?: NodeJS.ProcessEnv) => Promise<void>;

export interface Part {
  /** What it is called, with its version: the folder's name, too. */
  name: string;
  /** What a person reads while it is fetched. */
  costs: string;
  /** Puts it into a folder that has another name while it is not complete. */
  make(folder: string, run: RunCommand): Promise<void>;
}

/** Where a part lies in the cache folder; it is fetched the first time. Rejects with the part and what it lacks. */
export async function fetchPart({ name, costs, make }: Part): Promise<string> {
  const folder = join(cacheFolder(process.env), name);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial-${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    const run = createRun(`${partial}.log`);
    await createProgress(process.stderr).during(`Fetching ${name} into ${folder} (once, ${costs})`, make(partial, run));
    await rename(partial, folder);
    return folder;
  } catch (error) {
    throw new Error(`${name} cannot be had: ${(error as Error).message}`, { cause: error });
  } finally {
    await rm(partial, { recursive: true, force: true });
    await rm(`${partial}.log`, { force: true });
  }
}

function createRun(log: string): RunCommand {
  return async (command, parameters, env = {}) => {
    const descriptor = openSync(log, 'w');
    // what else runs on this machine goes first
    const child = startChild('nice', ['-n', '10', command, ...parameters], {
      stdout: descriptor,
      stderr: descriptor,
      env: { ...process.env, ...env },
    });
    closeSync(descriptor);
    const { code } = await child.exited;
    if (code === 0) return;
    const words = (await readFile(log, 'utf8')).trim().split('\n').slice(-8).join('\n');
    const line = [command, ...parameters].join(' ');
    throw new Error(code === 127 ? `there is no ${command} on the PATH.` : `${line} failed:\n${words}`);
  };
}
