import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const DOCUMENTS = ['Carson City is in Nevada.', 'Washington, D.C. is the capital. 🏛', 'Saipan lies on an island.'];
const REQUEST = { model: 'rerank-v3.5', query: 'Welche Hauptstadt?', documents: DOCUMENTS, top_n: 2 };
const RESULTS = [
  { index: 1, relevance_score: 0.999 },
  { index: 0, relevance_score: 0.25 },
];
const META = { api_version: { version: '2' }, billed_units: { search_units: 1 } };
const PLAIN: ExpectedCall = { requestModel: 'rerank-v3.5', provider: 'cohere', responseId: '07734bd2' };

function called(
  name: string,
  request: object | string,
  answer: object | string,
  expected: ExpectedCall | 'ignored',
  response: ExchangeCase['response'] = {},
  path = '/v2/rerank',
): ExchangeCase {
  const text = (body: object | string) => (typeof body === 'string' ? body : JSON.stringify(body));
  return { name, request: { path, body: text(request) }, response: { body: text(answer), ...response }, expected };
}

const answer = (meta: object = META, results: unknown = RESULTS) => ({ id: '07734bd2', results, meta });
const input = (index: number) => `reranker.input_documents.${index}.document`;
const output = (index: number) => `reranker.output_documents.${index}.document`;
const failed = (type: string): ExpectedCall => ({
  requestModel: 'rerank-v3.5',
  provider: 'cohere',
  failure: { type },
});

/** POST …/rerank of Cohere, Jina and vLLM. */
export const RERANK_CASES: readonly ExchangeCase[] = [
  called('Cohere v2: search units are no tokens', REQUEST, answer(), {
    ...PLAIN,
    attributes: {
      'openinference.span.kind': 'RERANKER',
      'llm.system': 'cohere',
      'llm.provider': 'cohere',
      'llm.model_name': 'rerank-v3.5',
      'reranker.model_name': 'rerank-v3.5',
      'reranker.query': 'Welche Hauptstadt?',
      'reranker.top_k': 2,
      'llm.invocation_parameters': '{"model":"rerank-v3.5","top_n":2}',
      'llm.token_count.prompt': undefined,
      [`${input(0)}.content`]: DOCUMENTS[0] as string,
      [`${input(0)}.id`]: undefined,
      [`${input(2)}.content`]: DOCUMENTS[2] as string,
      [`${output(0)}.id`]: '1',
      [`${output(0)}.score`]: 0.999,
      [`${output(0)}.content`]: undefined,
      [`${output(1)}.id`]: '0',
      [`${output(1)}.score`]: 0.25,
      [`${output(2)}.score`]: undefined,
      'input.value': JSON.stringify(REQUEST),
      'output.value': JSON.stringify(answer()),
    },
  }),
  called(
    'Cohere v1: documents are objects and come back',
    {
      ...REQUEST,
      documents: [{ text: 'a', id: 'doc-a' }, { text: 'b', title: 'B' }, { title: 'C', body: 'c' }, 'd'],
      rank_fields: ['title', 'text'],
      return_documents: true,
      max_chunks_per_doc: 10,
    },
    answer(META, [
      { index: 0, relevance_score: 1, document: { text: 'a', id: 'doc-a' } },
      { index: 1, relevance_score: 0, document: { text: 'b' } },
    ]),
    {
      ...PLAIN,
      attributes: {
        [`${input(0)}.id`]: 'doc-a',
        [`${input(0)}.content`]: 'a',
        [`${input(1)}.content`]: 'b',
        [`${input(2)}.content`]: '{"title":"C","body":"c"}',
        [`${input(3)}.content`]: 'd',
        [`${output(0)}.id`]: 'doc-a',
        [`${output(0)}.content`]: 'a',
        [`${output(1)}.id`]: '1',
        [`${output(1)}.score`]: 0,
        [`${output(1)}.content`]: 'b',
        'llm.invocation_parameters':
          '{"model":"rerank-v3.5","top_n":2,"rank_fields":["title","text"],"return_documents":true,"max_chunks_per_doc":10}',
      },
    },
    {},
    '/v1/rerank',
  ),
  called('tokens', REQUEST, answer({ tokens: { input_tokens: 40, output_tokens: 0 } }), {
    ...PLAIN,
    usage: { input: 40, output: 0 },
    attributes: { 'llm.token_count.prompt': 40, 'llm.token_count.completion': 0, 'llm.token_count.total': 40 },
  }),
  called(
    'tokens count before billed ones',
    REQUEST,
    answer({ tokens: { input_tokens: 40 }, billed_units: { input_tokens: 30, output_tokens: 1, search_units: 1 } }),
    { ...PLAIN, usage: { input: 40 } },
  ),
  called('billed tokens', REQUEST, answer({ tokens: {}, billed_units: { input_tokens: 30, output_tokens: 1 } }), {
    ...PLAIN,
    usage: { input: 30, output: 1 },
  }),
  called('tokens of 0 are known', REQUEST, answer({ billed_units: { input_tokens: 0 } }), {
    ...PLAIN,
    usage: { input: 0 },
    attributes: { 'llm.token_count.prompt': 0 },
  }),
  called('no meta', REQUEST, { id: '07734bd2', results: RESULTS }, PLAIN),
  called(
    'Jina: a model, usage, documents as objects',
    { model: 'jina-reranker-v2-base-multilingual', query: { text: 'q' }, documents: [{ text: 'a' }, { text: 'b' }] },
    {
      model: 'jina-reranker-v2-base-multilingual',
      object: 'list',
      usage: { total_tokens: 815 },
      results: [{ index: 1, relevance_score: 0.8, document: { text: 'b' } }],
    },
    {
      requestModel: 'jina-reranker-v2-base-multilingual',
      reportedModel: 'jina-reranker-v2-base-multilingual',
      provider: 'cohere',
      usage: { total: 815 },
      attributes: {
        'reranker.query': 'q',
        'reranker.top_k': undefined,
        [`${input(1)}.content`]: 'b',
        [`${output(0)}.content`]: 'b',
        'llm.token_count.prompt': undefined,
        'llm.token_count.total': 815,
      },
    },
    {},
    '/v1/rerank',
  ),
  called(
    'Jina: images have no text',
    {
      model: 'jina-reranker-m0',
      query: { image: 'https://images.test/q.png' },
      documents: [{ image: 'https://images.test/a.png' }, 'data:image/png;base64,AAAA', { text: 'b' }],
    },
    { model: 'jina-reranker-m0', usage: { total_tokens: 9 }, results: [{ index: 2, relevance_score: 0.5 }] },
    {
      requestModel: 'jina-reranker-m0',
      reportedModel: 'jina-reranker-m0',
      provider: 'cohere',
      usage: { total: 9 },
      attributes: {
        'reranker.query': undefined,
        [`${input(0)}.content`]: undefined,
        [`${input(1)}.content`]: undefined,
        [`${input(2)}.content`]: 'b',
      },
    },
    {},
    '/v1/rerank',
  ),
  called(
    'vLLM: prompt tokens, documents in parts',
    {
      model: 'BAAI/bge-reranker-base',
      query: 'q',
      documents: [
        'a',
        {
          content: [
            { type: 'text', text: 'b' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'text', text: 'c' },
          ],
        },
      ],
      top_n: 1,
    },
    {
      id: 'rerank-fae51b2b',
      model: 'BAAI/bge-reranker-base',
      usage: { prompt_tokens: 56, total_tokens: 56 },
      results: [{ index: 0, document: { text: 'a', multi_modal: null }, relevance_score: 0.99853515625 }],
    },
    {
      requestModel: 'BAAI/bge-reranker-base',
      reportedModel: 'BAAI/bge-reranker-base',
      responseId: 'rerank-fae51b2b',
      provider: 'cohere',
      usage: { input: 56, total: 56 },
      attributes: {
        [`${input(1)}.content`]: 'b\nc',
        [`${output(0)}.content`]: 'a',
        [`${output(0)}.id`]: '0',
        [`${output(0)}.score`]: 0.99853515625,
      },
    },
    {},
    '/rerank',
  ),
  called(
    'a big answer with the documents in it',
    REQUEST,
    answer({ tokens: { input_tokens: 7, output_tokens: 0 } }, [
      { index: 1, relevance_score: 1, document: { text: 'x'.repeat(70_000) } },
    ]),
    { ...PLAIN, usage: { input: 7, output: 0 }, attributes: { [`${output(0)}.content`]: 'x'.repeat(70_000) } },
  ),
  called('no result', REQUEST, answer(META, []), { ...PLAIN, attributes: { [`${output(0)}.score`]: undefined } }),
  called(
    'hostile shapes',
    { ...REQUEST, query: 7, documents: [null, 7, [], {}, { text: 1 }, { id: 5, text: 'e' }, { content: [null, 'x'] }] },
    { id: 7, model: {}, meta: [], usage: 'x', results: [null, 7, { index: 'x', relevance_score: 'y', document: 3 }] },
    {
      requestModel: 'rerank-v3.5',
      provider: 'cohere',
      attributes: {
        'reranker.query': undefined,
        [`${input(0)}.content`]: undefined,
        [`${input(4)}.content`]: '{"text":1}',
        [`${input(5)}.id`]: '5',
        [`${input(5)}.content`]: 'e',
        [`${input(6)}.content`]: undefined,
        [`${output(2)}.score`]: undefined,
      },
    },
  ),
  called('documents that are no list', { ...REQUEST, documents: { a: 1 } }, answer(), {
    ...PLAIN,
    attributes: { [`${input(0)}.content`]: undefined },
  }),
  called(
    'too many requests',
    REQUEST,
    '{"message":"slow down"}',
    {
      ...failed('429'),
      failure: { type: '429', exception: { status: 429, body: '{"message":"slow down"}' } },
    },
    { status: 429 },
  ),
  called('no answer', REQUEST, '{"message":"x"}', failed('unparsable_response')),
  called('a list', REQUEST, '[{"index":0,"score":1}]', failed('unparsable_response')),
  called('cut before its end', REQUEST, JSON.stringify(answer()).slice(0, -3), failed('interrupted'), { end: 'cut' }),
  called(
    'whole, then cut',
    REQUEST,
    answer({ tokens: { input_tokens: 1, output_tokens: 0 } }),
    {
      ...PLAIN,
      usage: { input: 1, output: 0 },
    },
    { end: 'cut' },
  ),
  called('a request without a model, as servers of one model take it', { query: 'q', texts: ['a'] }, '[]', 'ignored'),
];
