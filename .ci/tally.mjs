// Adds up what the gate ran, from machine-readable results: `tally.mjs CHECKS.json TESTS.json CHECK_EXIT TEST_EXIT`.
// Prints the failures and, as the last line, `N passed, N failed`; exits with 1 when anything failed. A result that is
// missing, unreadable or milder than its command's exit code is a failure: silence never passes.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [checksFile, testsFile, checkExit, testExit] = process.argv.slice(2);

/** Outcomes of `npm run check`: one a check. */
function tallyChecks(outcomes) {
  return {
    passed: outcomes.filter(({ passed }) => passed).length,
    failures: outcomes.filter(({ passed }) => !passed).map(({ name }) => `check: ${name}`),
    skipped: [],
  };
}

/** Outcomes of vitest's JSON report: one a test, and one for each file that failed outside its tests. */
function tallyTests(report) {
  const tests = report.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({ status: test.status, name: `${shortName(file)}: ${test.fullName}` })),
  );
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failures: [
      ...tests.filter(({ status }) => status === 'failed').map(({ name }) => name),
      ...brokenFiles.map((file) => `${shortName(file)}: ${file.message || 'failed outside its tests'}`),
    ],
    skipped: tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ name }) => name),
  };
}

function shortName(file) {
  return relative(process.cwd(), file.name);
}

function read(file, command, exit, tally) {
  let result;
  try {
    result = tally(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    return {
      passed: 0,
      failures: [`${command} gave no readable result (exit code ${exit}): ${error.message}`],
      skipped: [],
    };
  }
  if (exit !== '0' && result.failures.length === 0) result.failures.push(`${command} ended with exit code ${exit}`);
  if (result.passed === 0) result.failures.push(`${command} passed nothing`);
  return result;
}

const results = [
  read(checksFile, 'npm run check', checkExit, tallyChecks),
  read(testsFile, 'npm test', testExit, tallyTests),
];
const failures = results.flatMap((result) => result.failures);
const skipped = results.flatMap((result) => result.skipped);
const passed = results.reduce((sum, result) => sum + result.passed, 0);

for (const name of skipped) console.log(`skipped  ${name}`);
for (const name of failures) console.log(`failed   ${name}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
