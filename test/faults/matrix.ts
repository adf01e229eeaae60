/** The fault matrix, run by `npm run test:faults`, which says by environment variables what to play and where the page goes. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../support/sidecar-process.js';
import { FAULTS } from './cases/faults.js';
import { renderReport } from './support/report.js';
import { type FaultResult, runFault } from './support/run-fault.js';
import { thinOut } from './support/shapes.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FAULT_MILLIS = 15 * 60_000;

const only = process.env['FAULTS_ONLY']?.split(',');
const quick = process.env['FAULTS_QUICK'] === '1';
const patient = process.env['FAULTS_PATIENT'] === '1';
const page = process.env['FAULTS_PAGE'];

const chosen = FAULTS.filter(({ name }) => only?.includes(name) ?? true);
const results: FaultResult[] = [];

beforeAll(() => buildProgram(), 120_000);
afterAll(() => {
  if (page !== undefined)
    writeFileSync(page, renderReport(results, { root: ROOT, envoy: process.env['ENVOY_BIN'] ?? 'envoy' }));
});

describe('faults', () => {
  test('those that were asked for exist', () => {
    const names = new Set(FAULTS.map(({ name }) => name));
    expect(only?.filter((name) => !names.has(name)) ?? []).toEqual([]);
  });

  test.each(chosen.map((fault) => [fault.name, fault] as const))(
    '%s',
    async (name, fault) => {
      const cells = quick ? thinOut(fault.cells) : fault.cells;
      const onBatch = (done: number) => void process.stderr.write(`${name}: ${done} of ${cells.length} cells\n`);
      const result = await runFault({ ...fault, cells }, { patient, onBatch });
      results.push(result);
      const { failures, seconds, worstDelay, counters, again } = result;
      const summary = `${result.passed.size} of ${cells.length} cells passed, ${result.due} calls due, ${result.spans} spans, ${result.samples} samples`;
      process.stderr.write(
        `${name}: ${summary}, at most ${Math.round(worstDelay)} ms later, ${Math.round(seconds)} s; ${JSON.stringify(counters)}\n`,
      );
      for (const text of again) process.stderr.write(`${name}, before it was played again: ${text}\n`);
      expect(failures).toEqual([]);
    },
    FAULT_MILLIS,
  );
});
