import { asCount, asText, type JsonObject } from '../../model/json.js';
import type { Endpoint, ResponseFacts } from '../endpoint.js';
import { createLastEventFold } from '../last-event.js';
import { describeMessagesRequest } from './messages.js';
import { redactRequest, redactResponse } from './redaction.js';

/** POST …/messages/count_tokens (Anthropic API reference, "Count tokens in a Message"). Its answer is never streamed. */
export const countTokens: Endpoint = {
  traits: {
    operation: 'count_tokens',
    genAiOperation: 'tokenize',
    spanName: 'CountTokens',
    spanKind: 'TOKEN_COUNTER',
    system: 'anthropic',
    provider: 'anthropic',
  },
  suffixes: ['/messages/count_tokens'],
  shared: false,
  readRequest: (body) => ({ model: asText(body['model']), stream: false }),
  readResponse,
  isResponse: (body) => asCount(body['input_tokens']) !== undefined,
  readEvent: readResponse,
  createFold: createLastEventFold,
  describeRequest: describeMessagesRequest,
  describeResponse: () => ({}),
  redactRequest,
  redactResponse,
};

function readResponse(body: JsonObject): ResponseFacts {
  const input = asCount(body['input_tokens']);
  return { usage: input === undefined ? undefined : { input } };
}
