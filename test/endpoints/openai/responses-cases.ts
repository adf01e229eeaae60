import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import {
  RESPONSES_PATH,
  RESPONSES_REQUEST,
  RESPONSES_USAGE,
  RESPONSES_USAGE_FACTS,
  response,
  textItem,
} from '../../support/responses-answers.js';

/** What the plain answer says, whatever its items are. */
const PLAIN: ExpectedCall = {
  requestModel: 'gpt-5',
  reportedModel: 'gpt-5-2025-08-07',
  responseId: 'resp_1',
  usage: RESPONSES_USAGE_FACTS,
};
const BLOCK = 'x'.repeat(70_000);

function called(name: string, request: object, answer: unknown, expected: ExpectedCall = PLAIN): ExchangeCase {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return { name, request: { path: RESPONSES_PATH, body: JSON.stringify(request) }, response: { body }, expected };
}

/** A call whose answer is these items, and what must be seen of them. */
function answered(
  name: string,
  output: object[],
  attributes: ExpectedCall['attributes'],
  changes: object = {},
): ExchangeCase {
  return called(name, RESPONSES_REQUEST, response(output, changes), { ...PLAIN, attributes });
}

function failing(name: string, answer: ExchangeCase['response'], expected: ExpectedCall): ExchangeCase {
  const request = { path: RESPONSES_PATH, body: JSON.stringify(RESPONSES_REQUEST) };
  return { name, request, ...(answer ? { response: answer } : {}), expected: { requestModel: 'gpt-5', ...expected } };
}

const input = (index: number, name: string) => `llm.input_messages.${index}.message.${name}`;
const output = (index: number, name: string) => `llm.output_messages.${index}.message.${name}`;
const part = (index: number, name: string) => `contents.${index}.message_content.${name}`;
const CALL = 'tool_calls.0.tool_call.';

/** Responses whose answer is one JSON text, or none. */
export const RESPONSES_CASES: readonly ExchangeCase[] = [
  called('plain', RESPONSES_REQUEST, response([textItem('Hello')]), {
    ...PLAIN,
    output: response([textItem('Hello')]),
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.system': 'openai',
      'llm.provider': 'openai',
      'llm.model_name': 'gpt-5-2025-08-07',
      'llm.request.model_name': 'gpt-5',
      'llm.finish_reason': undefined,
      'llm.invocation_parameters': '{"model":"gpt-5"}',
      'input.value': JSON.stringify(RESPONSES_REQUEST),
      'output.value': JSON.stringify(response([textItem('Hello')])),
      [input(0, 'role')]: undefined,
      [input(1, 'role')]: 'user',
      [input(1, 'content')]: 'Hi',
      [output(0, 'role')]: 'assistant',
      [output(0, 'content')]: undefined,
      [output(0, part(0, 'type'))]: 'text',
      [output(0, part(0, 'text'))]: 'Hello',
      'llm.token_count.prompt': 36,
      'llm.token_count.completion': 87,
      'llm.token_count.total': 123,
      'llm.token_count.prompt_details.cache_read': 4,
      'llm.token_count.completion_details.reasoning': 64,
    },
  }),
  called(
    'instructions, parameters, what it continues',
    {
      ...RESPONSES_REQUEST,
      instructions: 'Be brief. Ä😀',
      previous_response_id: 'resp_0',
      conversation: 'conv_1',
      max_output_tokens: 50,
      tools: [{ type: 'function', name: 'weather', parameters: {} }],
      prompt: { id: 'pmpt_1', version: '2', variables: { city: 'Köln' } },
    },
    response([textItem('Hello')]),
    {
      ...PLAIN,
      attributes: {
        [input(0, 'role')]: 'system',
        [input(0, 'content')]: 'Be brief. Ä😀',
        [input(1, 'role')]: 'user',
        [input(1, 'content')]: 'Hi',
        [input(2, 'role')]: undefined,
        'llm.tools.0.tool.json_schema': '{"type":"function","name":"weather","parameters":{}}',
        'llm.invocation_parameters':
          '{"model":"gpt-5","previous_response_id":"resp_0","conversation":"conv_1","max_output_tokens":50,"prompt":{"id":"pmpt_1","version":"2"}}',
      },
    },
  ),
  answered(
    'an answer of several items: one message each',
    [
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'think' }] },
      textItem('Hello', {
        content: [
          { type: 'output_text', text: 'Hello', annotations: [] },
          { type: 'refusal', refusal: 'No more.' },
        ],
      }),
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '{"city":"Köln"}' },
      { type: 'web_search_call', id: 'ws_1', action: { type: 'search', query: 'q' } },
      { type: 'mcp_call', id: 'mcp_1', name: 't', arguments: '{}', output: 'o' },
    ],
    {
      [output(0, part(0, 'type'))]: 'reasoning',
      [output(0, part(0, 'text'))]: 'think',
      [output(1, part(0, 'text'))]: 'Hello',
      [output(1, part(1, 'text'))]: 'No more.',
      [output(2, 'role')]: 'assistant',
      [output(2, `${CALL}id`)]: 'call_1',
      [output(2, `${CALL}function.name`)]: 'weather',
      [output(2, `${CALL}function.arguments`)]: '{"city":"Köln"}',
      [output(3, `${CALL}function.name`)]: 'web_search_call',
      [output(4, `${CALL}function.name`)]: 't',
    },
  ),
  answered(
    'images that were made on the way',
    [
      { type: 'image_generation_call', id: 'ig_1', result: 'iVBORw==', output_format: 'webp' },
      { type: 'image_generation_call', id: 'ig_2', result: null, status: 'failed' },
      { type: 'image_generation_call', id: 'ig_3', result: 'iVBORx==' },
    ],
    {
      [output(0, `${CALL}id`)]: 'ig_1',
      [output(0, `${CALL}function.name`)]: 'image_generation_call',
      [output(2, `${CALL}id`)]: 'ig_3',
      'output.images.0.image.url': 'data:image/webp;base64,iVBORw==',
      'output.images.1.image.url': 'data:image/jpeg;base64,iVBORx==',
      'output.images.2.image.url': undefined,
    },
    { tools: [{ type: 'function' }, { type: 'image_generation', output_format: 'jpeg' }] },
  ),
  called(
    'incomplete: ends well, and says why',
    RESPONSES_REQUEST,
    response([textItem('Hel')], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
    {
      ...PLAIN,
      finishReasons: ['max_output_tokens'],
      attributes: { 'llm.finish_reason': 'max_output_tokens', [output(0, part(0, 'text'))]: 'Hel' },
    },
  ),
  called(
    'in the background: nothing generated yet',
    { ...RESPONSES_REQUEST, background: true },
    response([], { status: 'queued', usage: null }),
    {
      ...PLAIN,
      usage: {},
      attributes: { 'llm.token_count.prompt': undefined },
    },
  ),
  called('a reported 0 is known', RESPONSES_REQUEST, response([], { usage: { input_tokens: 0, output_tokens: 0 } }), {
    ...PLAIN,
    usage: { input: 0, output: 0 },
  }),
  called(
    'cache writes and audio tokens',
    RESPONSES_REQUEST,
    response([], {
      usage: {
        input_tokens: 9,
        input_tokens_details: { cached_tokens: 2, cache_write_tokens: 3, audio_tokens: 1 },
        output_tokens: 4,
        output_tokens_details: { audio_tokens: 2 },
      },
    }),
    {
      ...PLAIN,
      usage: { input: 9, output: 4, cachedInput: 2, cacheCreationInput: 3, audioInput: 1, audioOutput: 2 },
      attributes: { 'llm.token_count.prompt_details.cache_write': 3, 'llm.token_count.total': 13 },
    },
  ),
  called(
    'usage of wrong types',
    RESPONSES_REQUEST,
    response([], { usage: { input_tokens: '3', output_tokens: -1, total_tokens: 1.5 } }),
    {
      ...PLAIN,
      usage: {},
    },
  ),
  called(
    'an answer too big to be parsed before the reply: the model stands behind long instructions',
    { ...RESPONSES_REQUEST, instructions: BLOCK },
    response([textItem(BLOCK)], { instructions: BLOCK }),
    { ...PLAIN, attributes: { [output(0, part(0, 'text'))]: BLOCK } },
  ),
  {
    ...called(
      'an answer beyond the cap: usage, model and id are known',
      RESPONSES_REQUEST,
      response([textItem(BLOCK)]),
      {
        ...PLAIN,
        truncated: true,
        attributes: { [output(0, 'role')]: undefined },
      },
    ),
    contentBytes: 1000,
  },
  called(
    'hostile shapes',
    {
      model: 'gpt-5',
      input: [
        null,
        1,
        'x',
        [],
        {},
        { type: 1 },
        { type: 'reasoning', summary: 'x', content: {} },
        { type: 'message', content: { a: 1 } },
        { type: 'function_call', arguments: [1], name: {} },
      ],
      instructions: { a: 1 },
      tools: 'x',
      conversation: 1,
    },
    {
      ...response([]),
      output: [null, 'x', 3, [[]], { type: null }],
      usage: [],
      incomplete_details: 'x',
      model: 3,
      id: {},
    },
    {
      requestModel: 'gpt-5',
      attributes: {
        [input(0, 'content')]: '{"a":1}',
        [input(1, 'role')]: undefined,
        [input(7, part(0, 'text'))]: 'x',
        [input(9, `${CALL}function.name`)]: 'function_call',
        [input(9, `${CALL}function.arguments`)]: '[1]',
        [output(0, 'role')]: undefined,
      },
    },
  ),
  called('an input that is no list', { model: 'gpt-5', input: { role: 'user' } }, response([textItem('Hello')]), {
    ...PLAIN,
    attributes: { [input(0, 'role')]: undefined, [input(1, 'role')]: undefined },
  }),
  {
    ...called('Azure, and a slash at the end', RESPONSES_REQUEST, response([textItem('Hello')])),
    request: { path: '/openai/v1/responses/?api-version=preview', body: JSON.stringify(RESPONSES_REQUEST) },
  },
  {
    name: "another application's path",
    request: { path: '/surveys/responses', body: '{"answer":"yes"}' },
    response: { body: '{"ok":true}' },
    expected: 'ignored',
  },
  called(
    'an answer that is no response',
    RESPONSES_REQUEST,
    { ok: true },
    { requestModel: 'gpt-5', failure: { type: 'unparsable_response' } },
  ),
  failing(
    'an HTTP error',
    { status: 429, body: '{"error":{"message":"slow down"}}' },
    { failure: { type: '429', exception: { status: 429, body: '{"error":{"message":"slow down"}}' } } },
  ),
  failing(
    'a page with status 200',
    { headers: { 'content-type': 'text/html' }, body: '<html>' },
    { failure: { type: 'unparsable_response' } },
  ),
  failing('cut before the answer', undefined, { failure: { type: 'interrupted' } }),
  failing(
    'cut in the answer',
    { body: JSON.stringify(response([textItem('Hello')])).slice(0, -20), end: 'cut' },
    { failure: { type: 'interrupted' }, output: JSON.stringify(response([textItem('Hello')])).slice(0, -20) },
  ),
  {
    name: 'a request that does not parse',
    request: { path: RESPONSES_PATH, body: '{"model":' },
    response: { status: 400, body: '{}' },
    expected: { failure: { type: '400', exception: { status: 400, body: '{}' } } },
  },
];

const TOKENS_PATH = '/v1/responses/input_tokens';

function counted(name: string, request: object, answer: object, expected: ExpectedCall): ExchangeCase {
  return {
    name,
    request: { path: TOKENS_PATH, body: JSON.stringify(request) },
    response: { body: JSON.stringify(answer) },
    expected,
  };
}

const COUNT = { object: 'response.input_tokens', input_tokens: 11 };

/** Token counts of requests that are not sent. */
export const RESPONSES_INPUT_TOKENS_CASES: readonly ExchangeCase[] = [
  counted('plain', { ...RESPONSES_REQUEST, instructions: 'Be brief.' }, COUNT, {
    requestModel: 'gpt-5',
    usage: { input: 11 },
    output: COUNT,
    attributes: {
      'openinference.span.kind': 'TOKEN_COUNTER',
      'llm.system': 'openai',
      'llm.model_name': 'gpt-5',
      'llm.token_count.prompt': 11,
      'llm.token_count.total': undefined,
      'llm.token_count.completion': undefined,
      'llm.invocation_parameters': '{"model":"gpt-5"}',
      [input(0, 'content')]: 'Be brief.',
      [input(1, 'content')]: 'Hi',
      [output(0, 'role')]: undefined,
    },
  }),
  counted('without a model', { input: [{ role: 'user', content: 'Hi' }], conversation: 'conv_1' }, COUNT, {
    usage: { input: 11 },
    attributes: { [input(1, 'content')]: 'Hi', 'llm.model_name': undefined },
  }),
  counted(
    'zero tokens',
    RESPONSES_REQUEST,
    { ...COUNT, input_tokens: 0 },
    { requestModel: 'gpt-5', usage: { input: 0 } },
  ),
  counted(
    'no count',
    RESPONSES_REQUEST,
    { object: 'response.input_tokens' },
    {
      requestModel: 'gpt-5',
      failure: { type: 'unparsable_response' },
    },
  ),
  counted(
    'a count of a wrong type',
    RESPONSES_REQUEST,
    { input_tokens: '11', usage: RESPONSES_USAGE },
    {
      requestModel: 'gpt-5',
      failure: { type: 'unparsable_response' },
    },
  ),
  {
    ...counted(
      'an HTTP error',
      RESPONSES_REQUEST,
      { error: {} },
      {
        requestModel: 'gpt-5',
        failure: { type: '404', exception: { status: 404, body: '{"error":{}}' } },
      },
    ),
    response: { status: 404, body: '{"error":{}}' },
  },
];
