import type { Fault } from '../support/fault.js';
import { ORDINARY_FAULTS } from './ordinary.js';

/** The whole matrix, in the order of its table. */
export const FAULTS: readonly Fault[] = [...ORDINARY_FAULTS];
