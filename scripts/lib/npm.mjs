import { spawnSync } from 'node:child_process';

/**
 * Runs npm to its end and returns what it printed. Throws with npm's own words when it fails.
 * @param {readonly string[]} parameters
 * @param {string} cwd
 * @returns {string}
 */
export function npm(parameters, cwd) {
  // npm's own program when npm started us: the one on the PATH may be another
  const own = process.env['npm_execpath']?.endsWith('npm-cli.js') ? process.env['npm_execpath'] : undefined;
  const [command, ...first] = own === undefined ? ['npm'] : [process.execPath, own];
  const options = /** @type {const} */ ({ cwd, encoding: 'utf8', maxBuffer: 64 << 20 });
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...parameters], options);
  if (status !== 0) throw new Error(`npm ${parameters[0]}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
