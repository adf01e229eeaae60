import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asCount, asString, asText, type JsonObject, writeJson } from '../../model/json.js';
import type { RequestContent } from '../../model/message.js';
import type { Endpoint, ResponseFacts } from '../endpoint.js';
import { createLastEventFold } from '../last-event.js';
import { readMessage } from '../openai/chat-messages.js';
import { inputPolicy, redactMessage } from '../openai/chat-redaction.js';
import { readChunk, without } from '../openai/envelope.js';

/** POST /tokenize (vLLM, "Tokenizer API"): of a prompt, or of a chat as the model's template writes it. */
export const tokenize: Endpoint = {
  traits: {
    operation: 'tokenize',
    genAiOperation: 'tokenize',
    spanName: 'Tokenize',
    spanKind: 'TOKEN_COUNTER',
    system: 'openai',
    provider: 'openai',
    repeatsRequest: true,
  },
  suffixes: ['/tokenize'],
  shared: true,
  readRequest: (body) => ({ model: asText(body['model']), stream: false }),
  readResponse,
  isResponse: (body) => asCount(body['count']) !== undefined,
  readEvent: (event) => ({ ...readChunk(event, false), ...readResponse(event) }),
  createFold: createLastEventFold,
  describeRequest,
  describeResponse: () => ({}),
  redactRequest,
  redactResponse,
};

/** Members of a request that are content. */
const CONTENT = ['prompt', 'messages', 'tools'];
/** Members of an answer that are none; the others are the text itself, as tokens. */
const FACTS = ['count', 'max_model_len', 'model', 'id', 'object'];

function readResponse(body: JsonObject): ResponseFacts {
  const input = asCount(body['count']);
  return { usage: input === undefined ? undefined : { input }, model: asText(body['model']) };
}

function describeRequest(body: JsonObject): RequestContent {
  const prompt = asString(body['prompt']);
  return {
    prompts: prompt === undefined ? undefined : [prompt],
    messages: asArray(body['messages'])?.map(readMessage),
    tools: asArray(body['tools'])?.map((tool) => writeJson(tool) ?? ''),
    invocationParameters: without(body, CONTENT),
  };
}

function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const copy = without(body, [
    ...(policy.hideInvocationParameters ? Object.keys(body).filter((name) => !CONTENT.includes(name)) : []),
    ...(policy.hideInputMessages ? ['messages'] : []),
    ...(policy.hideTools ? ['tools'] : []),
  ]);
  if ((policy.hidePrompts || policy.hideInputText) && copy['prompt'] !== undefined) copy['prompt'] = REDACTED;
  const messages = asArray(copy['messages']);
  if (messages) copy['messages'] = messages.map((message) => redactMessage(message, inputPolicy(policy)));
  else if (policy.hideInputText && copy['messages'] !== undefined) copy['messages'] = REDACTED;
  return copy;
}

/** The tokens are the request's text: what hides any of that, or texts of answers, hides them. */
function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const hidden =
    policy.hideInputs ||
    policy.hideInputMessages ||
    policy.hideInputText ||
    policy.hideInputImages ||
    policy.hidePrompts ||
    policy.hideTools ||
    policy.hideOutputMessages ||
    policy.hideOutputText;
  const copy = without(body, []);
  if (!hidden) return copy;
  for (const key of Object.keys(copy)) if (!FACTS.includes(key) && copy[key] != null) copy[key] = REDACTED;
  return copy;
}
