export interface Distribution {
  p50: number | undefined;
  p99: number | undefined;
  max: number | undefined;
  count: number;
}
export interface Spread {
  median: number;
  min: number;
  max: number;
}
export function percentile(sorted: ArrayLike<number>, quantile: number): number | undefined;
export function distribution(values: Iterable<number>): Distribution;
export function overRounds(values: readonly (number | undefined)[]): Spread | undefined;
export function pairedOverRounds(
  first: readonly (number | undefined)[],
  second: readonly (number | undefined)[],
  compare: (a: number, b: number) => number,
): Spread | undefined;
