import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asText, type Json, type JsonObject, writeJson } from '../../model/json.js';
import type { Message, RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint } from '../endpoint.js';
import { readParameters } from '../parameters.js';
import { readSession } from '../session.js';
import { createChatFold, readChatChunk } from './chat-fold.js';
import { readMessage } from './chat-messages.js';
import { inputPolicy, outputPolicy, redactChoices, redactMessage, withoutContent } from './chat-redaction.js';
import { readEnvelope, without } from './envelope.js';

/** POST …/chat/completions (OpenAI API reference, "Create chat completion"). */
export const chatCompletions: Endpoint = {
  traits: {
    operation: 'chat',
    genAiOperation: 'chat',
    spanName: 'ChatCompletion',
    spanKind: 'LLM',
    system: 'openai',
    provider: 'openai',
  },
  suffixes: ['/chat/completions'],
  shared: false,
  tailMembers: ['model', 'usage'],
  readRequest: (body) => ({ model: asText(body['model']), stream: body['stream'] === true, ...readSession(body) }),
  readResponse: readEnvelope,
  isResponse: (body) => Array.isArray(body['choices']),
  readEvent: readChatChunk,
  createFold: createChatFold,
  describeRequest,
  describeResponse,
  redactRequest,
  redactResponse,
};

/** Members of a request that are content: its messages, the answer that it predicts, its tools (`functions`: legacy). */
const CONTENT = ['messages', 'prediction', 'tools', 'functions'];

function readTools(body: JsonObject): string[] | undefined {
  const tools = [...(asArray(body['tools']) ?? []), ...(asArray(body['functions']) ?? [])];
  return tools.length === 0 ? undefined : tools.map((tool) => writeJson(tool) ?? '');
}

function describeRequest(body: JsonObject): RequestContent {
  return {
    messages: asArray(body['messages'])?.map(readMessage),
    tools: readTools(body),
    invocationParameters: without(body, CONTENT),
    parameters: readParameters(body),
  };
}

function describeResponse(body: JsonObject): ResponseContent {
  return { messages: asArray(body['choices'])?.map(readChoice) };
}

function readChoice(value: Json): Message {
  const choice = asObject(value);
  return { ...readMessage(choice?.['message']), finishReason: asText(choice?.['finish_reason']) };
}

function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const parameters = Object.keys(body).filter((name) => !CONTENT.includes(name));
  const copy = without(body, [
    ...(policy.hideInvocationParameters ? parameters : []),
    ...(policy.hideInputMessages ? ['messages', 'prediction'] : []),
    ...(policy.hideTools ? ['tools', 'functions'] : []),
  ]);
  const messages = asArray(copy['messages']);
  if (messages) copy['messages'] = messages.map((message) => redactMessage(message, inputPolicy(policy)));
  else if (policy.hideInputText && copy['messages'] !== undefined) copy['messages'] = REDACTED;
  if (policy.hideInputText && copy['prediction'] !== undefined) copy['prediction'] = REDACTED;
  return copy;
}

function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const copy = without(body, []);
  const choices = redactChoices(body['choices'], (choice) => {
    if (policy.hideOutputMessages) return withoutContent(choice);
    if (!policy.hideOutputText) return choice;
    const shown = withoutContent(choice);
    if (choice['message'] !== undefined) shown['message'] = redactMessage(choice['message'], outputPolicy(policy));
    return shown;
  });
  if (choices !== undefined) copy['choices'] = choices;
  return copy;
}
