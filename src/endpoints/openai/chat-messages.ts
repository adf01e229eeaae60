/** Chat messages as the API writes them → neutral messages (OpenAI API reference, "ChatCompletionMessageParam"). */
import { asArray, asObject, asString, asText, type Json, type JsonObject } from '../../model/json.js';
import type { ContentPart, Message, ToolCall } from '../../model/message.js';

/** One message of a request, or the message of a choice. */
export function readMessage(value: Json | undefined): Message {
  const message = asObject(value);
  if (!message) return {};
  const content = message['content'];
  const parts = readReasoning(message).concat((asArray(content) ?? []).flatMap(readPart), readAudio(message));
  const legacy = asObject(message['function_call']);
  return {
    role: asText(message['role']),
    // an empty text is none, as the official instrumentation has it
    content: asText(content) ?? (content == null ? asText(message['refusal']) : undefined),
    parts: parts.length > 0 ? parts : undefined,
    toolCalls: asArray(message['tool_calls'])?.map(readToolCall),
    functionCall: legacy ? { name: asText(legacy['name']), arguments: asString(legacy['arguments']) } : undefined,
    toolCallId: asText(message['tool_call_id']),
    name: asText(message['name']),
  };
}

/** A tool call of an assistant message: a function's, or a custom tool's whose input is free text. */
function readToolCall(value: Json): ToolCall {
  const call = asObject(value);
  const called = asObject(call?.['function']);
  const custom = asObject(call?.['custom']);
  return {
    id: asText(call?.['id']),
    name: asText(called?.['name']) ?? asText(custom?.['name']),
    arguments: asString(called?.['arguments']) ?? asString(custom?.['input']),
  };
}

/** The reasoning that vendors put beside an answer. */
function readReasoning(message: JsonObject): ContentPart[] {
  const text = asText(message['reasoning_content']) ?? asText(message['reasoning']);
  return text === undefined ? [] : [{ type: 'reasoning', text }];
}

/** A spoken answer: what was said; its sound is no attribute. */
function readAudio(message: JsonObject): ContentPart[] {
  const audio = asObject(message['audio']);
  return audio ? [{ type: 'audio', id: asText(audio['id']), text: asText(audio['transcript']) }] : [];
}

function readPart(value: Json): ContentPart[] {
  const part = asObject(value);
  switch (part?.['type']) {
    case 'text':
      return [{ type: 'text', text: asString(part['text']) ?? '' }];
    case 'refusal':
      return [{ type: 'text', text: asString(part['refusal']) ?? '' }];
    case 'image_url':
      return [
        { type: 'image', url: asString(asObject(part['image_url'])?.['url']) ?? asString(part['image_url']) ?? '' },
      ];
    case 'input_audio':
      return [{ type: 'audio' }];
    default:
      // files and what is new keep their place, so that the others keep theirs
      return [{ type: 'other', name: '' }];
  }
}
