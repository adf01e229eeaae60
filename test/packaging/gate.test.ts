import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const CI = fileURLToPath(new URL('../../.ci/', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'genai-extproc-gate-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const GREEN_CHECKS = [
  { name: 'types', passed: true },
  { name: 'lint', passed: true },
];
const GREEN_TESTS = report('passed', ['passed', 'passed', 'passed']);

describe('the gate', () => {
  test('can be run', () => expect(() => accessSync(join(CI, 'run'), constants.X_OK)).not.toThrow());

  test('adds up checks and tests', () => {
    expect(tally(GREEN_CHECKS, GREEN_TESTS)).toEqual({ last: '5 passed, 0 failed', exit: 0 });
  });

  test.each([
    ['a failed check', [{ name: 'types', passed: false }, ...GREEN_CHECKS], GREEN_TESTS, '5 passed, 1 failed'],
    ['a failed test', GREEN_CHECKS, report('failed', ['passed', 'failed']), '3 passed, 1 failed'],
    ['a file that failed outside its tests', GREEN_CHECKS, report('failed', ['passed']), '3 passed, 1 failed'],
    ['a file that could not be loaded', GREEN_CHECKS, report('failed', []), '2 passed, 2 failed'],
    ['no tests at all', GREEN_CHECKS, { testResults: [] }, '2 passed, 1 failed'],
    ['a report that is missing', GREEN_CHECKS, undefined, '2 passed, 1 failed'],
    ['checks that never ran', undefined, GREEN_TESTS, '3 passed, 1 failed'],
  ])('fails for %s', (_, checks, tests, last) => expect(tally(checks, tests)).toEqual({ last, exit: 1 }));

  test('fails when a command failed and its report does not say why', () => {
    expect(tally(GREEN_CHECKS, GREEN_TESTS, '0', '1')).toEqual({ last: '5 passed, 1 failed', exit: 1 });
  });

  test('does not count what was skipped', () => {
    expect(tally(GREEN_CHECKS, report('passed', ['passed', 'skipped', 'todo'])).last).toBe('3 passed, 0 failed');
  });
});

/** A report in vitest's JSON format, as far as it is read. */
function report(status: string, tests: string[]): object {
  const assertionResults = tests.map((result, index) => ({ status: result, fullName: `test ${index}` }));
  return { testResults: [{ name: 'some.test.ts', status, message: '', assertionResults }] };
}

function tally(
  checks: unknown,
  tests: unknown,
  checkExit = '0',
  testExit = '0',
): { last: string; exit: number | null } {
  const files = { 'checks.json': checks, 'tests.json': tests };
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    if (content === undefined) rmSync(path, { force: true });
    else writeFileSync(path, JSON.stringify(content));
  }
  const words = [
    join(CI, 'tally.mjs'),
    ...Object.keys(files).map((name) => join(directory, name)),
    checkExit,
    testExit,
  ];
  const { stdout, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  return { last: stdout.trimEnd().split('\n').at(-1) ?? '', exit: status };
}
