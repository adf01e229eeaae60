import type { Spread } from './statistics.mjs';

/** What one target gave in one round; the bars read no more than this. Milliseconds, microseconds and bytes. */
export interface Slice {
  latency: { p50: number; p99: number };
  delay?: { p50: number; p99: number };
  cpuMicros?: number;
  memory?: { current: number; peak: number };
  pause?: { max: number; p99: number };
}
/** What a target's idle streams gave. */
export interface IdleSlice {
  openCount: number;
  idle: { before: number; open: number; after: number; peak: number };
  idleCpu: number;
  longestPause: number;
  openedPerSecond: number;
  finishedPerSecond: number;
}
/** Slices by round, of each target of each scenario. */
export type Results = Record<string, Record<string, (Slice | IdleSlice)[]>>;
export interface Bar {
  what: string;
  unit: string;
  most: number;
  figure: Spread | undefined;
  verdict: 'pass' | 'miss' | 'not measured';
}
export function added(
  results: Results,
  scenario: string,
  target: string,
  quantile: 'p50' | 'p99',
  what?: 'latency' | 'delay',
): (number | undefined)[];
export function judge(results: Results): Bar[];
