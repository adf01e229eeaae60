import { CohereClient, CohereClientV2 } from 'cohere-ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureServer, startCaptureServer } from '../../support/capture-server.js';
import { checkCase } from '../../support/check-case.js';
import { BYTE_BY_BYTE, IN_ONE_PIECE } from '../../support/drive-exchange.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

let server: CaptureServer;

beforeAll(async () => {
  server = await startCaptureServer();
});
afterAll(() => server.close());

type Answer = NonNullable<ExchangeCase['response']>;

/** Lets the client make its call, and has the endpoint read the request as the client sent it and the answer that it got. */
async function call<Result>(answer: Answer, make: () => Promise<Result>, expected: ExpectedCall): Promise<Result> {
  server.answer(answer);
  const result = await make();
  const one: ExchangeCase = { name: '', request: server.last(), response: answer, expected };
  await checkCase(one, IN_ONE_PIECE);
  await checkCase(one, BYTE_BY_BYTE);
  return result;
}

const options = () => ({ token: 'none', environment: server.url, maxRetries: 0 });
const META = {
  api_version: { version: '2' },
  billed_units: { search_units: 1 },
  tokens: { input_tokens: 40, output_tokens: 0 },
};
const PLAIN: ExpectedCall = {
  requestModel: 'rerank-v3.5',
  responseId: '07734bd2',
  provider: 'cohere',
  usage: { input: 40, output: 0 },
};

test('version 2', async () => {
  const body = JSON.stringify({ id: '07734bd2', results: [{ index: 1, relevance_score: 0.9 }], meta: META });
  const make = () =>
    new CohereClientV2(options()).rerank({
      model: 'rerank-v3.5',
      query: 'q',
      documents: ['a', 'ü🙂'],
      topN: 1,
      maxTokensPerDoc: 9,
    });
  const result = await call({ body }, make, {
    ...PLAIN,
    attributes: {
      'reranker.query': 'q',
      'reranker.top_k': 1,
      'reranker.input_documents.1.document.content': 'ü🙂',
      'reranker.output_documents.0.document.score': 0.9,
      'llm.invocation_parameters': '{"model":"rerank-v3.5","top_n":1,"max_tokens_per_doc":9}',
    },
  });
  expect(result.results[0]?.relevanceScore).toBe(0.9);
  expect(result.meta?.tokens?.inputTokens).toBe(40);
  expect(server.last().path).toBe('/v2/rerank');
});

test('version 1, whose answer repeats the documents', async () => {
  const results = [{ index: 1, relevance_score: 0.9, document: { text: 'b' } }];
  const make = () =>
    new CohereClient(options()).rerank({
      model: 'rerank-v3.5',
      query: 'q',
      documents: ['a', { text: 'b', id: 'doc-b' }],
      returnDocuments: true,
    });
  const result = await call({ body: JSON.stringify({ id: '07734bd2', results, meta: META }) }, make, {
    ...PLAIN,
    attributes: {
      'reranker.input_documents.0.document.content': 'a',
      'reranker.input_documents.1.document.content': 'b',
      'reranker.input_documents.1.document.id': 'doc-b',
      'reranker.output_documents.0.document.content': 'b',
      'reranker.output_documents.0.document.id': '1',
    },
  });
  expect(result.results[0]?.document?.text).toBe('b');
  expect(server.last().path).toBe('/v1/rerank');
});

test('too many requests', async () => {
  const body = '{"message":"slow down"}';
  const make = () =>
    new CohereClientV2(options()).rerank({ model: 'rerank-v3.5', query: 'q', documents: ['a'] }).then(
      () => 0,
      (error: unknown) => (error as { statusCode?: number }).statusCode,
    );
  const status = await call({ status: 429, body }, make, {
    requestModel: 'rerank-v3.5',
    provider: 'cohere',
    failure: { type: '429', exception: { status: 429, body } },
  });
  expect(status).toBe(429);
});
