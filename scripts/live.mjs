// `npm run test:live`: tests with the real parts around us (models, an agent, a tracing backend), which are fetched once
// into the cache folder. Choose some: npm run test:live -- --only llama,phoenix
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, ROOT } from './lib/prepare.mjs';

const PARTS = ['llama', 'goose', 'ollama', 'phoenix'];
const PART_MILLIS = 20 * 60_000;

const parts = chosenParts();
await prepare();
const { findEnvoy } = await import(join(ROOT, 'dist', 'up', 'find-envoy.js'));
const { createProgress } = await import(join(ROOT, 'dist', 'up', 'progress.js'));
const { formatError } = await import(join(ROOT, 'dist', 'util', 'errors.js'));
try {
  process.env['ENVOY_BIN'] = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
} catch (error) {
  console.error(formatError(error));
  process.exit(1);
}
const { startVitest } = await import('vitest/node');
const files = parts.map((part) => `test/live/${part}.test.ts`);
const vitest = await startVitest('test', [], {
  config: false,
  root: ROOT,
  run: true,
  watch: false,
  include: files,
  reporters: ['verbose'],
  // they share two cores with a real model
  fileParallelism: false,
  testTimeout: 120_000,
  // the first time a part is fetched there, or built
  hookTimeout: PART_MILLIS,
});
const failed = vitest.state.getFailedFilepaths().length > 0;
const ran = vitest.state.getFiles().length;
await vitest.close();
if (ran !== files.length) console.error(`live: ${ran} of ${files.length} parts ran.`);
process.exitCode = failed || ran !== files.length ? 1 : process.exitCode;

function chosenParts() {
  const fail = (/** @type {string} */ words) => {
    console.error(`live: ${words} Usage: npm run test:live [-- --only ${PARTS.join(',')}]`);
    process.exit(1);
  };
  try {
    const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
    if (only === undefined) return PARTS;
    const chosen = only.split(',').map((part) => part.trim());
    const unknown = chosen.find((part) => !PARTS.includes(part));
    if (unknown !== undefined) fail(`--only: there is no part "${unknown}".`);
    return chosen;
  } catch (error) {
    return fail(/** @type {Error} */ (error).message);
  }
}
