/** Content blocks of messages → neutral parts (Anthropic API reference, "ContentBlockParam" and "ContentBlock"). */
import { asObject, asString, asText, emptyObject, type Json, type JsonObject, writeJson } from '../../model/json.js';
import type { ContentPart, ToolCall } from '../../model/message.js';
import { DEPTH, imageUrl, isImage, isInline, withoutData } from './hidden-data.js';

/** Blocks in which the model, or the provider for it, calls a tool. */
export const TOOL_CALL_BLOCKS: ReadonlySet<string> = new Set(['tool_use', 'server_tool_use', 'mcp_tool_use']);
/** Blocks that tell which tools there are. */
export const TOOL_LISTING_BLOCKS: ReadonlySet<unknown> = new Set(['tool_addition', 'tool_removal', 'mcp_tool_listing']);

/** The parts of a message in their order, and the tool calls among them. */
export interface BlockContent {
  parts: ContentPart[];
  toolCalls?: ToolCall[] | undefined;
}

/** Every block becomes a part; one that is not understood is told as JSON text. `answer`: members that are null say nothing. */
export function readBlocks(blocks: readonly Json[], answer: boolean): BlockContent {
  const parts = blocks.map((block) => readBlock(block) ?? otherPart(block, answer));
  const toolCalls = parts.flatMap((part) => (part.type === 'tool_use' ? [part.toolCall] : []));
  return { parts, toolCalls: toolCalls.length > 0 ? toolCalls : undefined };
}

/** A value as JSON text that holds no inline data, and the same without any image where there are some. */
export function describeJson(value: Json): { text?: string | undefined; textWithoutImages?: string | undefined } {
  let images = false;
  const text = writeJson(
    withoutData(value, (block) => {
      images ||= isImage(block);
      return isInline(block);
    }),
  );
  if (!images) return { text };
  return { text, textWithoutImages: writeJson(withoutData(value, (block) => isImage(block) || isInline(block))) };
}

function readBlock(value: Json): ContentPart | undefined {
  const block = asObject(value);
  if (!block) return undefined;
  switch (block['type']) {
    case 'text':
      return textPart(asString(block['text']));
    case 'thinking': {
      const text = asString(block['thinking']);
      return text === undefined ? undefined : { type: 'reasoning', text, signature: asText(block['signature']) };
    }
    case 'redacted_thinking': {
      const data = asString(block['data']);
      return data === undefined ? undefined : { type: 'reasoning', data };
    }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return toolPart(block);
    case 'image': {
      const url = imageUrl(asObject(block['source']));
      return url === undefined ? undefined : { type: 'image', url };
    }
    case 'compaction':
      return compactionPart(block);
    case 'fallback':
      return { type: 'other', name: 'fallback', text: describeFallback(block) };
    default:
      return undefined;
  }
}

function textPart(text: string | undefined): ContentPart | undefined {
  return text === undefined ? undefined : { type: 'text', text };
}

function toolPart(block: JsonObject): ContentPart | undefined {
  const id = asString(block['id']);
  const name = asString(block['name']);
  if (id === undefined || name === undefined || block['input'] === undefined) return undefined;
  return { type: 'tool_use', toolCall: { id, name, arguments: writeJson(block['input']) } };
}

/** The summary that stands for a conversation from here on; null when there was none to be had. */
function compactionPart(block: JsonObject): ContentPart {
  const text = asString(block['content']);
  if (text === undefined) return { type: 'other', name: 'text' };
  const encryptedContent = asText(block['encrypted_content']);
  return { type: 'text', text, signature: asText(block['signature']), encryptedContent };
}

/** Where one model's answer gives way to another's: which to which, and why. */
function describeFallback(block: JsonObject): string {
  const from = asText(asObject(block['from'])?.['model']) ?? '?';
  const to = asText(asObject(block['to'])?.['model']) ?? '?';
  const category = asText(asObject(block['trigger'])?.['category']);
  return `${from} -> ${to}${category === undefined ? '' : ` (refusal: ${category})`}`;
}

function otherPart(value: Json, answer: boolean): ContentPart {
  const type = asText(asObject(value)?.['type']);
  return {
    type: 'other',
    name: type ?? 'unknown',
    ...describeJson(answer ? withoutNulls(value) : value),
    tools: TOOL_LISTING_BLOCKS.has(type) ? true : undefined,
  };
}

/** Of an answer's members those that are null are only said to exist. */
function withoutNulls(value: Json, depth = 0): Json {
  if (typeof value !== 'object' || value === null || depth >= DEPTH) return value;
  if (Array.isArray(value)) return value.map((entry) => withoutNulls(entry, depth + 1));
  const copy = emptyObject();
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member !== null && member !== undefined) copy[key] = withoutNulls(member, depth + 1);
  }
  return copy;
}
