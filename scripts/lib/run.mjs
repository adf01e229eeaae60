import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a command to its end with our own input and output, and passes signals on to it and all its children.
 * Resolves with its exit code; a signal's is 128 and its number, as in a shell.
 * @param {string} command
 * @param {string[]} parameters
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>}
 */
export async function run(command, parameters, options = {}) {
  // a group of its own: Ctrl-C comes to us alone, once, and is passed on to all of it
  const child = spawn(command, parameters, { ...options, stdio: 'inherit', detached: true });
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
    }
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, passOn);
  }
}
