// `npm run test:limits`: the gate's attacks on a sidecar (test/limits) in the sizes that docs/limits.md tells, whose page it writes.
// --only NAMES (files without `.test.ts`) and --quick (the gate's sizes) print only.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderLimits } from './lib/limits-page.mjs';
import { prepare, ROOT } from './lib/prepare.mjs';

const chosen = readArguments();
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
const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-limits-'));
const file = join(folder, 'figures');
process.env['LIMITS_FIGURES'] = file;
if (!chosen.quick) process.env['LIMITS_FULL'] = '1';
const names = chosen.only?.split(',') ?? ['*'];
const { startVitest } = await import('vitest/node');
const vitest = await startVitest('test', [], {
  config: false,
  root: ROOT,
  run: true,
  watch: false,
  include: names.map((name) => `test/limits/${name}.test.ts`),
  reporters: ['verbose'],
  // one attack at a time: the figures are of one
  fileParallelism: false,
  testTimeout: 30 * 60_000,
  hookTimeout: 120_000,
});
const ran = vitest.state.getFiles().length;
const failed = ran === 0 || vitest.state.getFailedFilepaths().length > 0;
await vitest.close();
const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
rmSync(folder, { recursive: true });
const figures = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
const page = join(ROOT, 'docs', 'limits.md');
const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
const { model, length } = { model: cpus()[0]?.model ?? 'unknown', length: cpus().length };
const text = renderLimits({ figures, before, machine: `Node ${process.versions.node}, ${length} × ${model}.` });
if (chosen.quick || chosen.only !== undefined || failed)
  console.log(text.slice(text.indexOf('## What a run has shown')));
else writeFileSync(page, text);
process.exitCode = failed ? 1 : process.exitCode;

function readArguments() {
  try {
    return parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error(
      `limits: ${/** @type {Error} */ (error).message}\nUsage: npm run test:limits [-- --only NAMES] [--quick]`,
    );
    return process.exit(1);
  }
}
