/** What the API tells of a call that is neither message nor usage, by the names of the official instrumentation's metadata. */
import { asArray, asObject, asString, asText, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import type { CallDetail } from '../../model/message.js';
import { TOOL_CALL_BLOCKS } from './blocks.js';

/** Who called the tools of the conversation that a request sends. */
export function requestDetails(body: JsonObject): CallDetail[] {
  const blocks = (asArray(body['messages']) ?? []).flatMap((message) => asArray(asObject(message)?.['content']) ?? []);
  return toolDetails(blocks);
}

/** Everything of an answer that has something to tell. */
export function answerDetails(answer: JsonObject): CallDetail[] {
  const blocks = asArray(answer['content']) ?? [];
  const usage = asObject(answer['usage']);
  const details: CallDetail[] = [];
  const add = (name: string, value: Json | undefined, more: Partial<CallDetail> = {}) => {
    if (tells(value)) details.push({ name, value, ...more });
  };
  const stop = asObject(answer['stop_details']);
  add('stop_details', stop && withoutNulls(stop), { withoutText: stop && withoutNulls(stop, ['explanation']) });
  add('cache_miss_reason', asObject(answer['diagnostics'])?.['cache_miss_reason']);
  add('container_id', asText(asObject(answer['container'])?.['id']));
  add('context_management_applied_edits', asObject(answer['context_management'])?.['applied_edits']);
  add('input_transformations', answer['input_transformations']);
  add('usage_iterations', usage?.['iterations']);
  const requests = asObject(usage?.['server_tool_use']);
  if (requests && Object.values(requests).some(tells)) add('server_tool_use', withoutNulls(requests));
  const citations = byKey(blocks, citationsOf);
  add('citations', citations, { ofMessages: true, quotes: true, withoutText: citations && citedPlaces(citations) });
  add('mcp_server_names', byKey(blocks, serverOf), { ofMessages: true });
  return [...details, ...toolDetails(blocks)];
}

/** By tool call: who called the tool when it was not the model itself, and the toolset that it is of. */
function toolDetails(blocks: readonly Json[]): CallDetail[] {
  const callers = byKey(blocks, callerOf);
  const toolsets = byKey(blocks, toolsetOf);
  return [
    ...(callers ? [{ name: 'tool_callers', value: callers, ofMessages: true }] : []),
    ...(toolsets ? [{ name: 'toolset_names', value: toolsets, ofMessages: true }] : []),
  ];
}

type Entry = readonly [string, Json | undefined];

/** The entries that blocks give, as an object; `undefined` when there are none. */
function byKey(blocks: readonly Json[], entryOf: (block: JsonObject, index: number) => Entry): JsonObject | undefined {
  const object = emptyObject();
  for (const [index, entry] of blocks.entries()) {
    const block = asObject(entry);
    if (!block) continue;
    const [key, value] = entryOf(block, index);
    if (tells(value)) object[key] = value;
  }
  return Object.keys(object).length > 0 ? object : undefined;
}

function citationsOf(block: JsonObject, index: number): Entry {
  const citations = block['type'] === 'text' ? asArray(block['citations']) : undefined;
  return [String(index), citations?.map((citation) => withoutNulls(asObject(citation) ?? {}))];
}

function serverOf(block: JsonObject): Entry {
  const server = block['type'] === 'mcp_tool_use' ? asString(block['server_name']) : undefined;
  return [asString(block['id']) ?? '', server];
}

function callerOf(block: JsonObject): Entry {
  const caller = isToolCall(block) ? asObject(block['caller']) : undefined;
  const direct = caller?.['type'] === 'direct' && Object.keys(caller).length === 1;
  return [asString(block['id']) ?? '', direct ? undefined : caller && withoutNulls(caller)];
}

function toolsetOf(block: JsonObject): Entry {
  const id = isToolCall(block) ? block['id'] : block['type'] === 'tool_result' ? block['tool_use_id'] : undefined;
  return [asString(id) ?? '', id === undefined ? undefined : asText(block['toolset_name'])];
}

function isToolCall(block: JsonObject): boolean {
  return TOOL_CALL_BLOCKS.has(asString(block['type']) ?? '');
}

/** Of citations only where they point to, not what they quote or its title. */
function citedPlaces(citations: JsonObject): JsonObject {
  const places = emptyObject();
  for (const index of Object.keys(citations)) {
    places[index] = (asArray(citations[index]) ?? []).map((citation) => {
      const place = emptyObject();
      for (const [key, value] of Object.entries(citation ?? {})) {
        if (key === 'type' || typeof value === 'number') place[key] = value;
      }
      return place;
    });
  }
  return places;
}

/** Whether a value says anything: neither absent nor empty, zero or false. */
function tells(value: Json | undefined): value is Json {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function withoutNulls(object: JsonObject, names: readonly string[] = []): JsonObject {
  const copy = emptyObject();
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value !== null && value !== undefined && !names.includes(key)) copy[key] = value;
  }
  return copy;
}
