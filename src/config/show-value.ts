const SHOWN_CHARACTERS = 100;

/** What would move a terminal's cursor or change its colours, made visible. */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A URL's query often is an API key. */
function withoutQuery(text: string): string {
  const query = text.indexOf('?');
  return query >= 0 && query < text.length - 1 && text.slice(0, query).includes('://')
    ? `${text.slice(0, query)}?…`
    : text;
}

/** What stands before an @ often ends in a password; up to the last @, since a password that nobody encoded may have one. */
function withoutUserInfo(text: string): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return text;
  const scheme = text.slice(0, at).indexOf('://');
  return `${scheme < 0 ? '' : text.slice(0, scheme + 3)}…${text.slice(at)}`;
}

/** A value for people: quoted, on one line, of bounded length, and without what a URL may carry as credentials. */
export function showValue(text: string): string {
  const bare = withoutQuery(withoutUserInfo(text));
  const shown = bare.length > SHOWN_CHARACTERS ? `${bare.slice(0, SHOWN_CHARACTERS)}…` : bare;
  return escapeControls(JSON.stringify(shown));
}
