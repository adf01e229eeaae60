import { STREAM_HEADERS, sse, USAGE, USAGE_FACTS } from '../../support/answers.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const PATH = '/v1/completions';
const REQUEST = { model: 'davinci', prompt: 'Once', max_tokens: 5 };
const PLAIN: ExpectedCall = {
  requestModel: 'davinci',
  reportedModel: 'davinci-002',
  responseId: 'cmpl-1',
  usage: USAGE_FACTS,
  finishReasons: ['stop'],
};

function answer(choices: object[], changes: object = {}): object {
  return { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'davinci-002', choices, ...changes };
}

function chunk(text: string, finishReason: string | null = null, index = 0): object {
  return answer([{ index, text, logprobs: null, finish_reason: finishReason }]);
}

const ANSWER = JSON.stringify(
  answer([{ index: 0, text: ' upon', logprobs: null, finish_reason: 'stop' }], { usage: USAGE }),
);

function foreign(name: string, body: string): ExchangeCase {
  return { name, request: { path: PATH, body }, response: { body: '{"ok":true}' }, expected: 'ignored' };
}

function called(
  name: string,
  request: object | string,
  body: string,
  expected: ExpectedCall,
  path = PATH,
): ExchangeCase {
  return {
    name,
    request: { path, body: typeof request === 'string' ? request : JSON.stringify(request) },
    response: { body },
    expected,
  };
}

function streamed(name: string, body: string, expected: ExpectedCall, end?: 'cut'): ExchangeCase {
  const response = { headers: STREAM_HEADERS, body, ...(end ? { end } : {}) };
  return { name, request: { path: PATH, body: JSON.stringify({ ...REQUEST, stream: true }) }, response, expected };
}

/** Legacy completions, and what only looks like them. */
export const COMPLETIONS_CASES: readonly ExchangeCase[] = [
  called('plain', REQUEST, ANSWER, {
    ...PLAIN,
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.system': 'openai',
      'llm.prompts.0.prompt.text': 'Once',
      'llm.choices.0.completion.text': ' upon',
      'llm.invocation_parameters': '{"model":"davinci","max_tokens":5}',
      'output.value': ANSWER,
      'llm.finish_reason': 'stop',
    },
  }),
  called('several prompts, and a suffix', { model: 'davinci', prompt: ['a', 'b'], suffix: 'z' }, ANSWER, {
    ...PLAIN,
    attributes: {
      'llm.prompts.0.prompt.text': 'a',
      'llm.prompts.1.prompt.text': 'b',
      'llm.invocation_parameters': '{"model":"davinci"}',
    },
  }),
  called('prompts of token numbers have no text', { model: 'davinci', prompt: [[1, 2], [3]] }, ANSWER, {
    ...PLAIN,
    attributes: { 'llm.prompts.0.prompt.text': undefined, 'llm.invocation_parameters': '{"model":"davinci"}' },
  }),
  called('a body that does not parse is a call', '{"model": "davinci", "prompt"', ANSWER, {
    reportedModel: 'davinci-002',
    requestModel: 'davinci',
    responseId: 'cmpl-1',
    usage: USAGE_FACTS,
    finishReasons: ['stop'],
    failure: { type: 'unparsable_request' },
  }),
  called('broken JSON without a model is a call', '{"prompt":}', '{"error":"bad"}', {
    failure: { type: 'unparsable_response' },
  }),
  called('an error that is no answer', REQUEST, '{"error":{"message":"x"}}', {
    requestModel: 'davinci',
    failure: { type: 'unparsable_response' },
  }),
  called('a path that only ends like it', REQUEST, ANSWER, PLAIN, '/xchat/completions/?a=b'),
  streamed(
    'a stream of two choices',
    sse(
      chunk('a'),
      chunk('b', null, 1),
      chunk('A', 'stop'),
      chunk('B', 'length', 1),
      answer([], { usage: USAGE }),
      '[DONE]',
    ),
    {
      ...PLAIN,
      streaming: true,
      content: true,
      finishReasons: ['stop', 'length'],
      output: answer(
        [
          { index: 0, text: 'aA', finish_reason: 'stop' },
          { index: 1, text: 'bB', finish_reason: 'length' },
        ],
        { usage: USAGE },
      ),
      attributes: { 'llm.choices.1.completion.text': 'bB', 'output.mime_type': 'application/json' },
    },
  ),
  streamed(
    'a stream that is cut',
    sse(chunk('a'), chunk('')),
    {
      ...PLAIN,
      streaming: true,
      content: true,
      usage: {},
      finishReasons: [],
      failure: { type: 'interrupted' },
      output: answer([{ index: 0, text: 'a' }]),
    },
    'cut',
  ),
  streamed('an error event', sse(chunk('a'), { error: { type: 'server_error' } }), {
    ...PLAIN,
    streaming: true,
    content: true,
    usage: {},
    finishReasons: [],
    failure: { type: 'server_error', exception: { status: 200, body: '{"error":{"type":"server_error"}}' } },
  }),
  foreign("another application's body", '{"text":"complete me"}'),
  foreign('a model that is no text', '{"model":{"name":"x"},"prompt":"y"}'),
  foreign('an empty model', '{"model":"","prompt":"y"}'),
  foreign('a list', '[{"model":"davinci"}]'),
  foreign('a text', '"davinci"'),
  foreign('a big list', `[${'"x",'.repeat(20_000)}"x"]`),
  foreign('a big body without a model', JSON.stringify({ text: 'x'.repeat(70_000), deeper: { model: 'davinci' } })),
];
