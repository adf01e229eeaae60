// `npm run check`: types, lint, architecture and dead code, all of them even when one fails.
// `--json FILE` also writes the outcome of each as `[{ "name": …, "passed": … }]`.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CHECKS = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'architecture', command: ['vitest', 'run', 'test/architecture.test.ts'] },
  { name: 'dead code', command: ['knip', '--treat-config-hints-as-errors'] },
];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { json: { type: 'string' } } });

const outcomes = CHECKS.map(({ name, command: [tool, ...words] }) => {
  console.log(`\n${name}: ${tool} ${words.join(' ')}`);
  const { status } = spawnSync(join(root, 'node_modules/.bin', tool), words, { cwd: root, stdio: 'inherit' });
  return { name, passed: status === 0 };
});

if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(outcomes));
console.log(`\n${outcomes.map(({ name, passed }) => `${passed ? 'ok    ' : 'FAILED'} ${name}`).join('\n')}`);
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
