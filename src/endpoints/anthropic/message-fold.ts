/** Joins the events of a streamed message into the message (Anthropic API reference, "Streaming messages"). */
import { parsePartialJson } from '../../decode/partial-json.js';
import { asArray, asObject, asString, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import type { StreamFold } from '../endpoint.js';

/** Content blocks of one message that are kept; a long turn with server tools has some hundred. */
const BLOCKS = 1024;
/** Members of the message, and of its usage, that are kept. */
const MEMBERS = 64;

/** Deltas that go on where the block's own text stopped: the delta's member and the block's. */
const JOINED: Readonly<Record<string, readonly [type: string, member: string]>> = {
  text_delta: ['text', 'text'],
  thinking_delta: ['thinking', 'thinking'],
};
/** What a block is whose beginning we did not see, by its first delta. */
const BEGUN: Readonly<Record<string, string>> = {
  text_delta: 'text',
  citations_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'thinking',
  input_json_delta: 'tool_use',
  compaction_delta: 'compaction',
};

interface BlockFold {
  block: JsonObject;
  /** The JSON text of a tool's input as far as it came. */
  input: string;
  citations: Json[];
}

/** Creates the fold of one streamed message. */
export function createMessageFold(): StreamFold {
  let message: JsonObject | undefined;
  let error: JsonObject | undefined;
  const blocks = new Map<number, BlockFold>();

  function started(): JsonObject {
    message ??= emptyObject();
    return message;
  }

  function blockAt(event: JsonObject, begin: () => JsonObject | undefined): BlockFold | undefined {
    const index = event['index'];
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) return undefined;
    let fold = blocks.get(index);
    if (!fold && blocks.size < BLOCKS) {
      const block = begin();
      if (!block) return undefined;
      fold = { block, input: '', citations: [] };
      blocks.set(index, fold);
    }
    return fold;
  }

  return {
    push(event) {
      switch (event['type']) {
        case 'message_start':
          takeMembers(started(), asObject(event['message']), false);
          break;
        case 'content_block_start': {
          const block = asObject(event['content_block']);
          blockAt(event, () => block && copyOf(block));
          // from a fallback on, the model is another one
          const model = block?.['type'] === 'fallback' ? asObject(block['to'])?.['model'] : undefined;
          if (model !== undefined) started()['model'] = model;
          break;
        }
        case 'content_block_delta': {
          const delta = asObject(event['delta']) ?? {};
          const fold = blockAt(event, () => beginBlock(delta));
          if (fold) takeDelta(fold, delta);
          break;
        }
        case 'message_delta':
          takeEnd(started(), event);
          break;
        case 'error':
          error ??= event;
          break;
      }
    },
    result() {
      // an error before the first word is all there is
      if (!message && blocks.size === 0) return error ? copyOf(error) : emptyObject();
      const folded = copyOf(message ?? {});
      const content = [...blocks.entries()].sort(([first], [second]) => first - second).map(([, fold]) => finish(fold));
      if (content.length > 0 || !Array.isArray(folded['content'])) folded['content'] = content;
      return folded;
    },
  };
}

function beginBlock(delta: JsonObject): JsonObject | undefined {
  const type = BEGUN[asString(delta['type']) ?? ''];
  if (type === undefined) return undefined;
  const block = emptyObject();
  block['type'] = type;
  return block;
}

function takeDelta(fold: BlockFold, delta: JsonObject): void {
  const { block } = fold;
  const type = asString(delta['type']) ?? '';
  const joined = JOINED[type];
  if (joined) {
    const [of, member] = joined;
    const more = asString(delta[member]);
    if (more !== undefined && block['type'] === of) block[member] = (asString(block[member]) ?? '') + more;
  } else if (type === 'input_json_delta') fold.input += asString(delta['partial_json']) ?? '';
  else if (type === 'citations_delta') {
    if (delta['citation'] !== undefined) fold.citations.push(delta['citation']);
  } else if (type === 'signature_delta') takeMember(block, delta, 'signature');
  else if (type === 'compaction_delta') {
    takeMember(block, delta, 'content');
    takeMember(block, delta, 'encrypted_content');
  }
}

function takeMember(block: JsonObject, delta: JsonObject, member: string): void {
  if (delta[member] !== undefined) block[member] = delta[member];
}

/** The end's members over the message's own: what `delta` says, the usage field by field, and what else stands beside them. */
function takeEnd(message: JsonObject, event: JsonObject): void {
  takeMembers(message, asObject(event['delta']), true);
  const usage = asObject(event['usage']);
  if (usage) {
    const merged = copyOf(asObject(message['usage']) ?? {});
    takeMembers(merged, usage, true);
    message['usage'] = merged;
  }
  for (const key of Object.keys(event)) {
    const value = event[key];
    if (key !== 'type' && key !== 'delta' && key !== 'usage' && value !== null) takeOver(message, key, value);
  }
}

/** `partly`: null says nothing of a member that is there. */
function takeMembers(target: JsonObject, source: JsonObject | undefined, partly: boolean): void {
  for (const key of Object.keys(source ?? {})) {
    const value = source?.[key];
    if (!(partly && value === null && key in target)) takeOver(target, key, value);
  }
}

function takeOver(target: JsonObject, key: string, value: Json | undefined): void {
  if (value === undefined) return;
  if (key in target || Object.keys(target).length < MEMBERS) target[key] = value;
}

/** A block as it would stand in a message that was not streamed. */
function finish({ block, input, citations }: BlockFold): JsonObject {
  const finished = copyOf(block);
  if (input !== '') finished['input'] = parsePartialJson(input) ?? input;
  if (citations.length > 0) finished['citations'] = [...(asArray(block['citations']) ?? []), ...citations];
  return finished;
}

function copyOf(object: JsonObject): JsonObject {
  const copy = emptyObject();
  for (const key of Object.keys(object)) copy[key] = object[key];
  return copy;
}
