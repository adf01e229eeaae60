import { asObject, type JsonObject, parseJson } from '../model/json.js';

/** Bytes from the end that are searched; a usage object and what follows it are far smaller. */
const TAIL_BYTES = 4096;
/** Places that are tried. */
const ATTEMPTS = 8;

/**
 * The last top-level members of a big JSON object, from the first of `names` that stands in its tail, without reading what is before.
 * `{` + the rest of the text must parse: that proves that the name is a member of the root, not of something nested and not text
 * (inside a string its quotes would be escaped). `undefined` when no place parses.
 */
export function readJsonTail(text: Buffer, names: readonly string[]): JsonObject | undefined {
  const tail = text.subarray(Math.max(0, text.length - TAIL_BYTES)).toString('utf8');
  const places = names
    .flatMap((name) => indexesOf(tail, `"${name}"`))
    // an escaped quote: the name is the end of a longer one
    .filter((place) => tail[place - 1] !== '\\')
    .sort((first, second) => first - second)
    .slice(-ATTEMPTS);
  for (const place of places) {
    const members = asObject(parseJson(`{${tail.slice(place)}`));
    if (members) return members;
  }
  return undefined;
}

function indexesOf(text: string, part: string): number[] {
  const indexes: number[] = [];
  for (let index = text.indexOf(part); index !== -1; index = text.indexOf(part, index + 1)) indexes.push(index);
  return indexes;
}
