import {
  call,
  MESSAGE_FACTS,
  MESSAGES_PATH,
  MESSAGES_REQUEST,
  message,
  messagesCase,
  ofMessage,
  part,
} from '../../support/anthropic-answers.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const HELLO = message([{ type: 'text', text: 'Hello' }]);
const ERROR = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_1' };
/** A call of which the answer said nothing. */
const SILENT: ExpectedCall = { provider: 'anthropic', requestModel: 'claude-sonnet-4-5' };
const UNTOLD: ExpectedCall = { ...SILENT, failure: { type: 'unparsable_response' } };

function counted(name: string, usage: unknown, expected: ExpectedCall['usage'], attributes = {}): ExchangeCase {
  return messagesCase(name, message([{ type: 'text', text: 'Hello' }], { usage }), {
    ...MESSAGE_FACTS,
    usage: expected ?? {},
    attributes,
  });
}

function failed(name: string, status: number, body: string): ExchangeCase {
  const failure = { type: String(status), exception: { status, body } };
  return messagesCase(name, body, { ...SILENT, failure, attributes: { 'output.value': undefined } }, { status });
}

/** Calls whose answer is one JSON text, or none. */
export const MESSAGES_CASES: readonly ExchangeCase[] = [
  messagesCase('plain', HELLO, {
    ...MESSAGE_FACTS,
    output: HELLO,
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.system': 'anthropic',
      'llm.provider': 'anthropic',
      'llm.model_name': 'claude-sonnet-4-5-20250929',
      'llm.request.model_name': 'claude-sonnet-4-5',
      'llm.response.model_name': 'claude-sonnet-4-5-20250929',
      'llm.finish_reason': 'end_turn',
      'llm.invocation_parameters': '{"max_tokens":64}',
      'input.value': JSON.stringify(MESSAGES_REQUEST),
      'input.mime_type': 'application/json',
      'output.mime_type': 'application/json',
      ...ofMessage('input', 0, { role: 'user', content: 'Hi' }),
      ...ofMessage('output', 0, { role: 'assistant', content: undefined, ...part(0, { type: 'text', text: 'Hello' }) }),
      ...ofMessage('output', 1, { role: undefined }),
      'llm.token_count.prompt': 9,
      'llm.token_count.completion': 3,
      'llm.token_count.total': 12,
      'llm.token_count.prompt_details.cache_read': undefined,
      metadata: undefined,
    },
  }),
  messagesCase(
    'thinking, text and tool calls in their order',
    message(
      [
        { type: 'thinking', thinking: 'Hmm…', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'b3BhcXVl' },
        { type: 'text', text: 'Ich sehe nach 🙂' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Köln' } },
        { type: 'tool_use', id: 'toolu_2', name: 'time', input: {} },
      ],
      { stop_reason: 'tool_use' },
    ),
    {
      ...MESSAGE_FACTS,
      finishReasons: ['tool_use'],
      attributes: {
        'llm.finish_reason': 'tool_use',
        ...ofMessage('output', 0, {
          ...part(0, { type: 'reasoning', text: 'Hmm…', signature: 'c2ln' }),
          ...part(1, { type: 'reasoning', data: 'b3BhcXVl' }),
          ...part(2, { type: 'text', text: 'Ich sehe nach 🙂' }),
          ...call(3, 0, 'toolu_1', 'weather', { city: 'Köln' }),
          ...call(4, 1, 'toolu_2', 'time', {}),
        }),
      },
    },
  ),
  messagesCase(
    'server tools, and what is told of them beside the message',
    message(
      [
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: 'srvtoolu_1',
          content: [{ type: 'web_search_result', url: 'https://a.test', title: 'A', page_age: null }],
        },
        { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'echo', server_name: 'everything', input: {} },
        {
          type: 'tool_use',
          id: 'toolu_1',
          name: 'f',
          input: {},
          caller: { type: 'code_execution_20250825', tool_id: 's' },
        },
        { type: 'tool_use', id: 'toolu_2', name: 'f', input: {}, caller: { type: 'direct' } },
        {
          type: 'text',
          text: 'It says so',
          citations: [{ type: 'web_search_result_location', cited_text: 'so', url: 'https://a.test', title: null }],
        },
        { type: 'text', text: 'Plain', citations: null },
      ],
      {
        container: { id: 'container_1', expires_at: '2026-01-01T00:00:00Z' },
        context_management: { applied_edits: [{ type: 'clear_tool_uses_20250919', cleared_input_tokens: 5 }] },
        diagnostics: { cache_miss_reason: { type: 'model_changed' } },
        input_transformations: [],
        stop_details: { type: 'refusal', category: 'cyber', explanation: 'No' },
        stop_reason: 'refusal',
        usage: {
          input_tokens: 9,
          output_tokens: 3,
          iterations: [{ type: 'message', input_tokens: 9, output_tokens: 3 }],
          server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
        },
      },
    ),
    {
      ...MESSAGE_FACTS,
      finishReasons: ['refusal'],
      attributes: {
        ...ofMessage('output', 0, {
          ...call(0, 0, 'srvtoolu_1', 'web_search', { query: 'q' }),
          ...part(1, {
            type: 'web_search_tool_result',
            text: JSON.stringify({
              type: 'web_search_tool_result',
              tool_use_id: 'srvtoolu_1',
              content: [{ type: 'web_search_result', url: 'https://a.test', title: 'A' }],
            }),
          }),
          ...call(2, 1, 'mcptoolu_1', 'echo', {}),
          ...part(5, { type: 'text', text: 'It says so' }),
        }),
        metadata: JSON.stringify({
          stop_details: { type: 'refusal', category: 'cyber', explanation: 'No' },
          cache_miss_reason: { type: 'model_changed' },
          container_id: 'container_1',
          context_management_applied_edits: [{ type: 'clear_tool_uses_20250919', cleared_input_tokens: 5 }],
          usage_iterations: [{ type: 'message', input_tokens: 9, output_tokens: 3 }],
          server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
          citations: { 5: [{ type: 'web_search_result_location', cited_text: 'so', url: 'https://a.test' }] },
          mcp_server_names: { mcptoolu_1: 'everything' },
          tool_callers: { toolu_1: { type: 'code_execution_20250825', tool_id: 's' } },
        }),
      },
    },
  ),
  messagesCase(
    'callers of the request are completed by those of the answer',
    message([{ type: 'tool_use', id: 'b', name: 'f', input: {}, caller: { type: 'x' }, toolset_name: 't' }]),
    {
      ...MESSAGE_FACTS,
      attributes: {
        metadata: JSON.stringify({
          tool_callers: { a: { type: 'y' }, b: { type: 'x' } },
          toolset_names: { a: 'r', b: 't' },
        }),
      },
    },
    {
      request: {
        ...MESSAGES_REQUEST,
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {}, caller: { type: 'y' } }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: '1', toolset_name: 'r' }] },
        ],
      },
    },
  ),
  counted(
    'input is what was cached, what is cached now, and the rest',
    {
      input_tokens: 5,
      cache_creation_input_tokens: 200,
      cache_read_input_tokens: 3000,
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 0 },
      output_tokens: 70,
      output_tokens_details: { thinking_tokens: 60 },
      service_tier: 'standard',
    },
    { input: 3205, output: 70, cachedInput: 3000, cacheCreationInput: 200, reasoning: 60 },
    {
      'llm.token_count.prompt': 3205,
      'llm.token_count.total': 3275,
      'llm.token_count.prompt_details.cache_read': 3000,
      'llm.token_count.prompt_details.cache_write': 200,
      'llm.token_count.completion_details.reasoning': 60,
    },
  ),
  counted(
    'zeros are reported',
    { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
    { input: 0, output: 0, cachedInput: 0, cacheCreationInput: 0 },
    { 'llm.token_count.prompt': 0, 'llm.token_count.total': 0, 'llm.token_count.prompt_details.cache_read': 0 },
  ),
  counted('null is not known', { input_tokens: 4, cache_read_input_tokens: null, output_tokens: null }, { input: 4 }),
  counted(
    'what was cached is not the input',
    { cache_read_input_tokens: 8, output_tokens: 1 },
    { cachedInput: 8, output: 1 },
    { 'llm.token_count.prompt': undefined },
  ),
  counted('counts that are none', { input_tokens: -1, output_tokens: '3', cache_read_input_tokens: 1.5 }, {}),
  counted('usage that is no object', 'many', {}),
  counted('no usage', undefined, {}, { 'llm.token_count.prompt': undefined }),
  messagesCase('no content', message([]), {
    ...MESSAGE_FACTS,
    attributes: ofMessage('output', 0, { role: 'assistant', ...part(0, { type: undefined }) }),
  }),
  messagesCase(
    'a stop sequence, no model, no id',
    { type: 'message', role: 'assistant', content: [], stop_reason: 'stop_sequence', stop_sequence: 'END' },
    { ...SILENT, finishReasons: ['stop_sequence'], attributes: { 'llm.model_name': 'claude-sonnet-4-5' } },
  ),
  messagesCase(
    'content of no shape at all',
    {
      ...message([null, 1, 'x', [[]], {}, { type: 5 }, { type: 'text', text: 7, citations: [1] }]),
      role: 1,
      stop_details: 'x',
    },
    {
      ...MESSAGE_FACTS,
      attributes: ofMessage('output', 0, {
        role: undefined,
        ...part(6, { type: 'text' }),
        ...part(2, { text: '"x"' }),
      }),
    },
  ),
  messagesCase(
    'a big answer',
    message([{ type: 'text', text: 'Größe "usage": {"input_tokens": 1} 🙂 '.repeat(1800) }]),
    { ...MESSAGE_FACTS, attributes: ofMessage('output', 0, part(0, { type: 'text' })) },
  ),
  {
    ...messagesCase('a proxy in between', HELLO, MESSAGE_FACTS),
    request: { path: '/anthropic/v1/messages?beta=true', body: JSON.stringify(MESSAGES_REQUEST) },
  },
  failed(
    'not authenticated',
    401,
    '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
  ),
  failed('too many calls', 429, '{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'),
  failed('overloaded', 529, JSON.stringify(ERROR)),
  messagesCase('an error that says 200', ERROR, { ...UNTOLD, output: ERROR }),
  messagesCase("another API's answer", { object: 'chat.completion', choices: [] }, UNTOLD),
  messagesCase('a page', '<html>', UNTOLD, { headers: { 'content-type': 'text/html' } }),
  {
    name: 'cut in the answer',
    request: { path: MESSAGES_PATH, body: JSON.stringify(MESSAGES_REQUEST) },
    response: { body: '{"id":"msg_1","content":[{"ty', end: 'cut' },
    expected: { ...SILENT, failure: { type: 'interrupted' } },
  },
  {
    name: 'cut before an answer',
    request: { path: MESSAGES_PATH, body: JSON.stringify(MESSAGES_REQUEST) },
    expected: { ...SILENT, failure: { type: 'interrupted' } },
  },
  messagesCase(
    'a request that is no JSON',
    HELLO,
    {
      ...MESSAGE_FACTS,
      requestModel: undefined as never,
      failure: { type: 'unparsable_request' },
      attributes: { 'input.value': '{"model":' },
    },
    { request: '{"model":' },
  ),
  messagesCase('a chat application', { ok: true }, 'ignored' as never, { request: { text: 'Hi', channel: 7 } }),
  messagesCase('a list', { ok: true }, 'ignored' as never, { request: ['Hi'] }),
  {
    name: 'a message of a thread',
    request: { path: '/v1/threads/thread_1/messages', body: JSON.stringify(MESSAGES_REQUEST) },
    response: { body: '{"object":"thread.message"}' },
    expected: 'ignored',
  },
];
