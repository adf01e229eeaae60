/** What one event of a streamed response says (OpenAI API reference, "Responses", "Streaming events"). */
import { asCount, asObject, asText, type Json, type JsonObject } from '../../model/json.js';
import type { Usage } from '../../model/usage.js';
import type { EventFacts, ResponseFacts } from '../endpoint.js';

/** Events that carry the whole response and end the stream. */
const TERMINAL: ReadonlyMap<string, 'success' | 'failure'> = new Map([
  ['response.completed', 'success'],
  ['response.incomplete', 'success'],
  ['response.failed', 'failure'],
]);

/** The response that a terminal event carries. */
export function terminalResponse(event: JsonObject): JsonObject | undefined {
  return TERMINAL.has(asText(event['type']) ?? '') ? asObject(event['response']) : undefined;
}

/** What a response says of itself. Only one that ended early has a reason. */
export function readAnswer(response: JsonObject): ResponseFacts {
  const reason = asText(asObject(response['incomplete_details'])?.['reason']);
  return {
    usage: readUsage(response['usage']),
    model: asText(response['model']),
    id: asText(response['id']),
    finishReasons: reason === undefined ? undefined : [reason],
  };
}

/** `usage` of a response (telemetry contract, section 2; OpenAI API reference, "ResponseUsage"). */
function readUsage(value: Json | undefined): Usage | undefined {
  const usage = asObject(value);
  if (!usage) return undefined;
  const input = asObject(usage['input_tokens_details']);
  const output = asObject(usage['output_tokens_details']);
  return {
    input: asCount(usage['input_tokens']),
    output: asCount(usage['output_tokens']),
    total: asCount(usage['total_tokens']),
    cachedInput: asCount(input?.['cached_tokens']),
    cacheCreationInput: asCount(input?.['cache_write_tokens']),
    reasoning: asCount(output?.['reasoning_tokens']),
    audioInput: asCount(input?.['audio_tokens']),
    audioOutput: asCount(output?.['audio_tokens']),
  };
}

/** One event. An event of an unknown type says nothing, unless it carries the response. */
export function readResponseEvent(event: JsonObject): EventFacts {
  const type = asText(event['type']) ?? '';
  const response = asObject(event['response']);
  const terminal = TERMINAL.get(type);
  if (terminal !== undefined) return { ...readAnswer(response ?? {}), terminal, error: failureOf(terminal, response) };
  if (isError(type, event)) return { error: readError(event), terminal: 'failure' };
  // earlier events repeat the request, and a usage in them is none
  if (response) return { model: asText(response['model']), id: asText(response['id']) };
  return { content: carriesContent(type, event) };
}

function failureOf(terminal: 'success' | 'failure', response: JsonObject | undefined): EventFacts['error'] {
  if (terminal === 'success') return undefined;
  const error = asObject(response?.['error']);
  return { type: asText(error?.['type']), code: asText(error?.['code']) };
}

/** An error event; of some servers it has no type of event. */
function isError(type: string, event: JsonObject): boolean {
  return type === 'error' || (type === '' && event['error'] != null);
}

/** The error stands in the event itself, or in a member `error`. */
function readError(event: JsonObject): EventFacts['error'] {
  const error = asObject(event['error']);
  return error
    ? { type: asText(error['type']), code: asText(error['code']) }
    : { type: undefined, code: asText(event['code']) };
}

/** Text, refusal, reasoning, audio, a tool's arguments, a partial image; a tool call begins with its name. */
function carriesContent(type: string, event: JsonObject): boolean {
  if (type.endsWith('.delta')) return asText(event['delta']) !== undefined || asObject(event['delta']) !== undefined;
  if (type === 'response.image_generation_call.partial_image') return true;
  return type === 'response.output_item.added' && asText(asObject(event['item'])?.['name']) !== undefined;
}
