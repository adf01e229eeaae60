// `npm run fuzz`: the gate's fuzzing (test/fuzz) for as long as you like, led by the code that its inputs reach.
// Flags: --seconds N (all targets together, 60), --target NAME[,NAME], --seed N (the time), --save (keeps small inputs that reach
// new code in test/fuzz/corpus), --replay TARGET/FILE (one input of the corpus, in code as it is).
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { instrument } from './lib/instrument.mjs';
import { prepare, ROOT } from './lib/prepare.mjs';

const USAGE = 'npm run fuzz -- [--seconds N] [--target NAME[,NAME]] [--seed N] [--save] [--replay TARGET/FILE]';
/** What reads the bytes of strangers. */
const ROOMS = [
  'config',
  'decode',
  'endpoints',
  'exchange',
  'model',
  'pricing',
  'recorders',
  'server',
  'telemetry',
  'wire',
];
const FOLDERS = [...ROOMS.map((room) => join(ROOT, 'src', room)), join(ROOT, 'src', 'util', 'protobuf-reader')];

const options = readOptions();
await prepare();
process.env['FUZZ_SECONDS'] = options.seconds;
process.env['FUZZ_SEED'] = options.seed ?? String(Date.now() % 2 ** 31);
if (options.target !== undefined) process.env['FUZZ_TARGET'] = options.target;
if (options.save) process.env['FUZZ_SAVE'] = '1';
if (options.replay !== undefined) process.env['FUZZ_REPLAY'] = options.replay;

const { startVitest } = await import('vitest/node');
const plugins =
  options.replay === undefined ? [instrument((path) => FOLDERS.some((part) => path.startsWith(part)))] : [];
const vitest = await startVitest(
  'test',
  [],
  { config: false, root: ROOT, run: true, watch: false, include: ['test/fuzz/fuzz.test.ts'], reporters: ['verbose'] },
  { plugins },
);
const ran = vitest.state.getFiles().length;
if (ran === 0 || vitest.state.getFailedFilepaths().length > 0) process.exitCode = 1;
await vitest.close();

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '60' },
        target: { type: 'string' },
        seed: { type: 'string' },
        save: { type: 'boolean', default: false },
        replay: { type: 'string' },
      },
    });
    for (const name of ['seconds', 'seed']) {
      if (values[name] !== undefined && !/^[1-9]\d{0,8}$/.test(values[name])) {
        throw new Error(`--${name} ${values[name]}: give a whole number from 1.`);
      }
    }
    return values;
  } catch (error) {
    console.error(`fuzz: ${error.message}\nUsage: ${USAGE}`);
    return process.exit(1);
  }
}
