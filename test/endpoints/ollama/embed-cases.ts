import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import { JSON_HEADERS } from '../../support/ollama-answers.js';

const EMBED = '/api/embed';
const EMBEDDINGS = '/api/embeddings';
const REQUEST = { model: 'all-minilm', input: 'hello' };
const PLAIN: ExpectedCall = {
  requestModel: 'all-minilm',
  reportedModel: 'all-minilm',
  provider: 'ollama',
  usage: { input: 8 },
};
const { reportedModel: _none, ...SILENT } = { ...PLAIN, usage: {} };

function answer(embeddings: unknown, changes: object = {}): string {
  const counters = { total_duration: 14_143_917, load_duration: 1_019_500, prompt_eval_count: 8 };
  return JSON.stringify({ model: 'all-minilm', embeddings, ...counters, ...changes });
}

function called(
  name: string,
  path: string,
  request: object,
  body: string,
  expected: ExpectedCall,
  response: ExchangeCase['response'] = {},
): ExchangeCase {
  return {
    name,
    request: { path, body: JSON.stringify(request) },
    response: { headers: JSON_HEADERS, body, ...response },
    expected,
  };
}

const vector = (index: number) => `embedding.embeddings.${index}.embedding.vector`;
const text = (index: number) => `embedding.embeddings.${index}.embedding.text`;
const LARGE = Array.from({ length: 3 }, () => Array.from({ length: 1536 }, (_, index) => Math.sin(index)));

/** POST /api/embed and /api/embeddings. */
export const EMBED_CASES: readonly ExchangeCase[] = [
  called(
    'plain',
    EMBED,
    { ...REQUEST, truncate: true, dimensions: 2, options: { num_ctx: 512 } },
    answer([[0.5, -2]]),
    {
      ...PLAIN,
      attributes: {
        'openinference.span.kind': 'EMBEDDING',
        'embedding.model_name': 'all-minilm',
        'embedding.invocation_parameters':
          '{"model":"all-minilm","truncate":true,"dimensions":2,"options":{"num_ctx":512}}',
        'llm.system': 'ollama',
        'llm.model_name': undefined,
        'llm.provider': undefined,
        'llm.token_count.prompt': 8,
        'llm.token_count.total': undefined,
        [text(0)]: 'hello',
        [vector(0)]: [0.5, -2],
        'output.value': answer([[0.5, -2]]),
      },
    },
  ),
  called('several texts', EMBED, { ...REQUEST, input: ['a', 'ü🙂'] }, answer([[0.5], [-2]]), {
    ...PLAIN,
    attributes: { [text(0)]: 'a', [text(1)]: 'ü🙂', [vector(0)]: [0.5], [vector(1)]: [-2] },
  }),
  called('no text', EMBED, { ...REQUEST, input: [] }, JSON.stringify({ model: 'all-minilm', embeddings: [] }), {
    ...PLAIN,
    usage: {},
    attributes: { [text(0)]: undefined, [vector(0)]: undefined },
  }),
  called('a counter of 0 is known', EMBED, REQUEST, answer([[1]], { prompt_eval_count: 0 }), {
    ...PLAIN,
    usage: { input: 0 },
  }),
  called('a big answer', EMBED, REQUEST, answer(LARGE), {
    ...PLAIN,
    attributes: { [vector(2)]: LARGE[2] as number[] },
  }),
  called('a big answer without a counter', EMBED, REQUEST, answer(LARGE, { prompt_eval_count: undefined }), {
    ...PLAIN,
    usage: {},
  }),
  {
    ...called('a big answer beyond the cap', EMBED, REQUEST, answer(LARGE), {
      ...PLAIN,
      truncated: true,
      attributes: { [vector(0)]: undefined },
    }),
    contentBytes: 1000,
  },
  called(
    'a big answer that is cut',
    EMBED,
    REQUEST,
    answer(LARGE).slice(0, -30),
    {
      ...SILENT,
      failure: { type: 'interrupted' },
    },
    { end: 'cut' },
  ),
  called(
    'hostile shapes',
    EMBED,
    { ...REQUEST, input: [1, {}, 'c'], options: 'x' },
    answer([['x'], null, {}, 7], { prompt_eval_count: 1.5 }),
    {
      ...PLAIN,
      usage: {},
      attributes: { [text(0)]: undefined, [text(2)]: 'c', [vector(0)]: undefined },
    },
  ),
  called(
    'the older path: one text, one vector, no model, no counter',
    EMBEDDINGS,
    { model: 'all-minilm', prompt: 'hello' },
    '{"embedding":[0.5,-2]}',
    {
      ...SILENT,
      attributes: {
        'embedding.model_name': 'all-minilm',
        'embedding.invocation_parameters': '{"model":"all-minilm"}',
        [text(0)]: 'hello',
        [vector(0)]: [0.5, -2],
      },
    },
  ),
  called(
    "OpenAI's bodies at the older path",
    EMBEDDINGS,
    { model: 'all-minilm', input: ['hello'] },
    JSON.stringify({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, -2] }],
      model: 'all-minilm',
      usage: { prompt_tokens: 8, total_tokens: 8 },
    }),
    {
      ...PLAIN,
      usage: { input: 8, total: 8 },
      attributes: { [text(0)]: 'hello', [vector(0)]: [0.5, -2] },
    },
  ),
  called(
    'an unknown model',
    EMBED,
    REQUEST,
    '{"error":"model not found"}',
    {
      ...SILENT,
      failure: { type: '404', exception: { status: 404, body: '{"error":"model not found"}' } },
    },
    { status: 404 },
  ),
  called('no answer', EMBED, REQUEST, '{"error":"x"}', { ...SILENT, failure: { type: 'unparsable_response' } }),
  called('an empty answer', EMBED, REQUEST, '', { ...SILENT }),
  called('behind a prefix', '/ollama/api/embed?x', REQUEST, answer([[1]]), PLAIN),
];
