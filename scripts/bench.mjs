// `npm run bench`: the benchmark behind a real Envoy, in a fresh clone too. Flags are passed through: npm run bench -- --quick
import { join } from 'node:path';
import { prepare, ROOT } from './lib/prepare.mjs';

await prepare();
const { findEnvoy } = await import(join(ROOT, 'dist', 'up', 'find-envoy.js'));
const { createProgress } = await import(join(ROOT, 'dist', 'up', 'progress.js'));
const { runBench } = await import(join(ROOT, 'bench', 'run.mjs'));
try {
  process.exitCode = await runBench({
    findEnvoy: () => findEnvoy({ env: process.env, progress: createProgress(process.stderr) }),
    commandArguments: process.argv.slice(2),
  });
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
