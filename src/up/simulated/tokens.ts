/** Up to six letters or digits, or one other character, with the blanks before it; blanks alone only at the end. */
const TOKEN = /\s*(?:[\p{L}\p{M}\p{N}]{1,6}|\S)|\s+/gu;

/** The text in the simulated model's tokens; joined they are the text again. */
export function splitTokens(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

/** How many tokens {@link splitTokens} would give. */
export function countTokens(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(TOKEN)) count += 1;
  return count;
}
