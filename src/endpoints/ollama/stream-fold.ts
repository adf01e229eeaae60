/** Joins the lines of a streamed `/api/chat` or `/api/generate` into the answer that was not streamed. */
import { asArray, asObject, asString, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import type { StreamFold } from '../endpoint.js';
import { without } from '../openai/envelope.js';

/** Members of an answer, or of its message, whose texts are joined. */
const JOINED = ['response', 'content', 'thinking'];
/** Members whose lists are joined; each line brings whole entries. */
const LISTED = ['tool_calls', 'images', 'logprobs'];
/** Members of one object that are kept. */
const MEMBERS = 64;
/** Entries of one list that are kept, log probabilities of a long answer among them. */
const ENTRIES = 65_536;

/** Creates the fold of one stream. A later value of a member replaces an earlier one, unless it is a text or a list to be joined. */
export function createLineFold(): StreamFold {
  const answer = emptyObject();
  return {
    push: (event) => fold(answer, event),
    result() {
      const whole = without(answer, []);
      const message = asObject(answer['message']);
      if (message) whole['message'] = without(message, []);
      return whole;
    },
  };
}

function fold(target: JsonObject, update: JsonObject): void {
  for (const key of Object.keys(update)) {
    const value = update[key];
    if (value === null || value === undefined) continue;
    if (!(key in target) && Object.keys(target).length >= MEMBERS) continue;
    target[key] = joined(key, target[key], value);
  }
}

function joined(key: string, before: Json | undefined, value: Json): Json {
  if (JOINED.includes(key) && typeof value === 'string') return (asString(before) ?? '') + value;
  if (LISTED.includes(key) && Array.isArray(value)) return append(asArray(before), value);
  const message = key === 'message' ? asObject(value) : undefined;
  if (!message) return value;
  const whole = asObject(before) ?? emptyObject();
  fold(whole, message);
  return whole;
}

/** Appends to a list of ours (copied at first: the line's own is not changed). */
function append(list: Json[] | undefined, more: readonly Json[]): Json[] {
  if (!list) return more.slice(0, ENTRIES);
  for (const entry of more) if (list.length < ENTRIES) list.push(entry);
  return list;
}
