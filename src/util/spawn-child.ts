/** The one place where processes are started, so that each of them knows its root session (`process-identity.ts`). */
import { type ChildProcess, execFile, type ForkOptions, fork, type SpawnOptions, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { childEnvironment } from './process-identity.js';

/** As Node's own `spawn`. */
export function spawnChild(command: string, parameters: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(command, parameters, { ...options, env: childEnvironment(options.env) });
}

/** As Node's own `fork`: a Node program with a channel for messages. */
export function forkChild(module: string, parameters: readonly string[], options: ForkOptions = {}): ChildProcess {
  return fork(module, parameters, { ...options, env: childEnvironment(options.env) });
}

/** Runs a command to its end; rejects when it cannot be run, fails, or takes longer than `timeout` milliseconds. */
export async function outputOfChild(
  command: string,
  parameters: readonly string[],
  options: { env?: NodeJS.ProcessEnv; timeout: number },
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...parameters], {
    timeout: options.timeout,
    env: childEnvironment(options.env),
  });
  return stdout;
}
