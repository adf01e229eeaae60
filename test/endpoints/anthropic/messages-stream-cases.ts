import {
  blockDelta,
  blockEvents,
  blockStart,
  call,
  EVENT_STREAM,
  MESSAGE_FACTS,
  MESSAGES_PATH,
  MESSAGES_REQUEST,
  message,
  messageEnd,
  messageEvents,
  messageStart,
  ofMessage,
  part,
  type StreamEvent,
  textEvents,
} from '../../support/anthropic-answers.js';
import type { AnswerEnd, ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const REQUEST = { ...MESSAGES_REQUEST, stream: true };
const PLAIN: ExpectedCall = { ...MESSAGE_FACTS, streaming: true, content: true };
const PING = { type: 'ping' };
const HELLO = [messageStart(), PING, ...textEvents(0, 'Grüß ', 'Gott 🙂'), ...messageEnd()];
const FOLDED = message([{ type: 'text', text: 'Grüß Gott 🙂' }]);
const OVERLOADED = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
const TOOL = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} };

function streamed(name: string, body: string, expected: ExpectedCall, end?: AnswerEnd): ExchangeCase {
  return {
    name,
    request: { path: MESSAGES_PATH, body: JSON.stringify(REQUEST) },
    response: { headers: EVENT_STREAM, body, ...(end ? { end } : {}) },
    expected,
  };
}

/** A stream of these blocks' events, and the content that it folds to. */
function content(name: string, events: StreamEvent[], blocks: unknown[], more: ExpectedCall = {}) {
  const expected = { ...PLAIN, output: message(blocks), ...more };
  return streamed(name, messageEvents(messageStart(), ...events, ...messageEnd()), expected);
}

function json(...pieces: string[]) {
  return pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json }));
}

function counted(name: string, start: unknown, end: unknown, usage: ExpectedCall['usage']): ExchangeCase {
  const events = messageEvents(messageStart(start), ...textEvents(0, 'Hi'), ...messageEnd(end));
  return streamed(name, events, { ...PLAIN, usage: usage ?? {} });
}

const CITATIONS = [
  { type: 'char_location', cited_text: 'a', document_index: 0 },
  { type: 'char_location', cited_text: 'b', document_index: 1 },
];

/** Calls whose answer is a stream of events. */
export const MESSAGES_STREAM_CASES: readonly ExchangeCase[] = [
  streamed('plain', messageEvents(...HELLO), {
    ...PLAIN,
    output: FOLDED,
    attributes: {
      'output.mime_type': 'application/json',
      'llm.model_name': 'claude-sonnet-4-5-20250929',
      'llm.finish_reason': 'end_turn',
      'llm.invocation_parameters': '{"max_tokens":64,"stream":true}',
      ...ofMessage('output', 0, { role: 'assistant', ...part(0, { type: 'text', text: 'Grüß Gott 🙂' }) }),
      'llm.token_count.prompt': 9,
      'llm.token_count.completion': 3,
      'llm.token_count.total': 12,
    },
  }),
  streamed(
    'without names of events, in other line ends',
    messageEvents(...HELLO)
      .replace(/event:.*\n/g, '')
      .replaceAll('\n', '\r\n'),
    {
      ...PLAIN,
      output: FOLDED,
    },
  ),
  streamed('without its last line end', messageEvents(...HELLO).trimEnd(), { ...PLAIN, output: FOLDED }),
  content(
    'thinking, text, and two tool calls at once',
    [
      ...blockEvents(
        0,
        { type: 'thinking', thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: 'Hm' },
        { type: 'thinking_delta', thinking: 'm' },
        { type: 'signature_delta', signature: 'c2ln' },
      ),
      ...textEvents(1, 'Moment'),
      blockStart(2, TOOL),
      blockStart(3, { ...TOOL, id: 'toolu_2', name: 'time' }),
      ...json('', '{"ci', 'ty": "Kö').map((delta) => blockDelta(2, delta)),
      ...json('{"zone"', ':1}').map((delta) => blockDelta(3, delta)),
      ...json('ln", "days": [1, 2]}').map((delta) => blockDelta(2, delta)),
    ],
    [
      { type: 'thinking', thinking: 'Hmm', signature: 'c2ln' },
      { type: 'text', text: 'Moment' },
      { ...TOOL, input: { city: 'Köln', days: [1, 2] } },
      { ...TOOL, id: 'toolu_2', name: 'time', input: { zone: 1 } },
    ],
    {
      attributes: ofMessage('output', 0, {
        ...part(0, { type: 'reasoning', text: 'Hmm', signature: 'c2ln' }),
        ...part(1, { type: 'text', text: 'Moment' }),
        ...call(2, 0, 'toolu_1', 'weather', { city: 'Köln', days: [1, 2] }),
        ...call(3, 1, 'toolu_2', 'time', { zone: 1 }),
      }),
    },
  ),
  content('a tool without input', blockEvents(0, TOOL, ...json('')), [TOOL], {
    attributes: ofMessage('output', 0, call(0, 0, 'toolu_1', 'weather', {})),
  }),
  content('input that ended too early', blockEvents(0, TOOL, ...json('{"a": {"b": [1, "x', 'y')), [
    { ...TOOL, input: { a: { b: [1] } } },
  ]),
  content('input that is no JSON', blockEvents(0, TOOL, ...json('wea', 'ther')), [{ ...TOOL, input: 'weather' }]),
  content(
    'citations',
    blockEvents(
      0,
      { type: 'text', text: '', citations: [] },
      { type: 'text_delta', text: 'So' },
      ...CITATIONS.map((citation) => ({ type: 'citations_delta', citation })),
    ),
    [{ type: 'text', text: 'So', citations: CITATIONS }],
    { attributes: { metadata: JSON.stringify({ citations: { 0: CITATIONS } }) } },
  ),
  content(
    'a web search',
    [
      ...blockEvents(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }, ...json('{"query":"q"}')),
      ...blockEvents(1, { type: 'web_search_tool_result', tool_use_id: 's', content: [{ type: 'web_search_result' }] }),
      ...textEvents(2, 'Found'),
    ],
    [
      { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
      { type: 'web_search_tool_result', tool_use_id: 's', content: [{ type: 'web_search_result' }] },
      { type: 'text', text: 'Found' },
    ],
  ),
  content('reasoning that nobody may read', blockEvents(0, { type: 'redacted_thinking', data: 'b3A=' }), [
    { type: 'redacted_thinking', data: 'b3A=' },
  ]),
  content(
    'a summary',
    blockEvents(
      0,
      { type: 'compaction', content: null },
      { type: 'compaction_delta', content: 'So far', encrypted_content: 'e' },
    ),
    [{ type: 'compaction', content: 'So far', encrypted_content: 'e' }],
  ),
  content(
    'another model goes on',
    [
      ...textEvents(0, 'I'),
      ...blockEvents(1, { type: 'fallback', from: { model: 'a' }, to: { model: 'b' } }),
      ...textEvents(2, 'we'),
    ],
    [],
    {
      reportedModel: 'b',
      output: message(
        [
          { type: 'text', text: 'I' },
          { type: 'fallback', from: { model: 'a' }, to: { model: 'b' } },
          { type: 'text', text: 'we' },
        ],
        { model: 'b' },
      ),
    },
  ),
  counted(
    'usage: the first event is the base',
    { input_tokens: 9, output_tokens: 1 },
    { output_tokens: 3 },
    { input: 9, output: 3 },
  ),
  counted(
    'usage: an estimate, then the real one',
    { input_tokens: 7, output_tokens: 0 },
    { input_tokens: 31, output_tokens: 5 },
    { input: 31, output: 5 },
  ),
  counted(
    'usage: the sum is that of the last values of all events',
    { input_tokens: 4, cache_creation_input_tokens: 100, cache_read_input_tokens: 0, output_tokens: 1 },
    { output_tokens: 20, cache_read_input_tokens: 1000, output_tokens_details: { thinking_tokens: 15 } },
    { input: 1104, output: 20, cachedInput: 1000, cacheCreationInput: 100, reasoning: 15 },
  ),
  counted(
    'usage: null overwrites nothing',
    { input_tokens: 4, cache_read_input_tokens: 2, output_tokens: 1 },
    { input_tokens: null, cache_read_input_tokens: null, cache_creation_input_tokens: null, output_tokens: 2 },
    { input: 6, output: 2, cachedInput: 2 },
  ),
  counted('usage: zeros', { input_tokens: 0, output_tokens: 0 }, { output_tokens: 0 }, { input: 0, output: 0 }),
  counted('usage: only at the end', null, { input_tokens: 5, output_tokens: 2 }, { input: 5, output: 2 }),
  counted('usage: only at the start', { input_tokens: 5, output_tokens: 2 }, null, { input: 5, output: 2 }),
  streamed('no usage anywhere', messageEvents(messageStart(null), ...textEvents(0, 'Hi'), ...messageEnd(null)), {
    ...PLAIN,
    usage: {},
    output: message([{ type: 'text', text: 'Hi' }], { usage: null }),
  }),
  streamed(
    'what the end adds to the message',
    messageEvents(
      messageStart({ input_tokens: 9, output_tokens: 1, service_tier: 'standard' }, { container: null }),
      ...textEvents(0, 'Hi'),
      ...messageEnd(
        { output_tokens: 3, server_tool_use: { web_search_requests: 1 } },
        { stop_reason: 'stop_sequence', stop_sequence: 'END', container: { id: 'container_1' } },
        { context_management: { applied_edits: [] }, input_transformations: null },
      ),
    ),
    {
      ...PLAIN,
      finishReasons: ['stop_sequence'],
      output: message([{ type: 'text', text: 'Hi' }], {
        stop_reason: 'stop_sequence',
        stop_sequence: 'END',
        container: { id: 'container_1' },
        context_management: { applied_edits: [] },
        usage: {
          input_tokens: 9,
          output_tokens: 3,
          service_tier: 'standard',
          server_tool_use: { web_search_requests: 1 },
        },
      }),
      attributes: { metadata: '{"container_id":"container_1","server_tool_use":{"web_search_requests":1}}' },
    },
  ),
  streamed('an error in the middle', messageEvents(messageStart(), ...textEvents(0, 'Gr'), OVERLOADED), {
    ...PLAIN,
    usage: { input: 9, output: 1 },
    finishReasons: [],
    failure: { type: 'overloaded_error', exception: { status: 200, body: JSON.stringify(OVERLOADED) } },
    output: message([{ type: 'text', text: 'Gr' }], {
      stop_reason: null,
      usage: { input_tokens: 9, output_tokens: 1 },
    }),
  }),
  streamed(
    'an error at once, and of a new kind',
    messageEvents(PING, { ...OVERLOADED, error: { type: 'new_error' } } as never),
    {
      provider: 'anthropic',
      requestModel: 'claude-sonnet-4-5',
      streaming: true,
      failure: {
        type: 'stream_error',
        exception: { status: 200, body: JSON.stringify({ type: 'error', error: { type: 'new_error' } }) },
      },
      output: { type: 'error', error: { type: 'new_error' } },
      attributes: ofMessage('output', 0, { role: undefined }),
    },
  ),
  streamed(
    'cut in the middle: what came is kept',
    messageEvents(
      messageStart(),
      blockStart(0, TOOL),
      ...json('{"city": "Oslo", "da').map((delta) => blockDelta(0, delta)),
    ),
    {
      ...PLAIN,
      usage: { input: 9, output: 1 },
      finishReasons: [],
      failure: { type: 'interrupted' },
      attributes: ofMessage('output', 0, call(0, 0, 'toolu_1', 'weather', { city: 'Oslo' })),
    },
    'cut',
  ),
  streamed('cut behind the end', messageEvents(...HELLO), { ...PLAIN, output: FOLDED }, 'cut'),
  streamed(
    'cut before the last event',
    messageEvents(...HELLO.slice(0, -1)),
    { ...PLAIN, failure: { type: 'interrupted' }, output: FOLDED },
    'cut',
  ),
  streamed('a clean end without the last event', messageEvents(...HELLO.slice(0, -1)), { ...PLAIN, output: FOLDED }),
  streamed('with trailers', messageEvents(...HELLO), { ...PLAIN, output: FOLDED }, 'trailers'),
  streamed(
    'only pings, then cut',
    messageEvents(PING, PING),
    {
      provider: 'anthropic',
      requestModel: 'claude-sonnet-4-5',
      streaming: true,
      failure: { type: 'interrupted' },
      output: {},
    },
    'cut',
  ),
  streamed(
    'nothing generated',
    messageEvents(messageStart(), ...blockEvents(0, { type: 'text', text: '' }), ...messageEnd()),
    {
      ...MESSAGE_FACTS,
      streaming: true,
      output: message([{ type: 'text', text: '' }]),
    },
  ),
  content(
    'a block that begins with its text',
    blockEvents(0, { type: 'text', text: 'All' }, { type: 'text_delta', text: ' of it' }),
    [{ type: 'text', text: 'All of it' }],
  ),
  content(
    'blocks whose beginnings are missing, in any order',
    [
      blockDelta(2, { type: 'input_json_delta', partial_json: '{}' }),
      blockDelta(0, { type: 'text_delta', text: 'x' }),
      blockDelta(1, { type: 'thinking_delta', thinking: 'y' }),
      blockDelta(3, { type: 'unheard_of', text: 'z' }),
    ],
    [
      { type: 'text', text: 'x' },
      { type: 'thinking', thinking: 'y' },
      { type: 'tool_use', input: {} },
    ],
  ),
  content(
    'events of no shape at all',
    [
      { type: 'new_event', anything: [1] },
      { type: 'content_block_start' },
      { type: 'content_block_start', index: 0, content_block: 'text' },
      { type: 'content_block_start', index: -1, content_block: { type: 'text' } },
      { type: 'content_block_delta', index: 0.5, delta: { type: 'text_delta', text: 'lost' } },
      { type: 'content_block_delta', index: 1, delta: null },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 7 } },
      { type: 'content_block_stop', index: 99 },
      { type: 'message_delta' },
      { type: 'message_delta', delta: 'x', usage: [] },
      { type: 7 } as never,
      {} as never,
      ...textEvents(0, 'kept'),
    ],
    [],
    { output: message([{ type: 'text', text: 'kept' }, { type: 'text' }]) },
  ),
];
