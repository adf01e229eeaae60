import { beforeAll, expect, test } from 'vitest';
import { buildProgram } from '../support/sidecar-process.js';
import { FAULTS } from './cases/faults.js';
import { runFault } from './support/run-fault.js';
import { thinOut } from './support/shapes.js';

/** A part of the fault matrix in every run of the tests; the whole of it is `npm run test:faults`. */
const SLICE = ['client-abort', 'upstream-reset', 'sigterm', 'output-closed', 'output-full'];

beforeAll(() => buildProgram(), 120_000);

test.each(SLICE)(
  '%s: clients, upstreams and signals are as they must be',
  async (name) => {
    const fault = FAULTS.find((candidate) => candidate.name === name)!;
    const { failures, due } = await runFault({ ...fault, cells: thinOut(fault.cells) }, { patient: true });
    expect(failures).toEqual([]);
    expect(due).toBeGreaterThan(0);
  },
  180_000,
);
