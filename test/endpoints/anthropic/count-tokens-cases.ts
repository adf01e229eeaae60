import { MESSAGES_REQUEST, ofMessage } from '../../support/anthropic-answers.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const { max_tokens: _unasked, ...REQUEST } = MESSAGES_REQUEST;
const FACTS: ExpectedCall = { provider: 'anthropic', requestModel: 'claude-sonnet-4-5' };

function counted(name: string, response: ExchangeCase['response'], expected: ExpectedCall, request: object = REQUEST) {
  const path = '/v1/messages/count_tokens?beta=true';
  return { name, request: { path, body: JSON.stringify(request) }, ...(response ? { response } : {}), expected };
}

/** Calls that count what a message would cost. */
export const COUNT_TOKENS_CASES: readonly ExchangeCase[] = [
  counted(
    'plain',
    { body: '{"input_tokens":2095}' },
    {
      ...FACTS,
      usage: { input: 2095 },
      output: { input_tokens: 2095 },
      attributes: {
        'openinference.span.kind': 'TOKEN_COUNTER',
        'llm.system': 'anthropic',
        'llm.provider': 'anthropic',
        'llm.model_name': 'claude-sonnet-4-5',
        'llm.response.model_name': undefined,
        'llm.finish_reason': undefined,
        'llm.invocation_parameters': '{}',
        'llm.token_count.prompt': 2095,
        'llm.token_count.completion': undefined,
        'llm.token_count.total': undefined,
        'input.value': JSON.stringify(REQUEST),
        ...ofMessage('input', 0, { role: 'user', content: 'Hi' }),
        ...ofMessage('output', 0, { role: undefined }),
      },
    },
  ),
  counted(
    'with system and tools',
    { body: '{"input_tokens":14,"context_management":{"original_input_tokens":20}}' },
    {
      ...FACTS,
      usage: { input: 14 },
      attributes: {
        ...ofMessage('input', 0, { role: 'system', content: 'S' }),
        ...ofMessage('input', 1, { role: 'user', content: 'Hi' }),
        'llm.tools.0.tool.json_schema': '{"name":"f"}',
        'llm.invocation_parameters': '{"tool_choice":{"type":"any"}}',
      },
    },
    { ...REQUEST, system: 'S', tools: [{ name: 'f' }], tool_choice: { type: 'any' } },
  ),
  counted('nothing to count', { body: '{"input_tokens":0}' }, { ...FACTS, usage: { input: 0 } }),
  counted(
    'a count that is none',
    { body: '{"input_tokens":"7"}' },
    { ...FACTS, failure: { type: 'unparsable_response' } },
  ),
  counted('no count', { body: '{}' }, { ...FACTS, failure: { type: 'unparsable_response' } }),
  counted(
    'a page',
    { body: '<html>', headers: { 'content-type': 'text/html' } },
    { ...FACTS, failure: { type: 'unparsable_response' } },
  ),
  counted(
    'an API that does not know it',
    { status: 404, body: '404 page not found', headers: { 'content-type': 'text/plain' } },
    { ...FACTS, failure: { type: '404', exception: { status: 404, body: '404 page not found' } } },
  ),
  counted('cut', { body: '{"input_to', end: 'cut' }, { ...FACTS, failure: { type: 'interrupted' } }),
  counted('no answer', undefined, { ...FACTS, failure: { type: 'interrupted' } }),
  counted(
    'no model: the path is nobody else’s',
    { body: '{"input_tokens":3}' },
    { provider: 'anthropic', usage: { input: 3 } },
    {
      messages: [],
    },
  ),
  counted(
    'as an event',
    { body: 'data: {"input_tokens":3}\n\n', headers: { 'content-type': 'text/event-stream' } },
    { ...FACTS, streaming: true, usage: { input: 3 }, output: { input_tokens: 3 } },
  ),
];
