/** What the answers of images and audio have in common. */
import { asCount, asObject, asText, type Json, type JsonObject } from '../../model/json.js';
import type { Usage } from '../../model/usage.js';
import type { EventFacts, ResponseFacts } from '../endpoint.js';
import { readChunk } from './envelope.js';

/** `usage` of images, speech and transcripts (telemetry contract, section 2). `undefined` when it is no object. */
function readMediaUsage(value: Json | undefined): Usage | undefined {
  const usage = asObject(value);
  if (!usage) return undefined;
  const details = asObject(usage['input_token_details']) ?? asObject(usage['input_tokens_details']);
  return {
    input: asCount(usage['input_tokens']),
    output: asCount(usage['output_tokens']),
    total: asCount(usage['total_tokens']),
    audioInput: asCount(details?.['audio_tokens']),
  };
}

/** Usage and, where a server tells them, model and id. */
export function readMediaResponse(body: JsonObject): ResponseFacts {
  return { usage: readMediaUsage(body['usage']), model: asText(body['model']), id: asText(body['id']) };
}

/** What an event says, given whether it carries content, and whether it is the last of a stream that ends well. */
export function readMediaEvent(event: JsonObject, content: boolean, last: boolean): EventFacts {
  const { error = readErrorType(event) } = readChunk(event, content);
  return { ...readMediaResponse(event), content, error, terminal: error ? 'failure' : last ? 'success' : undefined };
}

/** An error event without an `error` member tells its code itself. */
function readErrorType(event: JsonObject): EventFacts['error'] {
  return event['type'] === 'error' ? { code: asText(event['code']) } : undefined;
}
