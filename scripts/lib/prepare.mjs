import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { run } from './run.mjs';

/** The package's root. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const OLDEST_NODE = [20, 19];

/**
 * Makes a fresh clone ready: the locked dependencies and a build, each only if it is missing or old.
 * Exits the process, with the reason on stderr, when that fails.
 */
export async function prepare() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    console.error(`Node ${process.versions.node} is too old: Node ${OLDEST_NODE.join('.')} or newer is needed.`);
    process.exit(1);
  }
  if (isInstalled() && isBuilt()) return;
  // two commands at once in a fresh clone: one works, the other waits
  await withLock(join(ROOT, '.cache'), async () => {
    if (!isInstalled()) await install();
    if (!isBuilt()) await build();
  });
}

/** Whether node_modules holds what package-lock.json says, by npm's own record of what it installed. */
function isInstalled() {
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const locked = readPackages(join(ROOT, 'package-lock.json'));
  const installed = readPackages(record);
  const isThere = ([path, entry]) => entry.optional || installed[path]?.version === entry.version;
  const isWanted = ([path, entry]) => locked[path]?.version === entry.version;
  return Object.entries(locked).every(isThere) && Object.entries(installed).every(isWanted);
}

/**
 * @param {string} path a lockfile
 * @returns {Record<string, { version: string, optional?: boolean }>} by their place below node_modules
 */
function readPackages(path) {
  const { '': _root, ...packages } = JSON.parse(readFileSync(path, 'utf8')).packages;
  return packages;
}

async function install() {
  console.error('Installing the locked dependencies …');
  // npm's own program when npm started us: the one on the PATH may be another
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command, ...parameters] = npm;
  parameters.push('ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  exitOnFailure(await run(command, parameters, { cwd: ROOT }), 'npm ci');
}

/** Whether dist/ is newer than everything it is made from (folders too: a deleted file changes its folder). */
function isBuilt() {
  const main = join(ROOT, 'dist', 'main.js');
  if (!existsSync(main)) return false;
  const sources = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) => join(ROOT, name));
  return Math.max(newest(join(ROOT, 'src')), ...sources.map((path) => statSync(path).mtimeMs)) < statSync(main).mtimeMs;
}

function newest(folder) {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
  });
  return Math.max(statSync(folder).mtimeMs, ...times);
}

async function build() {
  console.error('Building …');
  // beside dist/ and then in its place: an interrupted build leaves no half of one
  const target = join(ROOT, 'dist');
  const fresh = `${target}.${process.pid}`;
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const code = await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], { cwd: ROOT });
  if (code === 0) {
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  }
  rmSync(fresh, { recursive: true, force: true });
  exitOnFailure(code, 'The build');
}

function exitOnFailure(code, what) {
  if (code === 0) return;
  if (code < 128) console.error(`${what} failed with exit code ${code}.`);
  process.exit(code);
}
