/**
 * Joins the events of a streamed response. The last event carries the whole of it; a stream that was cut gives what its events told
 * until then, in the same shape.
 */
import { asArray, asObject, asString, asText, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import type { StreamFold } from '../endpoint.js';
import { without } from './envelope.js';
import { terminalResponse } from './responses-events.js';

/** Output items that are kept. */
const ITEMS = 512;
/** Parts of one item, annotations of one part, commands of one call that are kept. */
const PARTS = 256;

/** Where a delta's text belongs: a member of the item itself, or of one of its parts. */
interface Place {
  member: string;
  /** The item's list of parts and the event's member that says which. */
  parts?: { list: 'content' | 'summary'; index: string; type: string };
}

const text = (list: 'content' | 'summary', type: string, member = 'text'): Place => ({
  member,
  parts: { list, index: list === 'content' ? 'content_index' : 'summary_index', type },
});

/** By an event's type without `.delta` or `.done`. */
const PLACES: ReadonlyMap<string, Place> = new Map([
  ['response.output_text', text('content', 'output_text')],
  ['response.refusal', text('content', 'refusal', 'refusal')],
  ['response.reasoning_text', text('content', 'reasoning_text')],
  ['response.reasoning_summary_text', text('summary', 'summary_text')],
  ['response.audio', text('content', 'output_audio', 'data')],
  ['response.audio.transcript', text('content', 'output_audio', 'transcript')],
  ['response.function_call_arguments', { member: 'arguments' }],
  ['response.mcp_call_arguments', { member: 'arguments' }],
  ['response.custom_tool_call_input', { member: 'input' }],
  ['response.code_interpreter_call_code', { member: 'code' }],
]);
/** Events that carry a whole part, and the list it belongs to. */
const PART_EVENTS: ReadonlyMap<string, 'content' | 'summary'> = new Map([
  ['response.content_part', 'content'],
  ['response.reasoning_summary_part', 'summary'],
]);

interface ItemFold {
  /** Its members, without its parts. */
  members: JsonObject;
  parts: Map<string, JsonObject>;
  commands: string[];
  /** Characters that it holds. */
  held: number;
}

/** Creates the fold of one streamed response. */
export function createResponsesFold(): StreamFold {
  let final: JsonObject | undefined;
  let begun: JsonObject | undefined;
  let error: JsonObject | undefined;
  let base = 0; // characters of the response as it began
  const items = new Map<number, ItemFold>();

  function itemAt(event: JsonObject): ItemFold | undefined {
    const index = indexOf(event);
    let item = items.get(index);
    if (!item && items.size < ITEMS) {
      item = { members: emptyObject(), parts: new Map(), commands: [], held: 0 };
      items.set(index, item);
    }
    return item;
  }

  /** The event's own index, else that of the item it names, else the last one's; of a new item the next. */
  function indexOf(event: JsonObject): number {
    const own = event['output_index'];
    if (isIndex(own)) return own;
    const added = asObject(event['item']);
    const id = asText(event['item_id']) ?? asText(added?.['id']);
    for (const [index, item] of items) if (id !== undefined && item.members['id'] === id) return index;
    const last = Math.max(-1, ...items.keys());
    return added ? last + 1 : Math.max(0, last);
  }

  function pushItem(event: JsonObject, characters: number): void {
    const whole = asObject(event['item']);
    const item = whole && itemAt(event);
    if (!item) return;
    item.members = without(whole, []);
    item.parts.clear();
    item.commands = [];
    item.held = characters;
  }

  return {
    push(event, characters) {
      const type = asText(event['type']) ?? '';
      const response = asObject(event['response']);
      if (terminalResponse(event)) {
        final = response;
        base = characters;
        if (asArray(final?.['output'])?.length) items.clear();
      } else if (response) {
        begun = response;
        base = characters;
      } else if (type === 'error' || (type === '' && event['error'] != null)) {
        error = asObject(event['error']) ?? without(event, ['type', 'sequence_number']);
      } else if (type === 'response.output_item.added' || type === 'response.output_item.done') {
        pushItem(event, characters);
      } else if (isDetail(type)) {
        const item = itemAt(event);
        if (item) item.held += pushDetail(item, type, event, characters);
      }
    },
    result() {
      const output = [...items.entries()]
        .sort(([first], [second]) => first - second)
        .map(([, item]) => foldedItem(item));
      const folded = without(final ?? begun ?? {}, []);
      // servers that tell the items once leave them out of the last event
      if (final === undefined || (output.length > 0 && !asArray(final['output'])?.length)) folded['output'] = output;
      if (error && folded['error'] == null) folded['error'] = error;
      return folded;
    },
    held() {
      let sum = base;
      for (const item of items.values()) sum += item.held;
      return sum;
    },
    isWhole: (event) => (asArray(terminalResponse(event)?.['output'])?.length ?? 0) > 0,
  };
}

function isIndex(value: unknown, limit = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < limit;
}

/** An event's type without what it says of it, e.g. `response.output_text` and `delta`. */
function splitType(type: string): [string, string] {
  const dot = type.lastIndexOf('.');
  return [type.slice(0, dot), type.slice(dot + 1)];
}

function isDetail(type: string): boolean {
  const [subject] = splitType(type);
  return (
    PLACES.has(subject) ||
    PART_EVENTS.has(subject) ||
    subject === 'response.output_text.annotation' ||
    subject === 'response.shell_call_command'
  );
}

/** Takes what an event tells of a part of an item; returns the characters that are held more. */
function pushDetail(item: ItemFold, type: string, event: JsonObject, characters: number): number {
  const [subject, what] = splitType(type);
  const list = PART_EVENTS.get(subject);
  if (list) {
    const part = asObject(event['part']);
    const key = part && partKey(item, list, event[`${list}_index`]);
    if (key === undefined) return 0;
    item.parts.set(key, without(part as JsonObject, []));
    return characters;
  }
  if (subject === 'response.shell_call_command') return pushCommand(item, what, event);
  if (subject === 'response.output_text.annotation') return pushAnnotation(item, event, characters);
  return pushText(item, PLACES.get(subject) as Place, what, event);
}

/** A delta is appended; the whole text at its end replaces what was joined. */
function pushText(item: ItemFold, { member, parts }: Place, what: string, event: JsonObject): number {
  const target = parts ? partOf(item, parts.list, event[parts.index], parts.type) : item.members;
  if (!target) return 0;
  const delta = asString(event[what === 'delta' ? 'delta' : member]);
  if (delta === undefined) return 0;
  target[member] = what === 'delta' ? (asString(target[member]) ?? '') + delta : delta;
  return delta.length;
}

/** The key of a part that is there or may be kept. Parts that an item came with are taken over first. */
function partKey(item: ItemFold, list: 'content' | 'summary', index: Json | undefined): string | undefined {
  const given = asArray(item.members[list]);
  if (given) {
    for (const [place, part] of given.slice(0, PARTS).entries()) {
      item.parts.set(`${list} ${place}`, without(asObject(part) ?? {}, []));
    }
    delete item.members[list];
  }
  const key = `${list} ${isIndex(index, PARTS) ? index : 0}`;
  return item.parts.has(key) || item.parts.size < PARTS ? key : undefined;
}

function partOf(
  item: ItemFold,
  list: 'content' | 'summary',
  index: Json | undefined,
  type: string,
): JsonObject | undefined {
  const key = partKey(item, list, index);
  if (key === undefined) return undefined;
  let part = item.parts.get(key);
  if (!part) {
    part = emptyObject();
    part['type'] = type;
    item.parts.set(key, part);
  }
  return part;
}

function pushCommand(item: ItemFold, what: string, event: JsonObject): number {
  const index = event['command_index'];
  const added = asString(event[what === 'delta' ? 'delta' : 'command']);
  if (added === undefined || !isIndex(index, PARTS)) return 0;
  while (item.commands.length <= index) item.commands.push('');
  item.commands[index] = what === 'delta' ? item.commands[index] + added : added;
  return added.length;
}

function pushAnnotation(item: ItemFold, event: JsonObject, characters: number): number {
  const part = partOf(item, 'content', event['content_index'], 'output_text');
  const annotation = event['annotation'];
  const list = asArray(part?.['annotations']) ?? [];
  if (!part || annotation == null || list.length >= PARTS) return 0;
  part['annotations'] = [...list, annotation];
  return characters;
}

/** The item with its parts in order. */
function foldedItem({ members, parts, commands }: ItemFold): JsonObject {
  const item = without(members, []);
  for (const list of ['content', 'summary']) {
    const keys = [...parts.keys()].filter((key) => key.startsWith(`${list} `));
    if (keys.length === 0) continue;
    const place = (key: string) => Number(key.slice(list.length + 1));
    item[list] = keys.sort((first, second) => place(first) - place(second)).map((key) => parts.get(key) as JsonObject);
  }
  if (commands.length > 0) item['action'] = { ...asObject(item['action']), commands };
  return item;
}
