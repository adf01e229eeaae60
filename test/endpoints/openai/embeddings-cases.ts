import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const PATH = '/v1/embeddings';
const REQUEST = { model: 'text-embedding-3-small', input: 'hello' };
const USAGE = { prompt_tokens: 8, total_tokens: 8 };
const PLAIN: ExpectedCall = {
  requestModel: 'text-embedding-3-small',
  reportedModel: 'text-embedding-3-small-1',
  usage: { input: 8, total: 8 },
};

function answer(embeddings: unknown[], changes: object = {}): string {
  const data = embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  return JSON.stringify({ object: 'list', data, model: 'text-embedding-3-small-1', usage: USAGE, ...changes });
}

function called(name: string, request: object, body: string, expected: ExpectedCall): ExchangeCase {
  return { name, request: { path: PATH, body: JSON.stringify(request) }, response: { body }, expected };
}

const vector = (index: number) => `embedding.embeddings.${index}.embedding.vector`;
const text = (index: number) => `embedding.embeddings.${index}.embedding.text`;
/** 0.5 and -2 as little-endian float32. */
const BASE64 = 'AAAAPwAAAMA=';
const LARGE = Array.from({ length: 3 }, () => Array.from({ length: 1536 }, (_, index) => Math.sin(index)));

/** Embeddings; their answers are often too big to be parsed before the reply. */
export const EMBEDDINGS_CASES: readonly ExchangeCase[] = [
  called('plain', REQUEST, answer([[0.5, -2]]), {
    ...PLAIN,
    attributes: {
      'openinference.span.kind': 'EMBEDDING',
      'embedding.model_name': 'text-embedding-3-small-1',
      'embedding.invocation_parameters': '{"model":"text-embedding-3-small"}',
      'llm.system': undefined,
      'llm.provider': undefined,
      'llm.model_name': undefined,
      'llm.token_count.prompt': 8,
      'llm.token_count.total': 8,
      'llm.token_count.completion': undefined,
      [text(0)]: 'hello',
      [vector(0)]: [0.5, -2],
      'output.value': answer([[0.5, -2]]),
    },
  }),
  called(
    'several texts, base64 vectors',
    { ...REQUEST, input: ['a', 'b'], encoding_format: 'base64' },
    answer([BASE64, BASE64]),
    {
      ...PLAIN,
      attributes: {
        [text(0)]: 'a',
        [text(1)]: 'b',
        [vector(0)]: [0.5, -2],
        [vector(1)]: [0.5, -2],
        'embedding.invocation_parameters': '{"model":"text-embedding-3-small","encoding_format":"base64"}',
      },
    },
  ),
  called('one text as tokens', { ...REQUEST, input: [1, 2, 3] }, answer([[1]]), {
    ...PLAIN,
    attributes: { [text(0)]: undefined, [vector(0)]: [1] },
  }),
  called('several texts as tokens', { ...REQUEST, input: [[1, 2], [3]] }, answer([[1], [2]]), {
    ...PLAIN,
    attributes: { [text(0)]: undefined, [text(1)]: undefined },
  }),
  called('texts and tokens side by side keep their places', { ...REQUEST, input: [[1], 'b'] }, answer([[1], [2]]), {
    ...PLAIN,
    attributes: { [text(0)]: undefined, [text(1)]: 'b' },
  }),
  called('vectors that are none', REQUEST, answer([['x'], 'AAA=', null, {}]), {
    ...PLAIN,
    attributes: { [vector(0)]: undefined, [vector(1)]: undefined, [vector(2)]: undefined },
  }),
  called(
    'output tokens of 0, as some servers report them, are no counter here',
    REQUEST,
    answer([[1]], { usage: { ...USAGE, completion_tokens: 0, prompt_tokens_details: null } }),
    {
      ...PLAIN,
      attributes: { 'llm.token_count.completion': undefined },
    },
  ),
  called('a big answer, its facts behind the vectors', REQUEST, answer(LARGE), {
    ...PLAIN,
    attributes: { [vector(2)]: LARGE[2] as number[] },
  }),
  called(
    'a big answer, its facts before the vectors',
    REQUEST,
    JSON.stringify({
      model: PLAIN.reportedModel,
      usage: USAGE,
      object: 'list',
      data: LARGE.map((embedding) => ({ embedding })),
    }),
    PLAIN,
  ),
  called(
    'a big answer, its model before the vectors and its usage behind them',
    REQUEST,
    JSON.stringify({ model: PLAIN.reportedModel, data: LARGE.map((embedding) => ({ embedding })), usage: USAGE }),
    PLAIN,
  ),
  called('a big answer without usage', REQUEST, answer(LARGE, { usage: undefined }), { ...PLAIN, usage: {} }),
  {
    ...called('a big answer beyond the cap', REQUEST, answer(LARGE), {
      ...PLAIN,
      truncated: true,
      attributes: { [vector(0)]: undefined },
    }),
    contentBytes: 1000,
  },
  called('a big text that is no answer', REQUEST, `{"data":"${'x'.repeat(70_000)}"}`, {
    requestModel: REQUEST.model,
    failure: { type: 'unparsable_response' },
  }),
  {
    name: 'a big answer that is cut',
    request: { path: PATH, body: JSON.stringify(REQUEST) },
    response: { body: answer(LARGE).slice(0, -30), end: 'cut' },
    expected: { requestModel: REQUEST.model, failure: { type: 'interrupted' } },
  },
  {
    name: '400',
    request: { path: PATH, body: JSON.stringify(REQUEST) },
    response: { status: 400, body: '{"error":{}}' },
    expected: {
      requestModel: REQUEST.model,
      failure: { type: '400', exception: { status: 400, body: '{"error":{}}' } },
    },
  },
];
