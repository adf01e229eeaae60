import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asNumber, asObject, asText, type Json, type JsonObject } from '../../model/json.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint, ResponseFacts } from '../endpoint.js';
import { createLastEventFold } from '../last-event.js';
import { inputPolicy, type MessagePolicy } from '../openai/chat-redaction.js';
import { readChunk, without } from '../openai/envelope.js';
import { readDocument, readResult, readText, redactDocument } from './documents.js';
import { readRerankUsage } from './usage.js';

/** POST …/rerank of Cohere (API reference, "Rerank", v1 and v2), Jina ("Reranker API") and vLLM ("Re-rank API"). */
export const rerank: Endpoint = {
  traits: {
    operation: 'rerank',
    genAiOperation: 'rerank',
    spanName: 'Rerank',
    spanKind: 'RERANKER',
    system: 'cohere',
    provider: 'cohere',
    repeatsRequest: true,
  },
  suffixes: ['/rerank'],
  shared: true,
  readRequest: (body) => ({ model: asText(body['model']), stream: false }),
  readResponse: readFacts,
  isResponse: (body) => RESULTS.some((name) => Array.isArray(body[name])),
  readEvent: (event) => ({ ...readChunk(event, false), ...readFacts(event) }),
  createFold: createLastEventFold,
  describeRequest,
  describeResponse,
  redactRequest,
  redactResponse,
};

/** Members of a request that are content. */
const CONTENT = ['query', 'documents'];
/** Where the ranking stands; some vendors call it `data`. */
const RESULTS = ['results', 'data'];
/** Members of a result that are no content. */
const RESULT_FACTS = ['index', 'relevance_score', 'score', 'object'];
/** Members of an answer that are no content. */
const FACTS = ['id', 'model', 'object', 'meta', 'usage', 'created'];

function readFacts(body: JsonObject): ResponseFacts {
  return { usage: readRerankUsage(body), model: asText(body['model']), id: asText(body['id']) };
}

function describeRequest(body: JsonObject): RequestContent {
  return {
    query: readText(body['query']),
    documents: asArray(body['documents'])?.map(readDocument),
    topDocuments: asNumber(body['top_n']) ?? asNumber(body['top_k']),
    invocationParameters: without(body, CONTENT),
  };
}

function describeResponse(body: JsonObject): ResponseContent {
  return { documents: resultsOf(body)?.map(readResult) };
}

function resultsOf(body: JsonObject): Json[] | undefined {
  return asArray(body['results']) ?? asArray(body['data']);
}

function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const parameters = Object.keys(body).filter((name) => !CONTENT.includes(name));
  const copy = without(body, policy.hideInvocationParameters ? parameters : []);
  for (const name of CONTENT) {
    if (copy[name] !== undefined) copy[name] = redactDocument(copy[name], inputPolicy(policy));
  }
  return copy;
}

/** An answer may hold the documents that it ranks: what is hidden of a request is hidden there too. */
function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const hidden = {
    text: policy.hideInputs || policy.hideInputText || policy.hideOutputText,
    images: policy.hideInputs || policy.hideInputImages,
    imageMaxLength: policy.base64ImageMaxLength,
  };
  const copy = without(body, []);
  for (const key of Object.keys(copy)) {
    const value = copy[key];
    if (value === undefined) continue;
    if (RESULTS.includes(key)) copy[key] = redactResults(value, hidden, policy.hideEmbeddingsVectors);
    else if (hidden.text && !FACTS.includes(key)) copy[key] = REDACTED;
  }
  return copy;
}

function redactResults(value: Json, hidden: MessagePolicy, hideVectors: boolean): Json {
  const redact = (entry: Json): Json => {
    const result = asObject(entry);
    if (!result) return hidden.text ? REDACTED : entry;
    const copy = without(result, []);
    for (const key of Object.keys(copy)) {
      const member = copy[key];
      if (member === undefined || RESULT_FACTS.includes(key)) continue;
      if (key === 'embedding') copy[key] = hideVectors || hidden.text ? REDACTED : member;
      else copy[key] = redactDocument(member, hidden);
    }
    return copy;
  };
  return asArray(value)?.map(redact) ?? redact(value);
}
