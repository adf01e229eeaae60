import { CHAT_REQUEST, CHAT_STREAM_REQUEST, chatAnswer, USAGE_FACTS } from '../../support/answers.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

/** What the plain answer says, whatever its message is. */
const PLAIN: ExpectedCall = {
  requestModel: 'gpt-4o',
  reportedModel: 'gpt-4o-2024-08-06',
  responseId: 'chatcmpl-1',
  usage: USAGE_FACTS,
  finishReasons: ['stop'],
};
const ERROR_BODY = '{"error":{"message":"slow down","type":"rate_limit_error"}}';

function answered(name: string, answer: unknown, expected: ExpectedCall, request: object = CHAT_REQUEST): ExchangeCase {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return { name, request: { body: JSON.stringify(request) }, response: { body }, expected };
}

/** An answer that says nothing but its text. */
function failing(name: string, response: ExchangeCase['response'], failure: ExpectedCall['failure']): ExchangeCase {
  const expected: ExpectedCall = { requestModel: 'gpt-4o', ...(failure ? { failure } : {}) };
  return { name, request: { body: JSON.stringify(CHAT_REQUEST) }, ...(response ? { response } : {}), expected };
}

const UNTOLD: ExpectedCall = { requestModel: 'gpt-4o', failure: { type: 'unparsable_response' } };

/** Chat completions whose answer is one JSON text, or none. */
export const CHAT_COMPLETIONS_CASES: readonly ExchangeCase[] = [
  answered('plain', chatAnswer({ content: 'Hello' }), {
    ...PLAIN,
    output: chatAnswer({ content: 'Hello' }),
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.system': 'openai',
      'llm.provider': 'openai',
      'llm.model_name': 'gpt-4o-2024-08-06',
      'llm.request.model_name': 'gpt-4o',
      'llm.response.model_name': 'gpt-4o-2024-08-06',
      'llm.finish_reason': 'stop',
      'llm.invocation_parameters': '{"model":"gpt-4o"}',
      'input.value': JSON.stringify(CHAT_REQUEST),
      'input.mime_type': 'application/json',
      'output.mime_type': 'application/json',
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': 'Hi',
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.content': 'Hello',
      'llm.token_count.prompt': 9,
      'llm.token_count.completion': 3,
      'llm.token_count.total': 12,
      'genai_extproc.content.truncated': undefined,
    },
  }),
  answered(
    'tool calls',
    chatAnswer({
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Köln"}' } },
        { id: 'call_2', type: 'custom', custom: { name: 'shell', input: 'ls' } },
      ],
    }),
    {
      ...PLAIN,
      attributes: {
        'llm.tools.0.tool.json_schema': '{"type":"function","function":{"name":"weather"}}',
        'llm.invocation_parameters': '{"model":"gpt-4o","temperature":0.5}',
        'llm.input_messages.0.message.tool_calls.0.tool_call.id': 'call_0',
        'llm.input_messages.1.message.tool_call_id': 'call_0',
        'llm.input_messages.1.message.content': 'sunny',
        'llm.output_messages.0.message.content': undefined,
        'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'call_1',
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'weather',
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Köln"}',
        'llm.output_messages.0.message.tool_calls.1.tool_call.function.name': 'shell',
        'llm.output_messages.0.message.tool_calls.1.tool_call.function.arguments': 'ls',
      },
    },
    {
      model: 'gpt-4o',
      messages: [
        {
          role: 'assistant',
          tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'call_0', content: 'sunny' },
      ],
      tools: [{ type: 'function', function: { name: 'weather' } }],
      temperature: 0.5,
    },
  ),
  answered(
    'several choices, the second listed first',
    chatAnswer(
      {},
      {
        choices: [
          { index: 1, message: { role: 'assistant', content: 'b' }, finish_reason: 'length' },
          { index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' },
        ],
      },
    ),
    { ...PLAIN, finishReasons: ['stop', 'length'], attributes: { 'llm.finish_reason': 'stop' } },
  ),
  answered(
    'choices that do not say their index count by their place',
    chatAnswer(
      {},
      {
        choices: [
          { message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' },
          { message: { role: 'assistant', content: 'b' }, finish_reason: 'length' },
        ],
      },
    ),
    { ...PLAIN, finishReasons: ['stop', 'length'] },
  ),
  answered('a refusal', chatAnswer({ content: null, refusal: 'I will not.' }), {
    ...PLAIN,
    attributes: { 'llm.output_messages.0.message.content': 'I will not.' },
  }),
  answered('reasoning beside the answer', chatAnswer({ content: '4', reasoning_content: '2+2' }), {
    ...PLAIN,
    attributes: {
      'llm.output_messages.0.message.contents.0.message_content.type': 'reasoning',
      'llm.output_messages.0.message.contents.0.message_content.text': '2+2',
      'llm.output_messages.0.message.content': '4',
    },
  }),
  answered(
    'a spoken answer',
    chatAnswer({ content: null, audio: { id: 'audio_1', data: 'UklGRg==', transcript: 'Hello' } }),
    {
      ...PLAIN,
      attributes: {
        'llm.output_messages.0.message.contents.0.message_content.type': 'audio',
        'llm.output_messages.0.message.contents.0.message_content.id': 'audio_1',
        'llm.output_messages.0.message.contents.0.message_content.text': 'Hello',
        'llm.output_messages.0.message.contents.0.message_content.data': undefined,
      },
    },
  ),
  answered(
    'images, sound and text in the input',
    chatAnswer({ content: 'a cat' }),
    {
      ...PLAIN,
      attributes: {
        'llm.input_messages.0.message.content': undefined,
        'llm.input_messages.0.message.contents.0.message_content.type': 'text',
        'llm.input_messages.0.message.contents.0.message_content.text': 'what?',
        'llm.input_messages.0.message.contents.1.message_content.type': 'image',
        'llm.input_messages.0.message.contents.1.message_content.image.image.url': 'data:image/png;base64,AAAA',
        'llm.input_messages.0.message.contents.2.message_content.image.image.url': 'https://images.test/cat.png',
        'llm.input_messages.0.message.contents.3.message_content.type': 'audio',
        'llm.input_messages.0.message.contents.4.message_content.type': undefined,
        'llm.input_messages.0.message.contents.5.message_content.text': 'after a file',
      },
    },
    {
      model: 'gpt-4o',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'image_url', image_url: { url: 'https://images.test/cat.png', detail: 'low' } },
            { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
            { type: 'file', file: { file_id: 'file_1' } },
            { type: 'text', text: 'after a file' },
          ],
        },
      ],
    },
  ),
  answered(
    'legacy function calls',
    chatAnswer({ content: null, function_call: { name: 'weather', arguments: '{}' } }, {}),
    {
      ...PLAIN,
      attributes: {
        'llm.output_messages.0.message.function_call_name': 'weather',
        'llm.output_messages.0.message.function_call_arguments_json': '{}',
        'llm.tools.0.tool.json_schema': '{"name":"weather"}',
        'llm.invocation_parameters': '{"model":"gpt-4o"}',
      },
    },
    { ...CHAT_REQUEST, functions: [{ name: 'weather' }] },
  ),
  answered(
    'every detail of usage',
    chatAnswer(
      { content: 'x' },
      {
        usage: {
          prompt_tokens: 100,
          completion_tokens: 50,
          total_tokens: 151,
          prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20, audio_tokens: 5 },
          completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 7 },
        },
      },
    ),
    {
      ...PLAIN,
      usage: {
        input: 100,
        output: 50,
        total: 151,
        cachedInput: 60,
        cacheCreationInput: 20,
        reasoning: 30,
        audioInput: 5,
        audioOutput: 7,
      },
      attributes: {
        'llm.token_count.prompt_details.cache_read': 60,
        'llm.token_count.prompt_details.cache_write': 20,
        'llm.token_count.prompt_details.audio': 5,
        'llm.token_count.completion_details.reasoning': 30,
        'llm.token_count.completion_details.audio': 7,
      },
    },
  ),
  answered(
    "an older vendor's name for cache writes, and no total",
    chatAnswer(
      { content: 'x' },
      {
        usage: { prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: { cache_creation_input_tokens: 4 } },
      },
    ),
    { ...PLAIN, usage: { input: 5, output: 2, total: 7, cacheCreationInput: 4 } },
  ),
  answered(
    'usage of 0 is known',
    chatAnswer({ content: '' }, { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }),
    {
      ...PLAIN,
      usage: { input: 0, output: 0, total: 0 },
      attributes: { 'llm.token_count.prompt': 0, 'llm.output_messages.0.message.content': undefined },
    },
  ),
  answered(
    'usage that makes no sense is not known',
    chatAnswer({ content: 'x' }, { usage: { prompt_tokens: -1, completion_tokens: '3', total_tokens: 1.5 } }),
    {
      ...PLAIN,
      usage: {},
    },
  ),
  answered('no usage', chatAnswer({ content: 'x' }, { usage: undefined }), {
    ...PLAIN,
    usage: {},
    attributes: { 'llm.token_count.total': undefined },
  }),
  answered(
    'no model on either side',
    chatAnswer({ content: 'x' }, { model: undefined }),
    {
      responseId: 'chatcmpl-1',
      usage: USAGE_FACTS,
      finishReasons: ['stop'],
      attributes: { 'llm.model_name': undefined },
    },
    { messages: [] },
  ),
  answered(
    'a model that is no text',
    chatAnswer({ content: 'x' }, { model: 7 }),
    { responseId: 'chatcmpl-1', usage: USAGE_FACTS, finishReasons: ['stop'] },
    { model: ['gpt-4o'], messages: 'none' },
  ),
  answered(
    'a stream was asked for, JSON came',
    chatAnswer({ content: 'x' }),
    { ...PLAIN, streaming: true },
    CHAT_STREAM_REQUEST,
  ),
  answered('a byte order mark before the JSON', `\ufeff${JSON.stringify(chatAnswer({ content: 'x' }))}`, {
    ...PLAIN,
    attributes: { 'llm.output_messages.0.message.content': 'x' },
  }),
  answered('a newline behind the JSON', `${JSON.stringify(chatAnswer({ content: 'x' }))}\n`, PLAIN),
  {
    name: 'a provider by its host, an Azure path with a query',
    request: {
      path: '/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21',
      headers: { ':authority': 'me.openai.azure.com:443', 'agent-session-id': '' },
      body: JSON.stringify(CHAT_REQUEST),
    },
    response: { body: JSON.stringify(chatAnswer({ content: 'x' })) },
    expected: {
      ...PLAIN,
      provider: 'azure.ai.openai',
      attributes: { 'llm.provider': 'azure', 'session.id': undefined },
    },
  },
  {
    name: 'GET is no call',
    request: { method: 'GET' },
    response: { body: JSON.stringify(chatAnswer({ content: 'x' })) },
    expected: 'ignored',
  },
  {
    name: 'another path is no call',
    request: { path: '/v1/models', body: JSON.stringify(CHAT_REQUEST) },
    response: { body: '{}' },
    expected: 'ignored',
  },
  answered('an error as JSON with status 200', ERROR_BODY, { ...UNTOLD, attributes: { 'output.value': ERROR_BODY } }),
  answered('JSON that is no object', '[1,2]', UNTOLD),
  failing(
    'HTML with status 200',
    { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' },
    { type: 'unparsable_response' },
  ),
  failing('an answer without a body', { status: 204 }, undefined),
  failing(
    '401 with a body',
    { status: 401, body: ERROR_BODY },
    { type: '401', exception: { status: 401, body: ERROR_BODY } },
  ),
  failing(
    '429 with a body',
    { status: 429, body: ERROR_BODY },
    { type: '429', exception: { status: 429, body: ERROR_BODY } },
  ),
  failing('503 without a body', { status: 503 }, { type: '503', exception: { status: 503, body: '' } }),
  failing(
    '503 that is cut',
    { status: 503, body: 'upstream conn', end: 'cut' },
    { type: '503', exception: { status: 503, body: 'upstream conn' } },
  ),
  failing('no answer at all', undefined, { type: 'interrupted' }),
  failing('cut behind the headers', { end: 'cut' }, { type: 'interrupted' }),
  failing(
    'cut inside the JSON',
    { body: '{"id":"chatcmpl-1","choices":[{"index":0,"mess', end: 'cut' },
    { type: 'interrupted' },
  ),
  {
    name: 'chunked JSON that is whole, without its end',
    request: { body: JSON.stringify(CHAT_REQUEST) },
    response: { body: JSON.stringify(chatAnswer({ content: 'x' })), end: 'cut' },
    expected: PLAIN,
  },
  {
    name: 'content-length reached, then cut',
    request: { body: JSON.stringify(CHAT_REQUEST) },
    response: {
      headers: { 'content-length': String(JSON.stringify(chatAnswer({ content: 'x' })).length) },
      body: JSON.stringify(chatAnswer({ content: 'x' })),
      end: 'cut',
    },
    expected: PLAIN,
  },
  {
    name: 'the end comes in trailers',
    request: { body: JSON.stringify(CHAT_REQUEST) },
    response: { body: JSON.stringify(chatAnswer({ content: 'x' })), end: 'trailers' },
    expected: PLAIN,
  },
  {
    name: 'a request that is no JSON, answered all the same',
    request: { body: '{"model":"gpt-4o","messages":[],}' },
    response: { body: JSON.stringify(chatAnswer({ content: 'x' })) },
    expected: {
      ...PLAIN,
      failure: { type: 'unparsable_request' },
      attributes: { 'input.value': '{"model":"gpt-4o","messages":[],}' },
    },
  },
  {
    name: 'a request that is no JSON, refused',
    request: { body: 'hello' },
    response: { status: 400, body: 'no' },
    expected: { failure: { type: '400', exception: { status: 400, body: 'no' } } },
  },
  {
    name: 'both sides beyond the cap: marked, and usage still found',
    request: { body: JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(500) }], model: 'gpt-4o' }) },
    response: { body: JSON.stringify(chatAnswer({ content: 'y"\\'.repeat(200) })) },
    contentBytes: 100,
    expected: {
      ...PLAIN,
      truncated: true,
      attributes: { 'genai_extproc.content.truncated': true, 'llm.input_messages.0.message.role': undefined },
    },
  },
];
