import { MESSAGES_REQUEST, message, messageStart } from '../../support/anthropic-answers.js';
import type { OracleAnswer, OracleCase } from '../oracle-case.js';

const TOOL = {
  name: 'weather',
  description: 'Tells the weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
};
const TEXT = { type: 'text', text: 'Hello' };
const TOOL_USE = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } };
const THINKING = { type: 'thinking', thinking: 'Two and two', signature: 'c2ln' };
const IMAGE = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };

function send(name: string, changes: object, answer: OracleAnswer, method = 'messages.create'): OracleCase {
  return {
    name,
    family: 'messages',
    client: 'anthropic',
    method,
    parameters: { ...MESSAGES_REQUEST, ...changes },
    answer,
  };
}

const answered = (name: string, changes: object, content: object[] = [TEXT], more: object = {}) =>
  send(name, changes, { body: message(content, more) });

const asked = (name: string, messages: object[]) => answered(name, { messages });

const user = (...content: unknown[]) => ({ role: 'user', content });
const assistant = (...content: unknown[]) => ({ role: 'assistant', content });

const ASKED: OracleCase[] = [
  answered('text', {}),
  answered('every parameter', {
    stop_sequences: ['END'],
    metadata: { user_id: 'user-1' },
    service_tier: 'auto',
    extra_body: { temperature: 0.2, top_p: 0.9, top_k: 5 },
  }),
  answered('system as text', { system: 'Be brief' }),
  answered('system as blocks', {
    system: [
      { type: 'text', text: 'Be brief' },
      { type: 'text', text: 'Be kind', cache_control: { type: 'ephemeral' } },
    ],
  }),
  asked('turns', [
    { role: 'user', content: 'Hi' },
    assistant(TEXT),
    user({ type: 'text', text: 'Größe 😀 "quoted"' }, { type: 'text', text: 'again' }),
  ]),
  asked('images', [
    user(
      { type: 'text', text: 'Compare' },
      { type: 'image', source: IMAGE },
      { type: 'image', source: { type: 'url', url: 'https://images.test/1.png' } },
    ),
  ]),
  asked('documents', [
    user(
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'A text' }, title: 'A' },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' } },
      { type: 'text', text: 'Summarise' },
    ),
  ]),
  asked('tool use and its result', [
    { role: 'user', content: 'Weather?' },
    assistant({ type: 'text', text: 'Let me see' }, TOOL_USE),
    user({ type: 'tool_result', tool_use_id: 'toolu_1', content: '21 degrees' }),
  ]),
  asked('several results before a text', [
    { role: 'user', content: 'Weather?' },
    assistant(TOOL_USE, { ...TOOL_USE, id: 'toolu_2', input: {} }),
    user(
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: '21' }] },
      { type: 'tool_result', tool_use_id: 'toolu_2', is_error: true, content: 'It broke' },
      { type: 'text', text: 'And now?' },
    ),
  ]),
  asked('a result with an image, one without content', [
    { role: 'user', content: 'Look' },
    assistant(TOOL_USE, { ...TOOL_USE, id: 'toolu_2' }),
    user(
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'image', source: IMAGE }] },
      { type: 'tool_result', tool_use_id: 'toolu_2' },
    ),
  ]),
  asked('thinking earlier', [
    { role: 'user', content: 'Hi' },
    assistant(THINKING, { type: 'redacted_thinking', data: 'c2VjcmV0' }, TEXT),
    { role: 'user', content: 'Go on' },
  ]),
  asked('server tools earlier', [
    { role: 'user', content: 'Search' },
    assistant(
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [{ type: 'web_search_result', url: 'https://a.test', title: 'A', encrypted_content: 'c2VjcmV0' }],
      },
      TEXT,
    ),
    { role: 'user', content: 'Go on' },
  ]),
];

const ANSWERED: OracleCase[] = [
  answered('several texts', {}, [TEXT, { type: 'text', text: 'again' }]),
  answered('no content', {}, []),
  answered('tool use', { tools: [TOOL], tool_choice: { type: 'auto' } }, [{ type: 'text', text: 'See' }, TOOL_USE], {
    stop_reason: 'tool_use',
  }),
  answered('tool use alone, twice', { tools: [TOOL] }, [TOOL_USE, { ...TOOL_USE, id: 'toolu_2', input: {} }], {
    stop_reason: 'tool_use',
  }),
  answered('thinking', { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2048 }, [THINKING, TEXT], {
    usage: { input_tokens: 9, output_tokens: 30, output_tokens_details: { thinking_tokens: 20 } },
  }),
  answered('redacted thinking', {}, [{ type: 'redacted_thinking', data: 'c2VjcmV0' }, TEXT]),
  answered(
    'server tools',
    { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }] },
    [
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [
          {
            type: 'web_search_result',
            url: 'https://a.test',
            title: 'A',
            encrypted_content: 'c2VjcmV0',
            page_age: null,
          },
        ],
      },
      {
        type: 'text',
        text: 'Found',
        citations: [
          {
            type: 'web_search_result_location',
            url: 'https://a.test',
            title: 'A',
            encrypted_index: 'aQ==',
            cited_text: 'x',
          },
        ],
      },
    ],
    { usage: { input_tokens: 9, output_tokens: 3, server_tool_use: { web_search_requests: 1 } } },
  ),
  answered('cached tokens', {}, [TEXT], {
    usage: {
      input_tokens: 2,
      cache_creation_input_tokens: 5,
      cache_read_input_tokens: 10,
      output_tokens: 3,
      cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 0 },
      service_tier: 'standard',
    },
  }),
  answered('zeros among the tokens', {}, [TEXT], {
    usage: { input_tokens: 9, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
  }),
  answered('stop sequence', { stop_sequences: ['END'] }, [TEXT], {
    stop_reason: 'stop_sequence',
    stop_sequence: 'END',
  }),
  answered('refusal', {}, [], {
    stop_reason: 'refusal',
    stop_details: { type: 'refusal', category: 'cyber', explanation: 'Not allowed' },
  }),
  send('beta: text', {}, { body: message([TEXT]) }, 'beta.messages.create'),
  send('raw response', {}, { body: message([TEXT]) }, 'messages.with_raw_response.create'),
];

const start = (index: number, block: object) => ({ type: 'content_block_start', index, content_block: block });
const delta = (index: number, change: object) => ({ type: 'content_block_delta', index, delta: change });
const stop = (index: number) => ({ type: 'content_block_stop', index });
const end = (stopReason: string, usage: object = { output_tokens: 7 }) => [
  { type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null }, usage },
  { type: 'message_stop' },
];

const TEXT_EVENTS = [
  start(0, { type: 'text', text: '' }),
  { type: 'ping' },
  delta(0, { type: 'text_delta', text: 'Hel' }),
  delta(0, { type: 'text_delta', text: 'lo' }),
  stop(0),
];

const streamed = (name: string, changes: object, ...events: object[]) =>
  send(name, { stream: true, ...changes }, { events });

const STREAMED: OracleCase[] = [
  streamed('streamed text', {}, messageStart(), ...TEXT_EVENTS, ...end('end_turn')),
  streamed(
    'streamed tool use',
    { tools: [TOOL] },
    messageStart(),
    ...TEXT_EVENTS,
    start(1, { ...TOOL_USE, input: {} }),
    delta(1, { type: 'input_json_delta', partial_json: '{"city"' }),
    delta(1, { type: 'input_json_delta', partial_json: ': "Rome"}' }),
    stop(1),
    ...end('tool_use'),
  ),
  streamed(
    'streamed tool use without input',
    { tools: [TOOL] },
    messageStart(),
    start(0, { ...TOOL_USE, input: {} }),
    delta(0, { type: 'input_json_delta', partial_json: '' }),
    stop(0),
    ...end('tool_use'),
  ),
  streamed(
    'streamed thinking',
    { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2048 },
    messageStart(),
    start(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: 'Two ' }),
    delta(0, { type: 'thinking_delta', thinking: 'and two' }),
    delta(0, { type: 'signature_delta', signature: 'c2ln' }),
    stop(0),
    start(1, { type: 'text', text: '' }),
    delta(1, { type: 'text_delta', text: 'Four' }),
    stop(1),
    ...end('end_turn'),
  ),
  streamed(
    'streamed usage of the cache, told at the end again',
    {},
    messageStart({
      input_tokens: 2,
      cache_creation_input_tokens: 5,
      cache_read_input_tokens: 10,
      output_tokens: 1,
    }),
    ...TEXT_EVENTS,
    ...end('max_tokens', {
      input_tokens: 3,
      cache_creation_input_tokens: 5,
      cache_read_input_tokens: 11,
      output_tokens: 7,
    }),
  ),
  streamed(
    'streamed server tool',
    {},
    messageStart(),
    start(0, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
    delta(0, { type: 'input_json_delta', partial_json: '{"query":"q"}' }),
    stop(0),
    start(1, {
      type: 'web_search_tool_result',
      tool_use_id: 'srvtoolu_1',
      content: [{ type: 'web_search_result', url: 'https://a.test', title: 'A', encrypted_content: 'c2VjcmV0' }],
    }),
    stop(1),
    start(2, { type: 'text', text: '', citations: [] }),
    delta(2, { type: 'text_delta', text: 'Found' }),
    stop(2),
    ...end('end_turn'),
  ),
  streamed('an error event inside a stream', {}, messageStart(), ...TEXT_EVENTS, {
    type: 'error',
    error: { type: 'overloaded_error', message: 'Overloaded' },
  }),
  send('the stream helper', {}, { events: [messageStart(), ...TEXT_EVENTS, ...end('end_turn')] }, 'messages.stream'),
];

export const MESSAGES_CASES: readonly OracleCase[] = [...ASKED, ...ANSWERED, ...STREAMED];
