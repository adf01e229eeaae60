// `npm run test:faults`: every call shape meets every fault behind a real Envoy; writes docs/reliability.md. Choose faults:
// npm run test:faults -- --only client-abort,sigkill; --quick plays about one cell in six. Neither writes the page.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, ROOT } from './lib/prepare.mjs';

const OPTIONS = { only: { type: 'string' }, quick: { type: 'boolean' }, patient: { type: 'boolean' } };
const USAGE = `Usage: npm run test:faults [-- options]

  --only NAMES  these faults, printed only
  --quick       about one cell in six, printed only
  --patient     Envoy waits longer for the sidecar, for a machine that is busy with other things; printed only
`;

const chosen = readArguments();
await prepare();
const { findEnvoy } = await import(join(ROOT, 'dist', 'up', 'find-envoy.js'));
const { createProgress } = await import(join(ROOT, 'dist', 'up', 'progress.js'));
const { formatError } = await import(join(ROOT, 'dist', 'util', 'errors.js'));
try {
  process.env.ENVOY_BIN = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
} catch (error) {
  console.error(formatError(error));
  process.exit(1);
}
if (chosen.only !== undefined) process.env.FAULTS_ONLY = chosen.only;
if (chosen.quick) process.env.FAULTS_QUICK = '1';
if (chosen.patient) process.env.FAULTS_PATIENT = '1';
if (Object.keys(chosen).length === 0) process.env.FAULTS_PAGE = join(ROOT, 'docs', 'reliability.md');
const { startVitest } = await import('vitest/node');
const vitest = await startVitest('test', [], {
  config: false,
  root: ROOT,
  watch: false,
  include: ['test/faults/matrix.ts'],
  reporters: ['verbose'],
  hookTimeout: 120_000,
  disableConsoleIntercept: true,
});
const ran = vitest.state.getFiles().length;
if (ran === 0 || vitest.state.getFailedFilepaths().length > 0) process.exitCode = 1;
await vitest.close();

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    console.error(`faults: ${error.message}\n${USAGE}`);
    return process.exit(1);
  }
}
