// `npm run soak`: mixed traffic through a real Envoy, and whether the sidecar grows or loses count. Flags: --minutes N (10), --rate N
// (calls started a second, 100), --dry (prints, and leaves docs/soak.md as it is). Exit code 2: a bar does not hold.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, ROOT } from './lib/prepare.mjs';

const USAGE = 'npm run soak -- [--minutes N] [--rate N] [--dry]';
const { minutes, rate, dry } = readOptions();

await prepare();
const { findEnvoy } = await import(join(ROOT, 'dist', 'up', 'find-envoy.js'));
const { createProgress } = await import(join(ROOT, 'dist', 'up', 'progress.js'));
const { runSoak } = await import(join(ROOT, 'soak', 'run.mjs'));
try {
  const envoy = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
  process.exitCode = await runSoak({ envoy, minutes, rate, publish: !dry });
} catch (error) {
  console.error(`soak: ${error.message}`);
  process.exitCode = 1;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '10' },
        rate: { type: 'string', default: '100' },
        dry: { type: 'boolean', default: false },
      },
    });
    const read = (name) => {
      const value = Number(values[name]);
      if (!(value > 0 && value <= 10_000)) throw new Error(`--${name} ${values[name]}: give a number above 0.`);
      return value;
    };
    return { minutes: read('minutes'), rate: read('rate'), dry: values.dry };
  } catch (error) {
    console.error(`soak: ${error.message}\nUsage: ${USAGE}`);
    return process.exit(1);
  }
}
