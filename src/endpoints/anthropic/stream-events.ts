/** What one event of a streamed message says (Anthropic API reference, "Streaming messages"). */
import { asObject, asText, type JsonObject } from '../../model/json.js';
import type { EventFacts, ResponseFacts } from '../endpoint.js';
import { TOOL_CALL_BLOCKS } from './blocks.js';
import { readUsage } from './usage.js';

/** What an answer says of itself: a message, or that of `message_start`. */
export function readAnswer(message: JsonObject): ResponseFacts {
  const reason = asText(message['stop_reason']);
  return {
    usage: readUsage(message['usage']),
    model: asText(message['model']),
    id: asText(message['id']),
    finishReasons: reason === undefined ? undefined : [reason],
  };
}

/** One event. Events of unknown types and `ping` say nothing. */
export function readMessageEvent(event: JsonObject): EventFacts {
  switch (event['type']) {
    case 'message_start':
      return readAnswer(asObject(event['message']) ?? {});
    case 'content_block_start':
      return readStart(asObject(event['content_block']) ?? {});
    case 'content_block_delta':
      return { content: isGenerated(asObject(event['delta']) ?? {}) };
    case 'message_delta': {
      const reason = asText(asObject(event['delta'])?.['stop_reason']);
      return { usage: readUsage(event['usage']), finishReasons: reason === undefined ? undefined : [reason] };
    }
    case 'message_stop':
      return { terminal: 'success' };
    case 'error':
      return { error: { type: asText(asObject(event['error'])?.['type']) }, terminal: 'failure' };
    default:
      return {};
  }
}

/** A tool call begins with its name; other blocks mostly begin empty. After a fallback another model goes on. */
function readStart(block: JsonObject): EventFacts {
  const type = asText(block['type']) ?? '';
  if (type === 'fallback') return { model: asText(asObject(block['to'])?.['model']) };
  return { content: TOOL_CALL_BLOCKS.has(type) || isGenerated(block) };
}

/** Text, reasoning (readable or not), a tool's input, a summary: what a delta or a block that begins with content carries. */
function isGenerated(part: JsonObject): boolean {
  switch (part['type']) {
    case 'text':
    case 'text_delta':
      return asText(part['text']) !== undefined;
    case 'thinking':
    case 'thinking_delta':
      return asText(part['thinking']) !== undefined;
    case 'redacted_thinking':
      return asText(part['data']) !== undefined;
    case 'input_json_delta':
      return asText(part['partial_json']) !== undefined;
    case 'compaction':
    case 'compaction_delta':
      return asText(part['content']) !== undefined;
    default:
      return false;
  }
}
