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

/** A call whose request is these items, and what must be seen of them. */
function asked(
  name: string,
  input: unknown[],
  attributes: ExpectedCall['attributes'],
  changes: object = {},
): ExchangeCase {
  return called(name, { model: 'gpt-5', input, ...changes }, response([textItem('Hello')]), { ...PLAIN, attributes });
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
  asked(
    'messages: texts, images, files and audio keep their places',
    [
      { role: 'developer', content: 'a' },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_file', file_id: 'file_1' },
          { type: 'input_text', text: 'b' },
          { type: 'input_image', image_url: 'https://images.test/1.png', detail: 'low' },
          { type: 'input_image', file_id: 'file_2' },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
          { type: 'unheard_of', text: 'c' },
          'd',
        ],
      },
      { type: 'message', id: 'msg_0', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      { type: 'message', role: 'user', content: [] },
    ],
    {
      [input(1, 'role')]: 'developer',
      [input(1, 'content')]: 'a',
      [input(2, 'role')]: 'user',
      [input(2, 'content')]: undefined,
      [input(2, part(0, 'type'))]: undefined,
      [input(2, part(1, 'type'))]: 'text',
      [input(2, part(1, 'text'))]: 'b',
      [input(2, part(2, 'type'))]: 'image',
      [input(2, part(2, 'image.image.url'))]: 'https://images.test/1.png',
      [input(2, part(3, 'type'))]: undefined,
      [input(2, part(4, 'type'))]: 'audio',
      [input(2, part(5, 'type'))]: undefined,
      [input(2, part(6, 'type'))]: undefined,
      [input(3, part(0, 'type'))]: 'text',
      [input(3, part(0, 'text'))]: 'No.',
      [input(4, 'role')]: 'user',
      [input(4, part(0, 'type'))]: undefined,
    },
  ),
  asked(
    'function calls and their outputs',
    [
      { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Köln"}', id: 'fc_1' },
      { type: 'function_call', call_id: 'call_2', name: 'now', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
      { type: 'function_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'noon' }] },
      { type: 'custom_tool_call', call_id: 'call_3', name: 'shell', input: 'ls "x"' },
      { type: 'custom_tool_call_output', call_id: 'call_3', output: 'files' },
    ],
    {
      [input(1, 'role')]: 'assistant',
      [input(1, `${CALL}id`)]: 'call_1',
      [input(1, `${CALL}function.name`)]: 'weather',
      [input(1, `${CALL}function.arguments`)]: '{"city":"Köln"}',
      [input(2, `${CALL}function.name`)]: 'now',
      [input(2, `${CALL}function.arguments`)]: undefined,
      [input(3, 'role')]: 'tool',
      [input(3, 'tool_call_id')]: 'call_1',
      [input(3, 'content')]: 'sunny',
      [input(4, 'content')]: '[{"type":"input_text","text":"noon"}]',
      [input(5, `${CALL}id`)]: 'call_3',
      [input(5, `${CALL}function.name`)]: 'shell',
      [input(5, `${CALL}function.arguments`)]: '{"input":"ls \\"x\\""}',
      [input(6, 'tool_call_id')]: 'call_3',
      [input(6, 'content')]: 'files',
    },
  ),
  asked(
    'reasoning: the content itself, else the summary; a compaction',
    [
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [
          { type: 'summary_text', text: 'a' },
          { type: 'summary_text', text: 'b' },
        ],
        encrypted_content: 'gAAA',
      },
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'short' }],
        content: [{ type: 'reasoning_text', text: 'long' }],
      },
      { type: 'reasoning', summary: [] },
      { type: 'compaction', id: 'cmp_1', encrypted_content: 'gBBB' },
    ],
    {
      [input(1, 'role')]: 'assistant',
      [input(1, part(0, 'type'))]: 'reasoning',
      [input(1, part(0, 'text'))]: 'a\nb',
      [input(1, part(0, 'encrypted_content'))]: 'gAAA',
      [input(2, part(0, 'text'))]: 'long',
      [input(3, part(0, 'type'))]: 'reasoning',
      [input(3, part(0, 'text'))]: undefined,
      [input(4, part(0, 'encrypted_content'))]: 'gBBB',
    },
  ),
  asked(
    'calls of built-in tools',
    [
      { type: 'file_search_call', id: 'fs_1', queries: ['q'], results: [{ text: 'r' }], status: 'completed' },
      { type: 'web_search_call', id: 'ws_1', action: { type: 'search', query: 'q' }, status: 'completed' },
      { type: 'computer_call', id: 'cu_1', call_id: 'call_4', action: { type: 'click', x: 1, y: 2 } },
      {
        type: 'computer_call_output',
        call_id: 'call_4',
        output: { type: 'computer_screenshot', image_url: 'https://i.test' },
      },
      {
        type: 'code_interpreter_call',
        id: 'ci_1',
        container_id: 'c',
        code: 'print(1)',
        outputs: [{ type: 'logs', logs: '1' }],
      },
      { type: 'image_generation_call', id: 'ig_1', result: 'iVBORw==', status: 'completed' },
      { type: 'local_shell_call', id: 'ls_1', call_id: 'call_5', action: { type: 'exec', command: ['ls'] } },
      { type: 'local_shell_call_output', id: 'call_5', output: '{"stdout":"x"}' },
      { type: 'shell_call', call_id: 'call_6', action: { commands: ['pwd'] } },
      {
        type: 'shell_call_output',
        call_id: 'call_6',
        output: [{ stdout: '/', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
      },
      { type: 'apply_patch_call', call_id: 'call_7', operation: { type: 'delete_file', path: 'a' } },
      { type: 'apply_patch_call_output', call_id: 'call_7', status: 'completed', output: 'done' },
    ],
    {
      [input(1, 'role')]: 'assistant',
      [input(1, `${CALL}id`)]: 'fs_1',
      [input(1, `${CALL}function.name`)]: 'file_search_call',
      [input(1, `${CALL}function.arguments`)]: undefined,
      [input(2, `${CALL}id`)]: 'ws_1',
      [input(2, `${CALL}function.name`)]: 'web_search_call',
      [input(3, `${CALL}id`)]: 'call_4',
      [input(3, `${CALL}function.arguments`)]: '{"type":"click","x":1,"y":2}',
      [input(4, 'role')]: 'tool',
      [input(4, 'tool_call_id')]: 'call_4',
      [input(4, 'content')]: undefined,
      [input(5, `${CALL}function.arguments`)]: '{"code":"print(1)"}',
      [input(6, `${CALL}id`)]: 'ig_1',
      [input(7, `${CALL}function.arguments`)]: '{"type":"exec","command":["ls"]}',
      [input(8, 'tool_call_id')]: 'call_5',
      [input(8, 'content')]: '{"stdout":"x"}',
      [input(9, `${CALL}function.arguments`)]: '{"commands":["pwd"]}',
      [input(10, 'content')]: '[{"stdout":"/","stderr":"","outcome":{"type":"exit","exit_code":0}}]',
      [input(11, `${CALL}function.name`)]: 'apply_patch_call',
      [input(11, `${CALL}function.arguments`)]: '{"type":"delete_file","path":"a"}',
      [input(12, 'content')]: 'done',
    },
  ),
  asked(
    'MCP, tool search, programs',
    [
      { type: 'mcp_list_tools', id: 'mcpl_1', server_label: 's', tools: [{ name: 't', input_schema: {} }] },
      { type: 'mcp_approval_request', id: 'mcpr_1', server_label: 's', name: 't', arguments: '{"a":1}' },
      { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true, reason: 'fine' },
      { type: 'mcp_call', id: 'mcp_1', server_label: 's', name: 't', arguments: '{"a":1}', output: 'o' },
      { type: 'tool_search_call', call_id: 'call_8', arguments: { goal: 'g' } },
      { type: 'tool_search_output', call_id: 'call_8', tools: [{ type: 'function', name: 'f' }] },
      { type: 'program', id: 'p_1', call_id: 'call_9', code: '1+1' },
      { type: 'program_output', call_id: 'call_9', result: '2' },
    ],
    {
      [input(1, 'role')]: 'assistant',
      [input(1, `${CALL}id`)]: 'mcpl_1',
      [input(1, `${CALL}function.name`)]: 'mcp_list_tools',
      [input(2, `${CALL}id`)]: 'mcpr_1',
      [input(2, `${CALL}function.name`)]: 't',
      [input(2, `${CALL}function.arguments`)]: '{"a":1}',
      [input(3, 'role')]: 'tool',
      [input(3, 'tool_call_id')]: 'mcpr_1',
      [input(3, 'content')]: '{"approve":true,"reason":"fine"}',
      [input(4, `${CALL}id`)]: 'mcp_1',
      [input(4, `${CALL}function.name`)]: 't',
      [input(5, `${CALL}function.arguments`)]: '{"goal":"g"}',
      [input(6, 'tool_call_id')]: 'call_8',
      [input(6, 'content')]: undefined,
      [input(7, `${CALL}function.arguments`)]: '{"code":"1+1"}',
      [input(8, 'tool_call_id')]: 'call_9',
      [input(8, 'content')]: '2',
    },
  ),
  asked(
    'items that say nothing keep the places of the others',
    [
      { type: 'item_reference', id: 'msg_0' },
      { id: 'msg_1' },
      { type: 'compaction_trigger' },
      { type: 'additional_tools', role: 'developer', tools: [{ type: 'function', name: 'f' }] },
      { type: 'configuration_update', reasoning: { effort: 'low' } },
      { type: 'unheard_of', value: 1 },
      { type: 'unheard_of_call', id: 'u_1', arguments: { a: 1 } },
      { type: 'unheard_of_message', role: 'user', content: 'text' },
      { role: 'user', content: 'end' },
    ],
    {
      [input(1, 'role')]: undefined,
      [input(2, 'role')]: undefined,
      [input(3, 'role')]: undefined,
      [input(4, 'role')]: undefined,
      [input(5, 'role')]: undefined,
      [input(6, 'role')]: undefined,
      [input(7, `${CALL}function.name`)]: 'unheard_of_call',
      [input(7, `${CALL}function.arguments`)]: '{"a":1}',
      [input(8, 'content')]: 'text',
      [input(9, 'content')]: 'end',
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
