/**
 * The value below which the share `quantile` (0 to 1) of the sorted numbers lies, by nearest rank; `undefined` for none.
 */
export function percentile(sorted, quantile) {
  if (sorted.length === 0) return undefined;
  const rank = Math.ceil(quantile * sorted.length);
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))];
}

/** p50, p99, greatest and count of a list of numbers, which need not be sorted. */
export function distribution(values) {
  const sorted = Float64Array.from(values).sort();
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1), count: sorted.length };
}

/** Median (of an even count: the mean of the middle two), least and greatest over rounds; `undefined` for none. */
export function overRounds(values) {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  const sorted = Float64Array.from(known).sort();
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/**
 * Two targets' figures compared round by round, so that what disturbed a whole round falls out: `compare(a, b)` for each round,
 * then the median over rounds. Rounds that lack either are left out.
 */
export function pairedOverRounds(first, second, compare) {
  const pairs = first.map((value, round) => [value, second[round]]);
  return overRounds(pairs.filter(([a, b]) => a !== undefined && b !== undefined).map(([a, b]) => compare(a, b)));
}
