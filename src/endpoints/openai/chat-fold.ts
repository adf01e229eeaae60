/** Joins the chunks of a streamed chat completion (telemetry contract, section 6, "Stream fold"). */
import { asArray, asObject, asString, asText, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import type { EventFacts, StreamFold } from '../endpoint.js';
import { CHOICES, choiceIndex, foldMembers, readChunk, sizeOf, sumOf } from './envelope.js';

/** Members of a delta whose texts are joined; vendors name the reasoning differently. */
const JOINED = ['content', 'reasoning', 'reasoning_content', 'refusal'];
/** Members of a delta whose lists are joined. */
const LISTED = ['annotations', 'reasoning_details'];
/** Tool calls of one choice that are kept; the API allows 128. */
const TOOL_CALLS = 128;
/** Members of one message that are kept. */
const MEMBERS = 64;

interface ChoiceFold {
  finishReason?: string | undefined;
  message: JsonObject;
  /** Made when there are some: most streams have neither. */
  toolCalls: Map<number, JsonObject> | undefined;
  logprobs: Map<string, Json[]> | undefined;
}

/** Creates the fold of one streamed chat completion. */
export function createChatFold(): StreamFold {
  const members = emptyObject();
  const sizes = new Map<string, number>();
  const choices = new Map<number, ChoiceFold>();
  let joined = 0; // characters that the choices hold

  function choiceAt(index: number): ChoiceFold | undefined {
    let choice = choices.get(index);
    if (!choice && choices.size < CHOICES) {
      choice = { message: emptyObject(), toolCalls: undefined, logprobs: undefined };
      choices.set(index, choice);
    }
    return choice;
  }

  return {
    push(event, characters) {
      foldMembers(members, event, sizes, characters);
      for (const [place, entry] of (asArray(event['choices']) ?? []).entries()) {
        const chunk = asObject(entry);
        const index = choiceIndex(chunk, place);
        const choice = index === undefined ? undefined : choiceAt(index);
        if (!chunk || !choice) continue;
        const reason = asText(chunk['finish_reason']);
        choice.finishReason = reason ?? choice.finishReason;
        joined += reason?.length ?? 0;
        joined += foldDelta(choice, asObject(chunk['delta']) ?? {}, characters);
        joined += foldLogprobs(choice, asObject(chunk['logprobs'])) ? characters : 0;
      }
    },
    held: () => joined + sumOf(sizes),
    result() {
      const folded = emptyObject();
      for (const key of Object.keys(members)) folded[key] = members[key];
      folded['choices'] = [...choices.entries()].sort(([first], [second]) => first - second).map(foldedChoice);
      return folded;
    },
  };
}

/** One chunk of a streamed chat completion. */
export function readChatChunk(event: JsonObject): EventFacts {
  const choices = asArray(event['choices']) ?? [];
  return readChunk(
    event,
    choices.some((choice) => carriesContent(asObject(asObject(choice)?.['delta']) ?? {})),
  );
}

/** Generated content: text, reasoning, refusal, audio or a tool call; a role alone or an empty text is none. */
function carriesContent(delta: JsonObject): boolean {
  return (
    JOINED.some((key) => asText(delta[key]) !== undefined) ||
    (asArray(delta['tool_calls'])?.length ?? 0) > 0 ||
    asObject(delta['function_call']) !== undefined ||
    asObject(delta['audio']) !== undefined
  );
}

/** Returns the characters that the choice holds more, like everything here that folds a part of an event of `characters`. */
function foldDelta(choice: ChoiceFold, delta: JsonObject, characters: number): number {
  const message = choice.message;
  let grown = 0;
  for (const key of Object.keys(delta)) {
    const value = delta[key];
    if (value === null || value === undefined) continue;
    if (key === 'tool_calls') {
      choice.toolCalls ??= new Map();
      grown += foldToolCalls(choice.toolCalls, asArray(value) ?? [], characters);
    } else if (!(key in message) && Object.keys(message).length >= MEMBERS) continue;
    else if (JOINED.includes(key) && typeof value === 'string') {
      message[key] = (asString(message[key]) ?? '') + value;
      grown += value.length;
    } else if (LISTED.includes(key) && Array.isArray(value)) {
      message[key] = append(asArray(message[key]), value);
      if (value.length > 0) grown += characters;
    } else if (key === 'function_call') grown += joinMember(message, key, value, ['arguments'], characters);
    else if (key === 'audio') grown += joinMember(message, key, value, ['data', 'transcript'], characters);
    else grown += replace(message, key, value, characters);
  }
  return grown;
}

/** Sets a member; a value that servers repeat with every chunk (the role) counts once. */
function replace(target: JsonObject, key: string, value: Json, characters: number): number {
  const grown = target[key] === value ? 0 : key.length + sizeOf(value, characters);
  target[key] = value;
  return grown;
}

/** Appends to a list of ours (copied at first: the chunk's own is not changed). */
function append(list: Json[] | undefined, more: readonly Json[]): Json[] {
  if (!list) return more.slice();
  for (const entry of more) list.push(entry);
  return list;
}

function foldToolCalls(calls: Map<number, JsonObject>, deltas: readonly Json[], characters: number): number {
  let grown = 0;
  for (const [place, entry] of deltas.entries()) {
    const delta = asObject(entry);
    if (!delta) continue;
    const own = delta['index'];
    const index = typeof own === 'number' && Number.isInteger(own) && own >= 0 ? own : place;
    const call = calls.get(index) ?? emptyObject();
    if (!calls.has(index)) {
      if (calls.size >= TOOL_CALLS) continue;
      calls.set(index, call);
    }
    for (const key of Object.keys(delta)) {
      const value = delta[key];
      if (value === null || value === undefined) continue;
      if (key === 'function') grown += joinMember(call, key, value, ['arguments'], characters);
      else if (key === 'custom') grown += joinMember(call, key, value, ['input'], characters);
      else if (key in call || Object.keys(call).length < MEMBERS) {
        // some servers repeat an empty id or name with every piece
        if (value !== '' || !(key in call)) grown += replace(call, key, value, characters);
      }
    }
  }
  return grown;
}

/** Members of `update` over those of `target[key]`: the named ones are joined as text, the others replaced unless empty. */
function joinMember(
  target: JsonObject,
  key: string,
  update: Json,
  joined: readonly string[],
  characters: number,
): number {
  const own = asObject(target[key]) ?? emptyObject();
  target[key] = own;
  const members = asObject(update) ?? {};
  let grown = 0;
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value === null || value === undefined) continue;
    if (!(name in own) && Object.keys(own).length >= MEMBERS) continue;
    if (joined.includes(name) && typeof value === 'string') {
      own[name] = (asString(own[name]) ?? '') + value;
      grown += value.length;
    } else if (value !== '' || !(name in own)) grown += replace(own, name, value, characters);
  }
  return grown;
}

/** Whether the choice holds more now. */
function foldLogprobs(choice: ChoiceFold, logprobs: JsonObject | undefined): boolean {
  let grown = false;
  for (const key of ['content', 'refusal']) {
    const list = asArray(logprobs?.[key]);
    if (!list || list.length === 0) continue;
    choice.logprobs ??= new Map();
    choice.logprobs.set(key, append(choice.logprobs.get(key), list));
    grown = true;
  }
  return grown;
}

function foldedChoice([index, choice]: [number, ChoiceFold]): JsonObject {
  const folded = emptyObject();
  folded['index'] = index;
  if (choice.finishReason !== undefined) folded['finish_reason'] = choice.finishReason;
  const message = emptyObject();
  for (const key of Object.keys(choice.message)) message[key] = choice.message[key];
  if (choice.toolCalls && choice.toolCalls.size > 0) {
    message['tool_calls'] = [...choice.toolCalls.entries()]
      .sort(([first], [second]) => first - second)
      .map(([, call]) => call);
  }
  folded['message'] = message;
  if (choice.logprobs) {
    const logprobs = emptyObject();
    for (const [key, list] of choice.logprobs) logprobs[key] = list;
    folded['logprobs'] = logprobs;
  }
  return folded;
}
