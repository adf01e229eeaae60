// `npm run test:oracle`: the sidecar's spans against those of the instrumented official Python clients, call by call; writes
// docs/conformance.md. Needs Python 3 with pip and, the first time, PyPI.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, ROOT } from './lib/prepare.mjs';

await prepare();
const { findEnvoy } = await import(join(ROOT, 'dist', 'up', 'find-envoy.js'));
const { createProgress } = await import(join(ROOT, 'dist', 'up', 'progress.js'));
const { cacheFolder, findPip, installPythonPackages } = await import(join(ROOT, 'dist', 'up', 'python-packages.js'));
const { formatError } = await import(join(ROOT, 'dist', 'util', 'errors.js'));
const { startVitest } = await import('vitest/node');
const folder = join(ROOT, 'test', 'oracle');

try {
  process.env.ENVOY_BIN = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
  process.env.ORACLE_PACKAGES = await installPackages();
  const vitest = await startVitest('test', [], {
    root: ROOT,
    config: false,
    watch: false,
    include: ['test/oracle/*.test.ts'],
    hookTimeout: 60_000,
  });
  const ran = vitest.state.getFiles().length;
  if (ran === 0 || vitest.state.getFailedFilepaths().length > 0) process.exitCode = 1;
  await vitest.close();
} catch (error) {
  console.error(formatError(error));
  process.exitCode = 1;
}

/** Where the packages of requirements.txt are; another list gets another folder. */
async function installPackages() {
  const list = readFileSync(join(folder, 'requirements.txt'), 'utf8');
  const requirements = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const pip = await findPip(process.env);
  if (!pip) throw new Error('python3 has no pip: install python3-pip (Debian, Ubuntu) or the like, then try again.');
  const version = createHash('sha256').update(list).digest('hex').slice(0, 12);
  const packages = join(cacheFolder(process.env), `oracle-${version}`);
  await installPythonPackages({ pip, requirements, folder: packages, env: process.env });
  return packages;
}
