// `npm run check`: types, lint, architecture and dead code, all of them even when one fails; in a fresh clone too.
// `--json FILE` also writes the outcome of each as `[{ "name": …, "passed": … }]`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, ROOT } from './lib/prepare.mjs';
import { run } from './lib/run.mjs';

const CHECKS = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'architecture', command: ['vitest', 'run', 'test/architecture.test.ts'] },
  { name: 'dead code', command: ['knip', '--no-progress', '--treat-config-hints-as-errors'] },
];

const { values } = parseArgs({ options: { json: { type: 'string' } } });
await prepare();

const outcomes = [];
for (const { name, command } of CHECKS) {
  const [tool, ...words] = command;
  console.log(`\n${name}: ${command.join(' ')}`);
  outcomes.push({ name, passed: (await run(join(ROOT, 'node_modules', '.bin', tool), words)) === 0 });
}

if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(outcomes));
console.log(`\n${outcomes.map(({ name, passed }) => `${passed ? 'ok    ' : 'FAILED'} ${name}`).join('\n')}`);
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
