import { asArray, asObject, asString, asText, emptyObject, type JsonObject } from '../../model/json.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint } from '../endpoint.js';
import { readParameters } from '../parameters.js';
import { readSession } from '../session.js';
import { readBlocks } from './blocks.js';
import { answerDetails, requestDetails } from './call-details.js';
import { createMessageFold } from './message-fold.js';
import { readOfferedTools } from './offered-tools.js';
import { CONTENT, redactRequest, redactResponse } from './redaction.js';
import { readConversation } from './request-messages.js';
import { readAnswer, readMessageEvent } from './stream-events.js';

/** POST …/messages (Anthropic API reference, "Create a Message"); Ollama and llama.cpp answer it too. */
export const messages: Endpoint = {
  traits: {
    operation: 'messages',
    genAiOperation: 'chat',
    spanName: 'Message',
    spanKind: 'LLM',
    system: 'anthropic',
    provider: 'anthropic',
    // its citations quote the request's documents, its listings the tools of the request's MCP servers
    repeatsRequest: true,
  },
  suffixes: ['/messages'],
  // OpenAI's threads have messages of their own
  notBelow: ['/threads/'],
  shared: true,
  tailMembers: ['stop_reason', 'usage'],
  readRequest: (body) => ({ model: asText(body['model']), stream: body['stream'] === true, ...readSession(body) }),
  readResponse: readAnswer,
  isResponse: (body) => Array.isArray(body['content']),
  readEvent: readMessageEvent,
  createFold: createMessageFold,
  describeRequest: describeMessagesRequest,
  describeResponse,
  redactRequest,
  redactResponse,
};

/** Members that are no parameters either: the model has attributes of its own. As the official instrumentation has it. */
const NO_PARAMETERS = [...CONTENT, 'model', 'output_format'];

/** What a request says, to be answered or to be counted only. */
export function describeMessagesRequest(body: JsonObject): RequestContent {
  const parameters = emptyObject();
  for (const key of Object.keys(body)) if (!NO_PARAMETERS.includes(key)) parameters[key] = body[key];
  const json = asObject(asObject(body['output_config'])?.['format'])?.['type'] === 'json_schema';
  return {
    messages: readConversation(body),
    tools: readOfferedTools(body),
    invocationParameters: parameters,
    parameters: { ...readParameters(body), outputType: json ? 'json' : undefined },
    details: requestDetails(body),
  };
}

function describeResponse(body: JsonObject): ResponseContent {
  const blocks = asArray(body['content']);
  if (!blocks) return {};
  const role = asString(body['role']);
  const message = { role, ...readBlocks(blocks, true), finishReason: asText(body['stop_reason']) };
  return { messages: [message], details: answerDetails(body) };
}
