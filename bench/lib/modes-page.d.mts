import type { Results } from './bars.mjs';
import type { Check, Scenario } from './report.mjs';

export function modesTable(results: Results): string;
export function modesBlock(contents: {
  command: string;
  date: string;
  rounds: number;
  machine: [string, string][];
  checks: readonly Check[];
  scenarios: Scenario[];
  results: Results;
}): string;
