import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asString, asText, type Json, type JsonObject } from '../../model/json.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint, ResponseFacts, StreamFold } from '../endpoint.js';
import { readParameters } from '../parameters.js';
import { readChunk, readEnvelope, without } from './envelope.js';

/** POST …/embeddings (OpenAI API reference, "Create embeddings"). */
export const embeddings: Endpoint = {
  traits: {
    operation: 'embeddings',
    genAiOperation: 'embeddings',
    spanName: 'CreateEmbeddings',
    spanKind: 'EMBEDDING',
    provider: 'openai',
  },
  suffixes: ['/embeddings'],
  shared: false,
  tailMembers: ['model', 'usage'],
  readRequest: (body) => ({ model: asText(body['model']), stream: false }),
  readResponse: readFacts,
  isResponse: (body) => Array.isArray(body['data']),
  readEvent: (event) => ({ ...readChunk(event, false), ...readFacts(event) }),
  createFold,
  describeRequest,
  describeResponse,
  redactRequest,
  redactResponse,
};

/** Nothing is generated: the output tokens that some servers report (always 0) are no counter of this endpoint. */
function readFacts(body: JsonObject): ResponseFacts {
  const facts = readEnvelope(body);
  return { ...facts, usage: facts.usage && { input: facts.usage.input, total: facts.usage.total } };
}

/** Embeddings are not streamed; an event stream is read for its facts and its last event stands for the answer. */
function createFold(): StreamFold {
  let last: JsonObject = {};
  return {
    push(event) {
      last = event;
    },
    result: () => last,
  };
}

/** The input is a text, a list of texts, token numbers, or a list of those; tokens have no text. */
function describeRequest(body: JsonObject): RequestContent {
  const input = body['input'];
  const list = asArray(input);
  const texts = list ? list.map(asString) : [asString(input)];
  return {
    texts: texts.some((text) => text !== undefined) ? texts : undefined,
    invocationParameters: without(body, ['input']),
    parameters: readParameters(body),
  };
}

function describeResponse(body: JsonObject): ResponseContent {
  return { vectors: asArray(body['data'])?.map((entry) => readVector(asObject(entry)?.['embedding'])) };
}

/** A vector as numbers, or as base64 of little-endian float32 (`encoding_format: base64`, what the SDKs ask for). */
function readVector(value: Json | undefined): number[] | undefined {
  const numbers = asArray(value);
  if (numbers) return numbers.every((entry) => typeof entry === 'number') ? (numbers as number[]) : undefined;
  const text = asText(value);
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const copy = policy.hideInvocationParameters ? without({ input: body['input'] }, []) : without(body, []);
  if ((policy.hideEmbeddingsText || policy.hideInputText) && copy['input'] !== undefined) {
    const list = asArray(copy['input']);
    copy['input'] = list?.every((entry) => typeof entry === 'string') ? list.map(() => REDACTED) : REDACTED;
  }
  return copy;
}

function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const data = asArray(body['data']);
  if (!policy.hideEmbeddingsVectors || !data) return body;
  const copy = without(body, []);
  copy['data'] = data.map((entry) => {
    const object = asObject(entry);
    return object ? { ...without(object, ['embedding']), embedding: REDACTED } : REDACTED;
  });
  return copy;
}
