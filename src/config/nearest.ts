/** Beyond this nobody mistyped a name of ours, and the comparison would cost. */
const MAX_CHARACTERS = 100;

/** The number of insertions, deletions, substitutions and swaps of neighbours between two texts. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const substitution = from[row - 1] === to[column - 1] ? 0 : 1;
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + substitution);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}

/** The name that was probably meant; `undefined` when none is near (more than a third of its characters differ). */
export function nearestName(written: string, names: Iterable<string>): string | undefined {
  if (written.length > MAX_CHARACTERS) return undefined;
  let nearest: string | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = editDistance(written, name);
    if (distance < smallest && distance <= Math.ceil(name.length / 3)) {
      nearest = name;
      smallest = distance;
    }
  }
  return nearest;
}
