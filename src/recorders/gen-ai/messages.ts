/** Messages in the shape of the gen_ai conventions (OpenTelemetry semantic conventions, "gen-ai-input-messages.json" and "…-output-…"). */
import type { Json, JsonObject } from '../../model/json.js';
import type { ContentPart, Message } from '../../model/message.js';
import { type ContentSwitches, convertPart, textPart, textWithImages, toolCallPart } from './message-parts.js';

/** Roles whose messages answer a tool call; `function` is the legacy one. */
const TOOL_ROLES: ReadonlySet<string | undefined> = new Set(['tool', 'function']);

/** The messages of a request; one that says nothing is left out. */
export function convertInput(messages: readonly Message[], hide: ContentSwitches): JsonObject[] {
  return messages
    .filter((message) => Object.values(message).some((value) => value !== undefined))
    .map((message) => ({
      role: message.role ?? 'user',
      parts: convertParts(message, hide),
      name: message.name,
    }));
}

/**
 * The messages of an answer, one for each choice. Where an API gives its answer as several items, they are one message together:
 * `finishReasons` are then the call's.
 */
export function convertOutput(
  messages: readonly Message[],
  finishReasons: readonly string[],
  hide: ContentSwitches,
): JsonObject[] {
  const choices = messages.some((message) => message.finishReason !== undefined);
  if (!choices && messages.length > 1) {
    const parts = messages.flatMap((message) => convertParts(message, hide));
    return [{ role: 'assistant', parts, finish_reason: finishReasons[0] }];
  }
  return messages.map((message, index) => ({
    role: message.role ?? 'assistant',
    parts: convertParts(message, hide),
    finish_reason: message.finishReason ?? finishReasons[index],
  }));
}

/** What a message holds, in the order in which it is read: reasoning, text and the like, tool calls. */
export function convertParts(message: Message, hide: ContentSwitches): JsonObject[] {
  const parts = message.parts ?? [];
  const content = textWithImages(message.content, message.contentWithoutImages, hide);
  const isReasoning = (part: ContentPart) => part.type === 'reasoning';
  const converted = [
    ...(content === undefined ? [] : parts.filter(isReasoning).flatMap((part) => convertPart(part, hide))),
    ...(content === undefined ? [] : [textPart(content, hide)]),
    ...parts.filter((part) => content === undefined || !isReasoning(part)).flatMap((part) => convertPart(part, hide)),
  ];
  if (message.toolCallId !== undefined || TOOL_ROLES.has(message.role)) return [toolResponse(message, converted)];
  // where they are parts they are told in their place already
  const calls = parts.some((part) => part.type === 'tool_use') ? [] : (message.toolCalls ?? []);
  const legacy = message.functionCall ? [message.functionCall] : [];
  return [...converted, ...[...calls, ...legacy].map(toolCallPart)];
}

/** What a tool answered: a text as it is, anything else as its parts. */
function toolResponse({ toolCallId }: Message, parts: JsonObject[]): JsonObject {
  const [first] = parts;
  const response: Json = parts.length === 1 && first?.['type'] === 'text' ? first['content']! : parts;
  return { type: 'tool_call_response', id: toolCallId, response: parts.length === 0 ? null : response };
}
