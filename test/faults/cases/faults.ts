import type { Fault } from '../support/fault.js';
import { ENVOYS_OWN_FAULTS } from './envoys-own.js';
import { ORDINARY_FAULTS } from './ordinary.js';
import { SIDECAR_FAULTS } from './sidecar.js';
import { SURROUNDINGS_FAULTS } from './surroundings.js';

/** The whole matrix, in the order of its table. */
export const FAULTS: readonly Fault[] = [
  ...ORDINARY_FAULTS,
  ...ENVOYS_OWN_FAULTS,
  ...SIDECAR_FAULTS,
  ...SURROUNDINGS_FAULTS,
];
