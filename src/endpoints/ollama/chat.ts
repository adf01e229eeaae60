import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asText, type JsonObject, writeJson } from '../../model/json.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint, EventFacts } from '../endpoint.js';
import { inputPolicy, outputPolicy } from '../openai/chat-redaction.js';
import { without } from '../openai/envelope.js';
import { readAnswer, readLine } from './answer.js';
import { readMessage } from './messages.js';
import { readOptions } from './parameters.js';
import { factsOf, redactMessage, redactRepeated } from './redaction.js';
import { createLineFold } from './stream-fold.js';

/** POST /api/chat (Ollama API reference, "Generate a chat completion"). */
export const ollamaChat: Endpoint = {
  traits: {
    operation: 'chat',
    genAiOperation: 'chat',
    spanName: 'ChatCompletion',
    spanKind: 'LLM',
    system: 'ollama',
    provider: 'ollama',
    repeatsRequest: true,
  },
  suffixes: ['/api/chat'],
  shared: true,
  lines: true,
  readRequest: (body) => ({ model: asText(body['model']), stream: body['stream'] !== false }),
  readResponse: readAnswer,
  isResponse: (body) => asObject(body['message']) !== undefined || typeof body['done'] === 'boolean',
  readEvent,
  createFold: createLineFold,
  describeRequest,
  describeResponse,
  redactRequest,
  redactResponse,
};

/** Members of a request that are content. */
const CONTENT = ['messages', 'tools'];

/** Generated content: text, reasoning, a tool call, an image; the last line's empty message is none. */
function readEvent(event: JsonObject): EventFacts {
  const message = asObject(event['message']);
  const content =
    asText(message?.['content']) !== undefined ||
    asText(message?.['thinking']) !== undefined ||
    ['tool_calls', 'images'].some((list) => (asArray(message?.[list])?.length ?? 0) > 0);
  return readLine(event, content);
}

function describeRequest(body: JsonObject): RequestContent {
  return {
    messages: asArray(body['messages'])?.map(readMessage),
    tools: asArray(body['tools'])?.map((tool) => writeJson(tool) ?? ''),
    invocationParameters: without(body, CONTENT),
    parameters: readOptions(body),
  };
}

function describeResponse(body: JsonObject): ResponseContent {
  if (!asObject(body['message'])) return {};
  return { messages: [{ ...readMessage(body['message']), finishReason: asText(body['done_reason']) }] };
}

function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const copy = without(body, [
    ...(policy.hideInvocationParameters ? Object.keys(body).filter((name) => !CONTENT.includes(name)) : []),
    ...(policy.hideInputMessages ? ['messages'] : []),
    ...(policy.hideTools ? ['tools'] : []),
  ]);
  const messages = asArray(copy['messages']);
  if (messages) copy['messages'] = messages.map((message) => redactMessage(message, inputPolicy(policy)));
  else if (policy.hideInputText && copy['messages'] !== undefined) copy['messages'] = REDACTED;
  return copy;
}

function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const hidden = policy.hideOutputMessages || policy.hideOutputText;
  const copy = hidden ? factsOf(body) : without(body, []);
  const message = body['message'];
  if (message !== undefined && !policy.hideOutputMessages)
    copy['message'] = redactMessage(message, outputPolicy(policy));
  redactRepeated(copy, policy);
  return copy;
}
