import type { Spread } from './statistics.mjs';

/** What one measure of one target gave; the bars read no more than this. */
export interface Slice {
  latency: { p50: number; p99: number };
  cpuMicros?: number;
  memory?: { current: number; peak: number };
  pause?: { max: number; p99: number };
}
/** Slices by round, of each target of each scenario. */
export type Results = Record<string, Record<string, Slice[]>>;
export interface Bar {
  what: string;
  unit: string;
  most: number;
  figure: Spread | undefined;
  verdict: 'pass' | 'miss' | 'not measured';
}
export function addedLatency(
  results: Results,
  scenario: string,
  target: string,
  quantile: 'p50' | 'p99',
): (number | undefined)[];
export function judge(results: Results): Bar[];
