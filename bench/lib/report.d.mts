import type { Bar, Results } from './bars.mjs';

export interface Scenario {
  name: string;
  title: string;
  unit: string;
  exchange?: string;
  without?: string[];
  measuresPause?: boolean;
  streams?: number;
}
export interface Check {
  what: string;
  passed: boolean;
  found: string;
}
export function scenarioTable(scenario: Scenario, results: Results): string;
export function barTable(bars: readonly Bar[]): string;
export function checkTable(checks: readonly Check[]): string;
export function page(contents: {
  command: string;
  date: string;
  rounds: number;
  machine: [string, string][];
  bars: readonly Bar[];
  checks: readonly Check[];
  scenarios: Scenario[];
  results: Results;
  notes: string;
}): string;
