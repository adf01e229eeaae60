const SHOWN_CHARACTERS = 100;

/** What would move a terminal's cursor or change its colours, made visible. */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value for people: quoted, on one line, of bounded length, and without what a URL may carry as credentials. */
export function showValue(text: string): string {
  const bare = text.replace(/:\/\/[^/?#]*@/g, '://…@').replace(/^([^?]*:\/\/[^?]*\?).+$/s, '$1…');
  const shown = bare.length > SHOWN_CHARACTERS ? `${bare.slice(0, SHOWN_CHARACTERS)}…` : bare;
  return escapeControls(JSON.stringify(shown));
}
