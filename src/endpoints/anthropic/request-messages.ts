/** `system` and `messages` of a request → neutral messages (telemetry contract, section 6, "Anthropic"). */
import { asArray, asObject, asString, asText, type Json, type JsonObject } from '../../model/json.js';
import type { Message } from '../../model/message.js';
import { describeJson, readBlocks } from './blocks.js';

/** The conversation that a request sends: the system prompt first, each tool result as a message of its own. */
export function readConversation(body: JsonObject): Message[] {
  const messages = readSystem(body['system']);
  for (const message of asArray(body['messages']) ?? []) messages.push(...readMessage(message));
  return messages;
}

function readSystem(value: Json | undefined): Message[] {
  const text = asText(value);
  if (text !== undefined) return [{ role: 'system', instructions: true, content: text }];
  const blocks = asArray(value);
  return blocks && blocks.length > 0 ? [{ role: 'system', instructions: true, ...readBlocks(blocks, false) }] : [];
}

function readMessage(value: Json): Message[] {
  const message = asObject(value);
  const role = asText(message?.['role']);
  const blocks = asArray(message?.['content']);
  if (!blocks) return [{ role, content: asText(message?.['content']) }];
  const results = blocks.filter(isToolResult);
  const rest = blocks.filter((block) => !isToolResult(block));
  const messages = results.map(readToolResult);
  if (rest.length > 0) messages.push({ role, ...readBlocks(rest, false) });
  else if (results.length === 0) messages.push({ role });
  return messages;
}

function isToolResult(value: Json): boolean {
  return asObject(value)?.['type'] === 'tool_result';
}

/** A tool's result: its text as it is, anything else as JSON text. */
function readToolResult(value: Json): Message {
  const block = asObject(value) ?? {};
  const content = block['content'];
  const message: Message = { role: 'tool', toolCallId: asString(block['tool_use_id']) };
  if (content === undefined || content === null) return message;
  if (typeof content === 'string') return { ...message, content };
  const { text, textWithoutImages } = describeJson(content);
  return { ...message, content: text, contentWithoutImages: textWithoutImages };
}
