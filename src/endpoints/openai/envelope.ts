/** What OpenAI's answers and stream events have in common, whatever the endpoint. */
import { asArray, asObject, asText, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import type { EventFacts, ResponseFacts } from '../endpoint.js';
import { readUsage } from './usage.js';

/** Choices that are kept; the API allows 128. */
export const CHOICES = 128;
/** Top-level members of a stream's chunks that are kept. */
const MEMBERS = 64;
/** What a number or a truth value counts as. */
const NUMBER_CHARACTERS = 8;

/** Model, id, usage and the finish reasons of `choices`. */
export function readEnvelope(body: JsonObject): ResponseFacts {
  return {
    usage: readUsage(body['usage']),
    model: asText(body['model']),
    id: asText(body['id']),
    finishReasons: readFinishReasons(body['choices']),
  };
}

function readFinishReasons(value: Json | undefined): (string | undefined)[] | undefined {
  const choices = asArray(value);
  if (!choices || choices.length === 0) return undefined;
  let reasons: (string | undefined)[] | undefined;
  for (let place = 0; place < choices.length; place += 1) {
    const choice = asObject(choices[place]);
    const reason = asText(choice?.['finish_reason']);
    const index = reason === undefined ? undefined : choiceIndex(choice, place);
    if (index === undefined) continue;
    reasons ??= [];
    reasons[index] = reason;
  }
  return reasons;
}

/** The choice's own index; its place where it says none; `undefined` when it is no index we keep. */
export function choiceIndex(choice: JsonObject | undefined, place: number): number | undefined {
  const index = choice?.['index'] ?? place;
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < CHOICES ? index : undefined;
}

/** What a chunk says, given whether it carries content. An error event ends the stream. */
export function readChunk(event: JsonObject, content: boolean): EventFacts {
  const error = readError(event);
  // one object an event: this runs for every one of a stream
  return {
    usage: readUsage(event['usage']),
    model: asText(event['model']),
    id: asText(event['id']),
    finishReasons: readFinishReasons(event['choices']),
    content,
    error,
    terminal: error ? 'failure' : undefined,
  };
}

/** The error that a stream event carries: an `error` member that is an object or a text. */
function readError(event: JsonObject): EventFacts['error'] {
  const object = asObject(event['error']);
  if (!object && asText(event['error']) === undefined) return undefined;
  return { type: asText(object?.['type']), code: asText(object?.['code']) };
}

/**
 * Takes over the members of a chunk except `choices`: the last value wins, and null says nothing, so that the `usage: null` of other
 * chunks does not undo the one that had it. `sizes` learns the characters that each member holds, of an event of `characters`.
 */
export function foldMembers(
  target: JsonObject,
  event: JsonObject,
  sizes: Map<string, number>,
  characters: number,
): void {
  for (const key of Object.keys(event)) {
    const value = event[key];
    if (key === 'choices' || value === null || value === undefined) continue;
    if (!(key in target) && Object.keys(target).length >= MEMBERS) continue;
    target[key] = value;
    sizes.set(key, key.length + sizeOf(value, characters));
  }
}

/** Characters that a value of an event of `characters` holds; of lists and objects no more than the whole event has. */
export function sizeOf(value: Json, characters: number): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' && value !== null ? characters : NUMBER_CHARACTERS;
}

/** The sum of what the members hold. */
export function sumOf(sizes: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const size of sizes.values()) sum += size;
  return sum;
}

/** A shallow copy without the named members; safe for any key. */
export function without(body: JsonObject, names: readonly string[]): JsonObject {
  const copy = emptyObject();
  for (const key of Object.keys(body)) if (!names.includes(key)) copy[key] = body[key];
  return copy;
}
