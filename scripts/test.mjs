// `npm test`: every gated test, against a real Envoy, in a fresh clone too. Flags go to vitest: npm test -- test/up
import { join } from 'node:path';
import { prepare, ROOT } from './lib/prepare.mjs';
import { run } from './lib/run.mjs';

await prepare();
const { findEnvoy } = await import(join(ROOT, 'dist', 'up', 'find-envoy.js'));
const { createProgress } = await import(join(ROOT, 'dist', 'up', 'progress.js'));
let envoy;
try {
  envoy = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
} catch (error) {
  const { formatError } = await import(join(ROOT, 'dist', 'util', 'errors.js'));
  console.error(formatError(error));
  process.exit(1);
}
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
process.exitCode = await run(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: ROOT,
  env: { ...process.env, ENVOY_BIN: envoy },
});
