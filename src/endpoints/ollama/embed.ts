import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asCount, asString, asText, type Json, type JsonObject } from '../../model/json.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint, ResponseFacts } from '../endpoint.js';
import { createLastEventFold } from '../last-event.js';
import { embeddings } from '../openai/embeddings.js';
import { readChunk, without } from '../openai/envelope.js';
import { readOptions } from './parameters.js';

/**
 * POST /api/embed, and /api/embeddings with one text and one vector (Ollama API reference, "Generate Embeddings"). Some servers have
 * OpenAI's API at the second path: its bodies are read as well.
 */
export const ollamaEmbed: Endpoint = {
  traits: {
    operation: 'embeddings',
    genAiOperation: 'embeddings',
    spanName: 'CreateEmbeddings',
    spanKind: 'EMBEDDING',
    system: 'ollama',
    provider: 'ollama',
  },
  suffixes: ['/api/embed', '/api/embeddings'],
  shared: false,
  tailMembers: ['total_duration', 'load_duration', 'prompt_eval_count', 'model', 'usage'],
  readRequest: (body) => ({ model: asText(body['model']), stream: false }),
  readResponse: readFacts,
  isResponse: (body) => ANSWERS.some((name) => Array.isArray(body[name])),
  readEvent: (event) => ({ ...readChunk(event, false), ...readFacts(event) }),
  createFold: createLastEventFold,
  describeRequest,
  describeResponse,
  redactRequest,
  redactResponse,
};

/** Members that are the texts of a request. */
const TEXTS = ['input', 'prompt'];
/** Members that are the vectors of an answer; the last is OpenAI's. */
const ANSWERS = ['embeddings', 'embedding', 'data'];

function readFacts(body: JsonObject): ResponseFacts {
  const facts = embeddings.readResponse(body);
  const input = asCount(body['prompt_eval_count']);
  return input === undefined ? facts : { ...facts, usage: { ...facts.usage, input } };
}

function describeRequest(body: JsonObject): RequestContent {
  const input = body['input'] ?? body['prompt'];
  const list = asArray(input) ?? [input];
  const texts = list.map(asString);
  return {
    texts: texts.some((text) => text !== undefined) ? texts : undefined,
    invocationParameters: without(body, TEXTS),
    parameters: readOptions(body),
  };
}

function describeResponse(body: JsonObject): ResponseContent {
  const single = asArray(body['embedding']);
  const vectors = asArray(body['embeddings']) ?? (single && [single]);
  return vectors ? { vectors: vectors.map(readVector) } : embeddings.describeResponse(body);
}

function readVector(value: Json): number[] | undefined {
  const numbers = asArray(value);
  return numbers?.every((entry) => typeof entry === 'number') ? (numbers as number[]) : undefined;
}

function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const parameters = Object.keys(body).filter((name) => !TEXTS.includes(name));
  const copy = without(body, policy.hideInvocationParameters ? parameters : []);
  if (!policy.hideEmbeddingsText && !policy.hideInputText) return copy;
  for (const name of TEXTS) if (copy[name] !== undefined) copy[name] = hideEach(copy[name]);
  return copy;
}

function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const copy = without(embeddings.redactResponse(body, policy), []);
  if (!policy.hideEmbeddingsVectors) return copy;
  if (copy['embeddings'] !== undefined) copy['embeddings'] = hideEach(copy['embeddings']);
  if (copy['embedding'] !== undefined) copy['embedding'] = REDACTED;
  return copy;
}

/** Each entry its own marker, so that their number stays visible. */
function hideEach(value: Json | undefined): Json {
  return asArray(value)?.map(() => REDACTED) ?? REDACTED;
}
