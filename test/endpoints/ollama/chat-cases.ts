import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import { chatAnswer, JSON_HEADERS, PLAIN, PNG } from '../../support/ollama-answers.js';

const PATH = '/api/chat';
const REQUEST = { model: 'llama3.2', messages: [{ role: 'user', content: 'Hi' }], stream: false };
const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};
const input = (index: number) => `llm.input_messages.${index}.message`;
const OUTPUT = 'llm.output_messages.0.message';

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
    request: { path: PATH, body: text(request) },
    response: { headers: JSON_HEADERS, body: text(answer), ...response },
    expected,
  };
}

const ANSWER = chatAnswer({ content: 'Grüß Gott 🙂' });

/** POST /api/chat without a stream, and what only looks like it. */
export const CHAT_CASES: readonly ExchangeCase[] = [
  called('plain', REQUEST, ANSWER, {
    ...PLAIN,
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.system': 'ollama',
      'llm.provider': 'ollama',
      'llm.model_name': 'llama3.2',
      'llm.finish_reason': 'stop',
      'llm.invocation_parameters': '{"model":"llama3.2","stream":false}',
      'llm.token_count.prompt': 26,
      'llm.token_count.completion': 298,
      'llm.token_count.total': 324,
      [`${input(0)}.role`]: 'user',
      [`${input(0)}.content`]: 'Hi',
      [`${OUTPUT}.role`]: 'assistant',
      [`${OUTPUT}.content`]: 'Grüß Gott 🙂',
      'input.value': JSON.stringify(REQUEST),
      'output.value': JSON.stringify(ANSWER),
      'output.mime_type': 'application/json',
    },
  }),
  {
    ...called('behind a prefix', REQUEST, ANSWER, PLAIN),
    request: { path: '/ollama/api/chat/?x', body: JSON.stringify(REQUEST) },
  },
  called(
    'options are parameters',
    { ...REQUEST, options: { temperature: 0.2, num_predict: 9 }, format: 'json', keep_alive: '5m', think: 'high' },
    ANSWER,
    {
      ...PLAIN,
      attributes: {
        'llm.invocation_parameters':
          '{"model":"llama3.2","stream":false,"options":{"temperature":0.2,"num_predict":9},"format":"json","keep_alive":"5m","think":"high"}',
      },
    },
  ),
  called(
    'a tool call: its arguments are an object',
    { ...REQUEST, tools: [WEATHER] },
    chatAnswer({
      tool_calls: [
        { id: 'call_1', function: { index: 0, name: 'get_weather', arguments: { city: 'Köln' } } },
        { function: { index: 1, name: 'get_time', arguments: {} } },
      ],
    }),
    {
      ...PLAIN,
      attributes: {
        'llm.tools.0.tool.json_schema': JSON.stringify(WEATHER),
        'llm.invocation_parameters': '{"model":"llama3.2","stream":false}',
        [`${OUTPUT}.content`]: undefined,
        [`${OUTPUT}.tool_calls.0.tool_call.id`]: 'call_1',
        [`${OUTPUT}.tool_calls.0.tool_call.function.name`]: 'get_weather',
        [`${OUTPUT}.tool_calls.0.tool_call.function.arguments`]: '{"city":"Köln"}',
        [`${OUTPUT}.tool_calls.1.tool_call.id`]: undefined,
        [`${OUTPUT}.tool_calls.1.tool_call.function.arguments`]: '{}',
      },
    },
  ),
  called(
    'a conversation with a tool, its result, and reasoning',
    {
      ...REQUEST,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: '',
          thinking: 'I need a tool.',
          tool_calls: [{ function: { name: 'get_weather', arguments: { city: 'Köln' } } }],
        },
        { role: 'tool', tool_name: 'get_weather', tool_call_id: 'call_1', content: '11 °C' },
      ],
    },
    chatAnswer({ content: '11 °C.', thinking: 'Done.' }),
    {
      ...PLAIN,
      attributes: {
        [`${input(0)}.role`]: 'system',
        [`${input(2)}.contents.0.message_content.type`]: 'reasoning',
        [`${input(2)}.contents.0.message_content.text`]: 'I need a tool.',
        [`${input(2)}.tool_calls.0.tool_call.function.arguments`]: '{"city":"Köln"}',
        [`${input(3)}.name`]: 'get_weather',
        [`${input(3)}.tool_call_id`]: 'call_1',
        [`${input(3)}.content`]: '11 °C',
        [`${OUTPUT}.content`]: '11 °C.',
        [`${OUTPUT}.contents.0.message_content.text`]: 'Done.',
      },
    },
  ),
  called(
    'images are parts behind the text',
    { ...REQUEST, messages: [{ role: 'user', content: 'What is this?', images: [PNG, '/9j/4AAQ', 'Qk0', 7] }] },
    ANSWER,
    {
      ...PLAIN,
      attributes: {
        [`${input(0)}.content`]: undefined,
        [`${input(0)}.contents.0.message_content.text`]: 'What is this?',
        [`${input(0)}.contents.1.message_content.type`]: 'image',
        [`${input(0)}.contents.1.message_content.image.image.url`]: `data:image/png;base64,${PNG}`,
        [`${input(0)}.contents.2.message_content.image.image.url`]: 'data:image/jpeg;base64,/9j/4AAQ',
        [`${input(0)}.contents.3.message_content.image.image.url`]: 'data:application/octet-stream;base64,Qk0',
        [`${input(0)}.contents.4.message_content.type`]: undefined,
      },
    },
  ),
  called(
    'an empty conversation loads the model',
    { model: 'llama3.2', messages: [], stream: false },
    {
      model: 'llama3.2',
      created_at: '2026-02-26T10:11:12Z',
      message: { role: 'assistant', content: '' },
      done_reason: 'load',
      done: true,
    },
    { ...PLAIN, usage: {}, finishReasons: ['load'] },
  ),
  called('counters of 0 are known', REQUEST, chatAnswer({ content: 'x' }, { prompt_eval_count: 0, eval_count: 0 }), {
    ...PLAIN,
    usage: { input: 0, output: 0 },
    attributes: { 'llm.token_count.prompt': 0, 'llm.token_count.total': 0 },
  }),
  called(
    'a prompt that was in the cache is not counted by the server',
    REQUEST,
    chatAnswer({ content: 'x' }, { prompt_eval_count: undefined }),
    { ...PLAIN, usage: { output: 298 }, attributes: { 'llm.token_count.prompt': undefined } },
  ),
  called('counters that are none', REQUEST, chatAnswer({}, { prompt_eval_count: '26', eval_count: -1 }), {
    ...PLAIN,
    usage: {},
  }),
  called('counters of an answer that is not done are none', REQUEST, chatAnswer({}, { done: false }), {
    ...PLAIN,
    usage: {},
    finishReasons: [],
  }),
  called('an answer cut by its limit', REQUEST, chatAnswer({ content: 'x' }, { done_reason: 'length' }), {
    ...PLAIN,
    finishReasons: ['length'],
  }),
  called(
    'hostile shapes',
    { ...REQUEST, messages: 'Hi', tools: {}, options: [1], format: 7 },
    {
      model: 7,
      message: { role: 1, content: { a: 1 }, images: {}, tool_calls: [null, 7, { function: [] }], thinking: [] },
      done: true,
      done_reason: {},
    },
    { requestModel: 'llama3.2', provider: 'ollama' },
  ),
  called(
    'an unknown model',
    REQUEST,
    '{"error":"model \'llama3.2\' not found"}',
    {
      requestModel: 'llama3.2',
      provider: 'ollama',
      failure: { type: '404', exception: { status: 404, body: '{"error":"model \'llama3.2\' not found"}' } },
    },
    { status: 404 },
  ),
  called('an error with status 200', REQUEST, '{"error":"boom"}', {
    requestModel: 'llama3.2',
    provider: 'ollama',
    failure: { type: 'unparsable_response' },
  }),
  called(
    'a page of another server',
    REQUEST,
    '<html></html>',
    {
      requestModel: 'llama3.2',
      provider: 'ollama',
      failure: { type: 'unparsable_response' },
    },
    { headers: { 'content-type': 'text/html' } },
  ),
  called(
    'cut before its end',
    REQUEST,
    JSON.stringify(ANSWER).slice(0, -5),
    {
      requestModel: 'llama3.2',
      provider: 'ollama',
      failure: { type: 'interrupted' },
    },
    { end: 'cut' },
  ),
  called('whole, then cut', REQUEST, ANSWER, PLAIN, { end: 'cut' }),
  called(
    'a request that does not parse',
    '{"model":"llama3.2","stream":false,',
    '{"error":"bad"}',
    {
      requestModel: 'llama3.2',
      provider: 'ollama',
      failure: { type: '400', exception: { status: 400, body: '{"error":"bad"}' } },
    },
    { status: 400 },
  ),
  called("another application's chat", { messages: [{ role: 'user', parts: [] }], id: 'x' }, '{"ok":true}', 'ignored'),
  called('a model that is no text', { ...REQUEST, model: 7 }, '{"ok":true}', 'ignored'),
];
