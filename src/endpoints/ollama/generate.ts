import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asString, asText, type JsonObject } from '../../model/json.js';
import type { Message, RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint } from '../endpoint.js';
import { inputPolicy, outputPolicy } from '../openai/chat-redaction.js';
import { without } from '../openai/envelope.js';
import { readAnswer, readLine } from './answer.js';
import { readImages, readThinking, readToolCalls } from './messages.js';
import { readOptions } from './parameters.js';
import { factsOf, redactImages, redactRepeated } from './redaction.js';
import { createLineFold } from './stream-fold.js';

/** POST /api/generate (Ollama API reference, "Generate a completion"). */
export const ollamaGenerate: Endpoint = {
  traits: {
    operation: 'completion',
    genAiOperation: 'text_completion',
    spanName: 'Completion',
    spanKind: 'LLM',
    system: 'ollama',
    provider: 'ollama',
    repeatsRequest: true,
  },
  suffixes: ['/api/generate'],
  shared: true,
  lines: true,
  readRequest: (body) => ({ model: asText(body['model']), stream: body['stream'] !== false }),
  readResponse: readAnswer,
  isResponse: (body) => typeof body['response'] === 'string' || typeof body['done'] === 'boolean',
  readEvent: (event) => readLine(event, carriesContent(event)),
  createFold: createLineFold,
  describeRequest,
  describeResponse,
  redactRequest,
  redactResponse,
};

/** Texts of a request beside its prompt that go to the model; the template is the text around them. */
const TEXTS = ['suffix', 'system', 'template'];
/** Members of a request that are content; `context` is an earlier conversation as token numbers. */
const CONTENT = ['prompt', ...TEXTS, 'context', 'images'];

/** Generated content: text, reasoning, an image, a tool call; how far an image has come is none. */
function carriesContent(event: JsonObject): boolean {
  return (
    ['response', 'thinking', 'image'].some((key) => asText(event[key]) !== undefined) ||
    (asArray(event['tool_calls'])?.length ?? 0) > 0
  );
}

/** What is beside the prompt is told as messages: the system prompt, and the images as the user's. */
function describeRequest(body: JsonObject): RequestContent {
  const prompt = asString(body['prompt']);
  const system = asText(body['system']);
  const images = readImages(body['images']);
  const messages: Message[] = [
    ...(system === undefined ? [] : [{ role: 'system', instructions: true, content: system }]),
    ...(images.length === 0 ? [] : [{ role: 'user', parts: images }]),
  ];
  return {
    prompts: prompt === undefined ? undefined : [prompt],
    messages: messages.length > 0 ? messages : undefined,
    invocationParameters: without(body, CONTENT),
    parameters: readOptions(body),
  };
}

/** What is beside the text is told as a message: reasoning, tool calls, an image. */
function describeResponse(body: JsonObject): ResponseContent {
  const text = asString(body['response']);
  const parts = [...readThinking(body), ...readImages(body['image'] === undefined ? undefined : [body['image']])];
  const toolCalls = readToolCalls(body['tool_calls']);
  const beside = parts.length > 0 || (toolCalls?.length ?? 0) > 0;
  const message = { role: 'assistant', parts: parts.length > 0 ? parts : undefined, toolCalls };
  return {
    choices: text === undefined ? undefined : [text],
    messages: beside ? [{ ...message, finishReason: asText(body['done_reason']) }] : undefined,
  };
}

function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const copy = without(body, [
    ...(policy.hideInvocationParameters ? Object.keys(body).filter((name) => !CONTENT.includes(name)) : []),
    ...(policy.hideInputMessages ? ['system', 'images', 'template', 'context'] : []),
  ]);
  if (policy.hidePrompts || policy.hideInputText) {
    for (const key of ['prompt', ...TEXTS, 'context']) if (copy[key] !== undefined) copy[key] = REDACTED;
  }
  if (copy['images'] !== undefined) copy['images'] = redactImages(copy['images'], inputPolicy(policy));
  return copy;
}

function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const hidden = policy.hideOutputMessages || policy.hideOutputText || policy.hideChoices;
  const copy = hidden ? factsOf(body) : without(body, []);
  if (hidden) redactParts(copy, body, policy);
  else if (copy['image'] !== undefined) copy['image'] = redactImages(copy['image'], outputPolicy(policy));
  redactRepeated(copy, policy);
  return copy;
}

/** Changes `copy`: of what an answer's content is made of, what may stay. */
function redactParts(copy: JsonObject, body: JsonObject, policy: ContentPolicy): void {
  const hideText = policy.hideOutputText || policy.hideChoices;
  if (body['response'] !== undefined) copy['response'] = hideText ? REDACTED : body['response'];
  if (policy.hideOutputMessages) return;
  if (body['thinking'] !== undefined) copy['thinking'] = REDACTED;
  if (body['image'] !== undefined) copy['image'] = redactImages(body['image'], outputPolicy(policy));
  if (body['tool_calls'] !== undefined) copy['tool_calls'] = body['tool_calls'];
}
