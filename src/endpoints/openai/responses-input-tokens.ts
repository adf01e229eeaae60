import { asCount, type JsonObject } from '../../model/json.js';
import type { Endpoint, ResponseFacts } from '../endpoint.js';
import { readChunk, without } from './envelope.js';
import { describeResponsesRequest, readResponsesRequest } from './responses.js';
import { redactResponsesRequest } from './responses-redaction.js';

/** POST …/responses/input_tokens (OpenAI API reference, "Get input token counts"). */
export const responsesInputTokens: Endpoint = {
  traits: {
    operation: 'responses_input_tokens',
    genAiOperation: 'tokenize',
    spanName: 'ResponsesInputTokens',
    spanKind: 'TOKEN_COUNTER',
    system: 'openai',
    provider: 'openai',
  },
  suffixes: ['/responses/input_tokens'],
  shared: false,
  readRequest: (body) => ({ ...readResponsesRequest(body), stream: false }),
  readResponse: readCount,
  isResponse: (body) => asCount(body['input_tokens']) !== undefined,
  readEvent: (event) => ({ ...readChunk(event, false), ...readCount(event) }),
  createFold() {
    let last: JsonObject = {};
    return {
      push(event) {
        last = event;
      },
      result: () => last,
    };
  },
  describeRequest: describeResponsesRequest,
  describeResponse: () => ({}),
  redactRequest: redactResponsesRequest,
  redactResponse: (body) => without(body, []),
};

function readCount(body: JsonObject): ResponseFacts {
  const input = asCount(body['input_tokens']);
  return { usage: input === undefined ? undefined : { input } };
}
