import { overRounds, pairedOverRounds } from './statistics.mjs';
import { number, spread, table } from './table.mjs';

/** What two builds are compared by; a figure that a scenario does not have stays out. */
const FIGURES = [
  ['p50', 'ms', (slice) => slice.latency?.p50],
  ['p99', 'ms', (slice) => slice.latency?.p99],
  ['delay an event, p99', 'ms', (slice) => slice.delay?.p99],
  ['longest pause', 'ms', (slice) => slice.pause?.max],
  ['its CPU', 'µs', (slice) => slice.cpuMicros],
  ['RSS with them', 'MB', (slice) => slice.idle && slice.idle.open / 1_000_000],
  ['RSS, peak', 'MB', (slice) => slice.memory && slice.memory.peak / 1_000_000],
];

/**
 * This build beside the one of `--against`: the ratio of their figures within each round, then the median over rounds;
 * `undefined` when not both were measured.
 */
export function againstTable(results) {
  const rows = Object.entries(results).flatMap(([scenario, targets]) => {
    const { us = [], other = [] } = targets;
    return FIGURES.flatMap(([what, unit, pick]) => {
      const [ours, theirs] = [us.map(pick), other.map(pick)];
      const ratio = pairedOverRounds(ours, theirs, (a, b) => a / b);
      if (ratio === undefined) return [];
      const [mine, his] = [overRounds(ours), overRounds(theirs)].map((value) => `${number(value.median)} ${unit}`);
      return [[scenario, what, mine, his, spread(ratio, '×')]];
    });
  });
  if (rows.length === 0) return undefined;
  return table(['scenario', 'figure', 'this build', 'the other', 'this to the other'], rows, ['l', 'l', 'r', 'r', 'r']);
}
