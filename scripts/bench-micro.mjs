// `npm run bench:micro`: what a call costs the sidecar's own code. Flags are passed through: npm run bench:micro -- --only small
import { join } from 'node:path';
import { prepare, ROOT } from './lib/prepare.mjs';

await prepare();
await import(join(ROOT, 'bench', 'micro', 'run.mjs'));
