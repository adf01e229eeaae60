import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ORACLE_CASES } from '../oracle/cases/oracle-cases.js';
import { compareSpans } from '../oracle/compare.js';
import { countCases, renderDeclared, versionLines } from '../oracle/conformance-page.js';
import { DECLARED_DIFFERENCES } from '../oracle/declared-differences.js';

const page = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
const packages = readFileSync(new URL('../oracle/requirements.txt', import.meta.url), 'utf8');

test('docs/conformance.md has every declared difference and no other (npm run test:oracle writes it)', () => {
  const rows = page.slice(page.indexOf('## Every difference')).split('\n');
  expect(rows.filter((line) => line.startsWith('| ')).slice(1)).toEqual(DECLARED_DIFFERENCES.map(renderDeclared));
});

test('docs/conformance.md is of a run of today’s cases', () => {
  const counts = [...page.matchAll(/^\| (\w+) \| (\d+) \| \d+ \| \d+ \|$/gm)];
  expect(new Map(counts.map(([, family, count]) => [family, Number(count)]))).toEqual(countCases(ORACLE_CASES));
});

test('docs/conformance.md names the pinned versions', () => {
  const named = [...page.matchAll(/^- `(.+)` (.+)$/gm)].map(([, name, version]) => [name, version] as [string, string]);
  expect(named.length).toBeGreaterThan(0);
  expect(page).toContain(versionLines(Object.fromEntries(named)).join('\n'));
  for (const [name, version] of named) expect(packages.split('\n')).toContain(`${name}==${version}`);
});

test('the cases have names of their own, and there are enough of them', () => {
  const names = ORACLE_CASES.map(({ family, name }) => `${family}: ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(60);
});

const span = (attributes: Record<string, unknown>, message = '') => ({
  status: { code: message === '' ? 'OK' : 'ERROR', message },
  attributes,
  events:
    message === ''
      ? []
      : [{ name: 'exception', attributes: { 'exception.type': 'Error', 'exception.message': message } }],
});

test('the comparison sees what differs, on either side, and only that', () => {
  const { equal, differences } = compareSpans(
    span({ 'input.value': '{"a": 1, "b": [1.0]}', 'llm.model_name': 'm', gone: 1, 'output.value': '{"a":null}' }),
    span({
      'input.value': '{"b":[1],"a":1}',
      'llm.model_name': 'n',
      more: '',
      'output.value': '{}',
      'llm.token_count.total': 0,
    }),
  );
  expect(differences).toEqual([
    { key: 'gone', official: 1, ours: undefined },
    { key: 'llm.model_name', official: 'm', ours: 'n' },
    { key: 'more', official: undefined, ours: '' },
  ]);
  expect(equal).toBe(3);
});

test('the comparison sees status and exception', () => {
  const keys = compareSpans(span({}), span({}, 'Broken')).differences.map(({ key }) => key);
  expect(keys).toEqual(['exception.message', 'exception.type', 'status']);
  expect(compareSpans(span({ 'input.value': '{"a":null}' }), span({ 'input.value': '{}' })).differences).toHaveLength(
    1,
  );
});
