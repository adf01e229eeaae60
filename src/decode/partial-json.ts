/** A JSON text that was cut: a tool's input whose stream ended too early. */
import { type Json, parseJson } from '../model/json.js';

const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
const SPACE = /\s/;
/** A number, `true`, `false` or `null`, to its last character. */
const WORD = /[^\s{}[\],:"]+/y;

/**
 * The value of a JSON text, or of what is there of it: lists and objects that were not closed end after their last whole value. What is
 * wrong in itself, and a text or a number that stands alone and is not whole, is `undefined`.
 */
export function parsePartialJson(text: string): Json | undefined {
  const whole = parseJson(text);
  if (whole !== undefined) return whole;
  const open: string[] = [];
  let end = 0; // so much of the text can be closed
  let place = 0;
  let awaitsName = false; // the next string is a member's name
  while (place < text.length) {
    const character = text[place] as string;
    if (character in CLOSERS) {
      open.push(character);
      awaitsName = character === '{';
      place += 1;
      end = place;
    } else if (character === '}' || character === ']') {
      if (CLOSERS[open.pop() ?? ''] !== character) return undefined;
      place += 1;
      end = place;
    } else if (character === '"') {
      place = endOfString(text, place);
      if (place === 0) break;
      if (!awaitsName) end = place;
    } else if (character === ',' || character === ':' || SPACE.test(character)) {
      if (character === ',') awaitsName = open.at(-1) === '{';
      if (character === ':') awaitsName = false;
      place += 1;
    } else {
      WORD.lastIndex = place;
      const word = WORD.exec(text)?.[0] ?? '';
      if (parseJson(word) === undefined) break;
      place += word.length;
      end = place;
    }
  }
  const closing = open.reverse().map((opener) => CLOSERS[opener]);
  return end === 0 ? undefined : parseJson(text.slice(0, end) + closing.join(''));
}

/** The place behind the string that begins at `start`; 0 when it does not end. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return 0;
}
