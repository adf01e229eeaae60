/** Values of one combination by dimension. */
type Row = Record<string, unknown>;
type Dimensions = Readonly<Record<string, readonly unknown[]>>;

/**
 * Combinations in which every possible pair of values of two dimensions occurs at least once. Greedy: each row takes the pair that
 * is longest uncovered and fills the other dimensions with what covers most. The same input gives the same rows.
 * @param isPossible judges complete and partial rows; what it refuses once it refuses with more values too
 */
export function pairwise<Value extends object>(
  dimensions: Dimensions,
  isPossible: (row: Partial<Value>) => boolean,
): Value[] {
  const names = Object.keys(dimensions);
  const possible = (row: Row) => isPossible(row as Partial<Value>);
  const open = new Map<string, Row>();
  names.forEach((first, index) => {
    for (const second of names.slice(index + 1)) {
      for (const one of dimensions[first] ?? []) {
        for (const other of dimensions[second] ?? []) {
          const pair = { [first]: one, [second]: other };
          if (possible(pair)) open.set(keyOf(pair), pair);
        }
      }
    }
  });
  const rows: Row[] = [];
  for (;;) {
    const seed = open.entries().next().value;
    if (!seed) return rows as Value[];
    const row = complete(seed[1]);
    // a pair that no whole row can have is none
    open.delete(seed[0]);
    if (!row) continue;
    for (const pair of pairsOf(row)) open.delete(pair);
    rows.push(row);
  }

  /** Fills what is missing; backs out of a value that leaves nothing possible for another dimension. */
  function complete(row: Row): Row | undefined {
    const missing = names.find((name) => !(name in row));
    if (missing === undefined) return row;
    const candidates = (dimensions[missing] ?? [])
      .map((value) => ({ ...row, [missing]: value }))
      .filter(possible)
      .map((candidate) => ({ candidate, gain: pairsOf(candidate).filter((pair) => open.has(pair)).length }))
      .sort((one, other) => other.gain - one.gain);
    for (const { candidate } of candidates) {
      const whole = complete(candidate);
      if (whole) return whole;
    }
    return undefined;
  }

  function pairsOf(row: Row): string[] {
    const present = names.filter((name) => name in row);
    return present.flatMap((first, index) =>
      present.slice(index + 1).map((second) => keyOf({ [first]: row[first], [second]: row[second] })),
    );
  }
}

function keyOf(pair: Row): string {
  return Object.entries(pair)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
