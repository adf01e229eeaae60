/** Ollama's messages and tool calls → neutral ones (Ollama API reference, "Generate a chat completion"). */
import { asArray, asObject, asString, asText, type Json, type JsonObject, writeJson } from '../../model/json.js';
import type { ContentPart, Message, ToolCall } from '../../model/message.js';
import { readMessage as readChatMessage } from '../openai/chat-messages.js';
import { imageUrl } from './images.js';

/** Images of one message, and tool calls, that are told; far above what models take. */
const PARTS = 256;

/** One message of a request, or the message of an answer. Content in parts, as other APIs have it, is read too. */
export function readMessage(value: Json | undefined): Message {
  const message = asObject(value);
  if (!message) return {};
  const images = readImages(message['images']);
  const reasoning = readThinking(message);
  const content = asString(message['content']);
  const whole = readChatMessage(message);
  const text: ContentPart[] =
    images.length > 0 && content !== undefined && content !== '' ? [{ type: 'text', text: content }] : [];
  const parts = [...reasoning, ...(whole.parts ?? []), ...text, ...images];
  return {
    ...whole,
    // among images the text is a part like them
    content: images.length > 0 ? undefined : whole.content,
    parts: parts.length > 0 ? parts : undefined,
    toolCalls: readToolCalls(message['tool_calls']),
    name: whole.name ?? asText(message['tool_name']),
  };
}

/** Tool calls, whose arguments are objects here: they are told as JSON text, like those of other APIs. */
export function readToolCalls(value: Json | undefined): ToolCall[] | undefined {
  return asArray(value)
    ?.slice(0, PARTS)
    .map((entry) => {
      const call = asObject(entry);
      const called = asObject(call?.['function']);
      const given = called?.['arguments'];
      return {
        id: asText(call?.['id']),
        name: asText(called?.['name']),
        arguments: asString(given) ?? (given == null ? undefined : writeJson(given)),
      };
    });
}

/** The reasoning of a message, or of an answer of `/api/generate`. */
export function readThinking(message: JsonObject): ContentPart[] {
  const text = asText(message['thinking']);
  return text === undefined ? [] : [{ type: 'reasoning', text }];
}

/** Images as parts; what is no text is none. */
export function readImages(value: Json | undefined): ContentPart[] {
  return (asArray(value) ?? [])
    .slice(0, PARTS)
    .flatMap((image) => (typeof image === 'string' ? [{ type: 'image' as const, url: imageUrl(image) }] : []));
}
