import type { BatchOptions } from './batch.js';
import type { Cell } from './cell.js';
import type { FaultStageOptions } from './fault-stage.js';

/** One fault: the cells that meet it, what they meet it on, and what is asked of them. */
export interface Fault {
  /** For `--only`, and the first column of the table. */
  name: string;
  /** What happens, in a few words. */
  what: string;
  cells: readonly Cell[];
  stage?: Omit<FaultStageOptions, 'listeners'>;
  /** Cells that are played at once; default 32. */
  batch?: number;
  options: Partial<BatchOptions>;
}
