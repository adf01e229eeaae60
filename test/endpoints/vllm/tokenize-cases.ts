import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const REQUEST = { model: 'Qwen/Qwen3-0.6B', prompt: 'Grüß Gott 🙂' };
const ANSWER = { count: 5, max_model_len: 40_960, tokens: [6464, 2, 9, 10, 1], token_strs: null };
const UNREAD: ExpectedCall = { requestModel: 'Qwen/Qwen3-0.6B' };
const PLAIN: ExpectedCall = { ...UNREAD, usage: { input: 5 } };

function called(
  name: string,
  request: object | string,
  answer: object | string,
  expected: ExpectedCall | 'ignored',
  response: ExchangeCase['response'] = {},
): ExchangeCase {
  const text = (body: object | string) => (typeof body === 'string' ? body : JSON.stringify(body));
  return {
    name,
    request: { path: '/tokenize', body: text(request) },
    response: { body: text(answer), ...response },
    expected,
  };
}

const failed = (status: number, body: string): ExpectedCall => ({
  ...UNREAD,
  failure: { type: String(status), exception: { status, body } },
});
const TOOL = { type: 'function', function: { name: 'f', parameters: {} } };

/** POST /tokenize of vLLM, and what only looks like it. */
export const TOKENIZE_CASES: readonly ExchangeCase[] = [
  called('a prompt', { ...REQUEST, add_special_tokens: false }, ANSWER, {
    ...PLAIN,
    attributes: {
      'openinference.span.kind': 'TOKEN_COUNTER',
      'llm.system': 'openai',
      'llm.provider': 'openai',
      'llm.model_name': 'Qwen/Qwen3-0.6B',
      'llm.prompts.0.prompt.text': 'Grüß Gott 🙂',
      'llm.invocation_parameters': '{"model":"Qwen/Qwen3-0.6B","add_special_tokens":false}',
      'llm.token_count.prompt': 5,
      'llm.token_count.completion': undefined,
      'llm.token_count.total': undefined,
      'output.value': JSON.stringify(ANSWER),
    },
  }),
  called(
    'a chat with tools',
    {
      model: 'Qwen/Qwen3-0.6B',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'image_url', image_url: { url: 'https://i.test/a' } },
          ],
        },
        { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'f', arguments: '{}' } }] },
      ],
      tools: [TOOL],
      add_generation_prompt: true,
      return_token_strs: true,
    },
    { ...ANSWER, token_strs: ['Be', 'Ġbrief'] },
    {
      ...PLAIN,
      attributes: {
        'llm.input_messages.0.message.role': 'system',
        'llm.input_messages.0.message.content': 'Be brief.',
        'llm.input_messages.1.message.contents.0.message_content.text': 'Hi',
        'llm.input_messages.1.message.contents.1.message_content.image.image.url': 'https://i.test/a',
        'llm.input_messages.2.message.tool_calls.0.tool_call.id': 'c1',
        'llm.tools.0.tool.json_schema': JSON.stringify(TOOL),
        'llm.prompts.0.prompt.text': undefined,
        'llm.invocation_parameters':
          '{"model":"Qwen/Qwen3-0.6B","add_generation_prompt":true,"return_token_strs":true}',
      },
    },
  ),
  called(
    'a count of 0 is known',
    { ...REQUEST, prompt: '' },
    { ...ANSWER, count: 0, tokens: [] },
    {
      ...PLAIN,
      usage: { input: 0 },
      attributes: { 'llm.token_count.prompt': 0, 'llm.prompts.0.prompt.text': '' },
    },
  ),
  called(
    'a server that names its model',
    REQUEST,
    { ...ANSWER, model: 'qwen', id: 'tok-1' },
    {
      ...PLAIN,
      reportedModel: 'qwen',
    },
  ),
  called(
    'a big answer',
    REQUEST,
    { ...ANSWER, count: 20_000, tokens: Array.from({ length: 20_000 }, (_, i) => i) },
    {
      ...PLAIN,
      usage: { input: 20_000 },
    },
  ),
  called(
    'a count behind the tokens of a big answer',
    REQUEST,
    { tokens: Array.from({ length: 20_000 }, (_, i) => i), count: 20_000 },
    {
      ...PLAIN,
      usage: { input: 20_000 },
    },
  ),
  {
    ...called(
      'a big answer beyond the cap',
      REQUEST,
      { ...ANSWER, tokens: Array.from({ length: 20_000 }, (_, i) => i) },
      {
        ...PLAIN,
        truncated: true,
      },
    ),
    contentBytes: 1000,
  },
  called(
    'a count that is none',
    REQUEST,
    { ...ANSWER, count: '5' },
    { ...UNREAD, failure: { type: 'unparsable_response' } },
  ),
  called('a fraction', REQUEST, { ...ANSWER, count: 1.5 }, { ...UNREAD, failure: { type: 'unparsable_response' } }),
  called(
    "llama.cpp's answer has no count",
    REQUEST,
    { tokens: [1, 2] },
    { ...UNREAD, failure: { type: 'unparsable_response' } },
  ),
  called(
    'hostile shapes',
    { model: 'Qwen/Qwen3-0.6B', prompt: [1], messages: 'x', tools: 7 },
    { ...ANSWER, tokens: {}, model: 7 },
    {
      ...PLAIN,
      attributes: { 'llm.prompts.0.prompt.text': undefined, 'llm.input_messages.0.message.role': undefined },
    },
  ),
  called('messages that are none', { model: 'Qwen/Qwen3-0.6B', messages: [null, 7, {}] }, ANSWER, PLAIN),
  called('an unknown model', REQUEST, '{"object":"error","code":404}', failed(404, '{"object":"error","code":404}'), {
    status: 404,
  }),
  called('a server in trouble', REQUEST, 'upstream connect error', failed(503, 'upstream connect error'), {
    status: 503,
    headers: { 'content-type': 'text/plain' },
  }),
  called(
    'cut before its end',
    REQUEST,
    JSON.stringify(ANSWER).slice(0, -4),
    { ...UNREAD, failure: { type: 'interrupted' } },
    { end: 'cut' },
  ),
  called('whole, then cut', REQUEST, ANSWER, PLAIN, { end: 'cut' }),
  called(
    'a request that does not parse',
    '{"model":"Qwen/Qwen3-0.6B","prompt":',
    '{"error":"x"}',
    failed(400, '{"error":"x"}'),
    { status: 400 },
  ),
  called("llama.cpp's request", { content: 'Hello', add_special: false }, '{"tokens":[1]}', 'ignored'),
  called("another application's", { text: 'Hello' }, '{"ok":true}', 'ignored'),
];
