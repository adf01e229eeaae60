import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const lines = readFileSync(`${ROOT}SECURITY.md`, 'utf8').split('\n');
const begin = lines.indexOf('## Threats');

/** The rows of the threats' tables, without their heads. */
const threats = lines
  .slice(begin)
  .filter((line) => line.startsWith('|') && !line.startsWith('|---') && !line.startsWith('| tries |'));

test('SECURITY.md knows threats', () => expect(threats.length).toBeGreaterThan(20));

test('every threat names tests, and every one of them exists', () => {
  const named = threats.map((line) => [line.split('|')[1]!.trim(), line.match(/`test\/[\w./-]+`/g) ?? []] as const);
  expect(named.filter(([, tests]) => tests.length === 0)).toEqual([]);
  const missing = named.flatMap(([, tests]) => tests).filter((path) => !existsSync(ROOT + path.replaceAll('`', '')));
  expect(missing).toEqual([]);
});

test('every actor and every file that it links to exists', () => {
  expect(lines.filter((line) => line.startsWith('### '))).toHaveLength(6);
  const links = lines.join('\n').matchAll(/\]\(([^)#]+)\)/g);
  expect([...links].map(([, path]) => path!).filter((path) => !existsSync(ROOT + path))).toEqual([]);
});
