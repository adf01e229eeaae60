// `npm start`: the command `up`, in a fresh clone too. Flags are passed through: npm start -- --upstream simulated
import { join } from 'node:path';
import { prepare, ROOT } from './lib/prepare.mjs';

await prepare();
// in this process: a signal to it needs nobody to pass it on
const main = join(ROOT, 'dist', 'main.js');
process.argv = [process.execPath, main, 'up', ...process.argv.slice(2)];
await import(main);
