/** Items of a response's input and output → neutral messages (OpenAI API reference, "Responses", "ResponseItem"). */
import { asArray, asObject, asString, asText, type Json, type JsonObject, writeJson } from '../../model/json.js';
import type { ContentPart, Message, ToolCall } from '../../model/message.js';
import { withoutImages } from './responses-images.js';

/** Calls that say in a member of their own, not in `arguments`, what shall be done; the value is told as it is. */
const ACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['computer_call', ['action', 'actions']],
  ['local_shell_call', ['action']],
  ['shell_call', ['action']],
  ['apply_patch_call', ['operation']],
]);
/** Calls whose arguments are a free text; it is told as an object, so that arguments are JSON whatever the call. */
const FREE_TEXTS: ReadonlyMap<string, string> = new Map([
  ['custom_tool_call', 'input'],
  ['code_interpreter_call', 'code'],
  ['program', 'code'],
]);
/** Calls whose type does not end in `_call`. */
const CALLS: ReadonlySet<string> = new Set(['mcp_approval_request', 'mcp_list_tools', 'program']);
/** Outputs that show a screen or list tools: which call they answer is told, what they hold is in the body's own text. */
const SILENT_OUTPUTS: ReadonlySet<string> = new Set(['computer_call_output', 'tool_search_output']);

/** Members of a call's item that hold its arguments. */
export function argumentMembers(type: string): readonly string[] {
  const text = FREE_TEXTS.get(type);
  return text === undefined ? (ACTIONS.get(type) ?? ['arguments']) : [text];
}

/** One item as one message. An item that says nothing (a reference, a trigger) is an empty message: it keeps the others' places. */
export function readItem(value: Json): Message {
  const item = asObject(value);
  if (!item) return {};
  const type = asText(item['type']) ?? 'message';
  if (type === 'reasoning' || type === 'compaction') return readReasoning(item);
  if (type === 'mcp_approval_response') return readApproval(item);
  if (type.endsWith('_output')) return readOutput(type, item);
  if (type.endsWith('_call') || CALLS.has(type)) {
    return { role: 'assistant', toolCalls: [readCall(type, item)] };
  }
  return type === 'message' || item['content'] !== undefined ? readMessage(item) : {};
}

/** The content is a text, or parts in order. */
function readMessage(item: JsonObject): Message {
  const content = item['content'];
  const parts = asArray(content);
  return {
    role: asText(item['role']),
    content: asString(content),
    parts: parts && parts.length > 0 ? parts.map(readPart) : undefined,
  };
}

/** What has no form of its own (a file, an image that is a file's id) keeps the places of the others. */
function readPart(value: Json): ContentPart {
  const part = asObject(value);
  switch (part?.['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text':
    case 'reasoning_text':
      return { type: 'text', text: asString(part['text']) ?? '' };
    case 'refusal':
      return { type: 'text', text: asString(part['refusal']) ?? '' };
    case 'input_image': {
      const url = asText(part['image_url']) ?? asText(asObject(part['image_url'])?.['url']);
      return url === undefined ? { type: 'other', name: '' } : { type: 'image', url };
    }
    case 'input_audio':
      return { type: 'audio' };
    case 'output_audio':
      return { type: 'audio', text: asText(part['transcript']) };
    default:
      return { type: 'other', name: '' };
  }
}

/** The reasoning itself when it is given, else its summary. A compaction is reasoning that only the provider can read. */
function readReasoning(item: JsonObject): Message {
  const text = readTexts(item['content']) ?? readTexts(item['summary']);
  const encryptedContent = asString(item['encrypted_content']);
  return { role: 'assistant', parts: [{ type: 'reasoning', text, encryptedContent }] };
}

function readTexts(value: Json | undefined): string | undefined {
  const texts = asArray(value)?.flatMap((entry) => asString(asObject(entry)?.['text']) ?? []) ?? [];
  return texts.length === 0 ? asText(value) : texts.join('\n');
}

/** A call; one without a name of its own is told by its type. Empty arguments are none. */
function readCall(type: string, item: JsonObject): ToolCall {
  const written = readArguments(type, item);
  return {
    id: asText(item['call_id']) ?? asText(item['id']),
    name: asText(item['name']) ?? type,
    arguments: written === '{}' ? undefined : written,
  };
}

function readArguments(type: string, item: JsonObject): string | undefined {
  const member = FREE_TEXTS.get(type);
  if (member !== undefined) return item[member] == null ? undefined : writeJson({ [member]: item[member] });
  const value = argumentMembers(type)
    .map((name) => item[name])
    .find((candidate) => candidate != null);
  return asString(value) ?? (value === undefined ? undefined : writeJson(value));
}

function readOutput(type: string, item: JsonObject): Message {
  const message: Message = { role: 'tool', toolCallId: asText(item['call_id']) ?? asText(item['id']) };
  if (SILENT_OUTPUTS.has(type)) return message;
  return { ...message, ...readText(item['output'] ?? item['result']) };
}

/** What a person said to a call that asked for leave. */
function readApproval(item: JsonObject): Message {
  const { approve, reason } = item;
  return {
    role: 'tool',
    toolCallId: asText(item['approval_request_id']),
    content: writeJson(reason == null ? { approve } : { approve, reason }),
  };
}

/** A text as it is, anything else as JSON text. */
export function readText(value: Json | undefined): Pick<Message, 'content' | 'contentWithoutImages'> {
  if (value == null) return {};
  if (typeof value === 'string') return { content: value };
  const content = writeJson(value);
  const imageless = writeJson(withoutImages(value, { images: true, imageMaxLength: 0 }));
  return { content, contentWithoutImages: imageless === content ? undefined : imageless };
}
