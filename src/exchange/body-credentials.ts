/**
 * Credentials inside of bodies: a request hands the model's provider the keys of MCP servers (Anthropic API reference, "MCP connector";
 * OpenAI API reference, MCP tool). They leave in no signal, whatever the switches say.
 */
import { REDACTED } from '../model/content-policy.js';
import { asArray, emptyObject, type Json, type JsonObject } from '../model/json.js';

/** Levels of a body that are looked at; no API reads a key that stands deeper. */
const LEVELS = 64;
/** Members of an MCP server, or of the tool that stands for one, that hold credentials. */
const OF_SERVER = ['authorization_token', 'authorization', 'headers'];
/** An ASCII letter or `_` in the form of an escape: nobody writes them so but to hide a name. */
const ESCAPED_LETTER = /\\u00[4-7][0-9a-f]/i;

/** Whether a body may hold credentials; cheap, and never wrong when it says no. */
export function mayHoldCredentials(text: string): boolean {
  if (text.includes('authorization') || text.includes('"headers"')) return true;
  return text.includes('\\u00') && ESCAPED_LETTER.test(text);
}

/** The body with the marker in the place of its credentials; the same object when it has none. */
export function withoutCredentials(body: JsonObject): JsonObject {
  return hideIn(body, false, 0);
}

/** Copies what must change, and nothing else. `servers`: the value is a list of MCP servers. */
function hide(value: Json, servers: boolean, level: number): Json {
  if (level > LEVELS || typeof value !== 'object' || value === null) return value;
  const list = asArray(value);
  if (!list) return hideIn(value as JsonObject, servers, level);
  let copy: Json[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const shown = hide(list[index] as Json, servers, level + 1);
    if (shown === list[index]) continue;
    copy ??= list.slice();
    copy[index] = shown;
  }
  return copy ?? value;
}

function hideIn(object: JsonObject, server: boolean, level: number): JsonObject {
  const ofServer = server || object['type'] === 'mcp';
  let copy: JsonObject | undefined;
  for (const key of Object.keys(object)) {
    const member = object[key];
    if (member === undefined) continue;
    const shown = isSecret(key, member, ofServer) ? REDACTED : hide(member, key === 'mcp_servers', level + 1);
    if (shown === member) continue;
    copy ??= Object.assign(emptyObject(), object);
    copy[key] = shown;
  }
  return copy ?? object;
}

/** Outside of a server the name alone tells, and only of a text: a tool's schema may have a property of that name. */
function isSecret(key: string, value: Json, ofServer: boolean): boolean {
  if (value === null || value === '') return false;
  return ofServer ? OF_SERVER.includes(key) : key === 'authorization_token' && typeof value === 'string';
}

/** A text that is no whole body (it was cut, or does not parse), with the marker in the place of what may be a credential. */
export function textWithoutCredentials(text: string): string {
  if (ESCAPED_LETTER.test(text)) return REDACTED;
  // what tells that they are a server's may have been cut away
  const names = /"(?:authorization(?:_token)?|headers)"\s*:\s*/g;
  let shown = '';
  let from = 0;
  for (let found = names.exec(text); found; found = names.exec(text)) {
    const start = names.lastIndex;
    const end = endOfValue(text, start);
    if (end === start) continue;
    shown += `${text.slice(from, start)}"${REDACTED}"`;
    from = end;
    names.lastIndex = end;
  }
  return shown + text.slice(from);
}

/** Where a text or an object that begins at `start` ends, or the whole text does; `start` for a value of another kind. */
function endOfValue(text: string, start: number): number {
  if (text[start] !== '"' && text[start] !== '{') return start;
  let depth = 0;
  let quoted = false;
  for (let place = start; place < text.length; place += 1) {
    const character = text[place];
    if (character === '\\') place += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') depth += 1;
    else if (!quoted && character === '}') depth -= 1;
    if (!quoted && depth === 0) return place + 1;
  }
  return text.length;
}
