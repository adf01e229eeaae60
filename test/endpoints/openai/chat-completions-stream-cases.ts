import {
  CHAT_STREAM_REQUEST,
  chatChunk,
  chatDelta,
  foldedChat,
  STREAM_HEADERS,
  sse,
  USAGE,
  USAGE_CHUNK,
  USAGE_FACTS,
} from '../../support/answers.js';
import type { AnswerEnd, ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

/** What the plain stream says. */
const PLAIN: ExpectedCall = {
  requestModel: 'gpt-4o',
  reportedModel: 'gpt-4o-2024-08-06',
  responseId: 'chatcmpl-1',
  streaming: true,
  usage: USAGE_FACTS,
  finishReasons: ['stop'],
  content: true,
};
const HELLO = [
  chatDelta({ role: 'assistant', content: '' }),
  chatDelta({ content: 'Grüß ' }),
  chatDelta({ content: 'Gott 🙂' }),
  chatDelta({}, 'stop'),
];
const HELLO_MESSAGE = { role: 'assistant', content: 'Grüß Gott 🙂' };
const FOLDED = foldedChat([{ index: 0, finish_reason: 'stop', message: HELLO_MESSAGE }]);
const WHOLE = sse(...HELLO, USAGE_CHUNK, '[DONE]');

function streamed(name: string, body: string | Uint8Array, expected: ExpectedCall, end?: AnswerEnd): ExchangeCase {
  const response = { headers: STREAM_HEADERS, body, ...(end ? { end } : {}) };
  return { name, request: { body: JSON.stringify(CHAT_STREAM_REQUEST) }, response, expected };
}

/** One choice's deltas, the end, usage and [DONE]. */
function deltas(...parts: object[]): string {
  return sse(...parts.map((part) => chatDelta(part)), chatDelta({}, 'stop'), USAGE_CHUNK, '[DONE]');
}

function folded(message: object): object {
  return foldedChat([{ index: 0, finish_reason: 'stop', message }]);
}

const rateLimited = { error: { message: 'slow down', type: 'rate_limit_error', code: null } };

/** Chat completions whose answer is a stream of events. */
export const CHAT_COMPLETIONS_STREAM_CASES: readonly ExchangeCase[] = [
  streamed('plain', WHOLE, {
    ...PLAIN,
    output: FOLDED,
    attributes: {
      'output.mime_type': 'application/json',
      'llm.model_name': 'gpt-4o-2024-08-06',
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.content': 'Grüß Gott 🙂',
    },
  }),
  streamed(
    'tool calls by their own index',
    deltas(
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }],
      },
      { tool_calls: [{ index: 1, id: 'call_2', type: 'function', function: { name: 'time', arguments: '{"zone"' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
      {
        tool_calls: [
          { index: 0, id: '', function: { name: '', arguments: '"Oslo"}' } },
          { index: 1, function: { arguments: ':1}' } },
        ],
      },
    ),
    {
      ...PLAIN,
      output: folded({
        role: 'assistant',
        tool_calls: [
          { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
          { index: 1, id: 'call_2', type: 'function', function: { name: 'time', arguments: '{"zone":1}' } },
        ],
      }),
      attributes: {
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Oslo"}',
        'llm.output_messages.0.message.tool_calls.1.tool_call.id': 'call_2',
      },
    },
  ),
  streamed(
    'several choices, interleaved',
    sse(
      chatDelta({ role: 'assistant', content: 'b' }, null, 1),
      chatDelta({ role: 'assistant', content: 'a' }, null, 0),
      chatChunk([
        { index: 0, delta: { content: 'A' }, finish_reason: null },
        { index: 1, delta: { content: 'B' }, finish_reason: null },
      ]),
      chatDelta({}, 'stop', 0),
      chatDelta({}, 'length', 1),
      USAGE_CHUNK,
      '[DONE]',
    ),
    {
      ...PLAIN,
      finishReasons: ['stop', 'length'],
      output: foldedChat([
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'aA' } },
        { index: 1, finish_reason: 'length', message: { role: 'assistant', content: 'bB' } },
      ]),
    },
  ),
  streamed('a refusal', deltas({ role: 'assistant', refusal: 'I ' }, { refusal: 'will not.' }), {
    ...PLAIN,
    output: folded({ role: 'assistant', refusal: 'I will not.' }),
    attributes: { 'llm.output_messages.0.message.content': 'I will not.' },
  }),
  streamed(
    'reasoning, then the answer',
    deltas({ role: 'assistant', reasoning_content: '2' }, { reasoning_content: '+2' }, { content: '4' }),
    {
      ...PLAIN,
      output: folded({ role: 'assistant', reasoning_content: '2+2', content: '4' }),
      attributes: { 'llm.output_messages.0.message.contents.0.message_content.text': '2+2' },
    },
  ),
  streamed('a vendor that says reasoning', deltas({ reasoning: 'h' }, { reasoning: 'm' }, { content: '4' }), {
    ...PLAIN,
    output: folded({ reasoning: 'hm', content: '4' }),
  }),
  streamed(
    'a spoken answer',
    deltas(
      { role: 'assistant', audio: { id: 'audio_1', transcript: 'Hel' } },
      { audio: { data: 'UklG' } },
      { audio: { transcript: 'lo', data: 'Rg==' } },
    ),
    {
      ...PLAIN,
      output: folded({ role: 'assistant', audio: { id: 'audio_1', transcript: 'Hello', data: 'UklGRg==' } }),
      attributes: { 'llm.output_messages.0.message.contents.0.message_content.text': 'Hello' },
    },
  ),
  streamed(
    'a legacy function call',
    deltas(
      { role: 'assistant', function_call: { name: 'weather', arguments: '{' } },
      { function_call: { arguments: '}' } },
    ),
    {
      ...PLAIN,
      output: folded({ role: 'assistant', function_call: { name: 'weather', arguments: '{}' } }),
    },
  ),
  streamed(
    'annotations and log probabilities',
    sse(
      chatChunk([
        {
          index: 0,
          delta: { content: 'a', annotations: [{ type: 'url_citation', n: 1 }] },
          logprobs: { content: [{ token: 'a' }] },
          finish_reason: null,
        },
      ]),
      chatChunk([
        {
          index: 0,
          delta: { content: 'b', annotations: [{ type: 'url_citation', n: 2 }] },
          logprobs: { content: [{ token: 'b' }] },
          finish_reason: 'stop',
        },
      ]),
      USAGE_CHUNK,
      '[DONE]',
    ),
    {
      ...PLAIN,
      output: foldedChat([
        {
          index: 0,
          finish_reason: 'stop',
          message: {
            content: 'ab',
            annotations: [
              { type: 'url_citation', n: 1 },
              { type: 'url_citation', n: 2 },
            ],
          },
          logprobs: { content: [{ token: 'a' }, { token: 'b' }] },
        },
      ]),
    },
  ),
  streamed(
    'usage null in every chunk but one, and members of vendors',
    sse(
      ...HELLO.map((chunk) => ({ ...chunk, usage: null, system_fingerprint: 'fp_1', x_vendor: { a: 1 } })),
      { ...USAGE_CHUNK, service_tier: 'default' },
      '[DONE]',
    ),
    {
      ...PLAIN,
      output: { ...FOLDED, system_fingerprint: 'fp_1', x_vendor: { a: 1 }, service_tier: 'default' },
    },
  ),
  streamed(
    'usage in every chunk: the last counts, the total with it',
    sse(
      ...[1, 2, 3].map((count) =>
        chatChunk([{ index: 0, delta: { content: 'x' }, finish_reason: null }], {
          usage: { prompt_tokens: 9, completion_tokens: count },
        }),
      ),
      chatDelta({}, 'stop'),
      '[DONE]',
    ),
    PLAIN,
  ),
  streamed(
    'usage told in parts: the last value of each counter',
    sse(
      chatChunk([], { usage: { prompt_tokens: 9, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 4 } } }),
      chatDelta({ content: 'x' }, 'stop'),
      chatChunk([], { usage: { completion_tokens: 3 } }),
      '[DONE]',
    ),
    { ...PLAIN, usage: { input: 9, output: 3, total: 12, cachedInput: 4 } },
  ),
  streamed('no usage', sse(...HELLO, '[DONE]'), { ...PLAIN, usage: {} }),
  streamed(
    'the model changes on the way: the last one counts',
    sse(
      { ...chatDelta({ content: 'x' }), model: 'auto' },
      { ...chatDelta({}, 'stop'), model: 'gpt-4o-mini', id: 'chatcmpl-2' },
      { ...USAGE_CHUNK, model: '' },
      '[DONE]',
    ),
    { ...PLAIN, reportedModel: 'gpt-4o-mini' },
  ),
  streamed(
    'a role and a ping are no content',
    sse(chatDelta({ role: 'assistant', content: '' }), chatChunk([]), chatDelta({}, 'stop'), USAGE_CHUNK, '[DONE]'),
    { ...PLAIN, content: false },
  ),
  streamed('carriage returns and newlines', WHOLE.replaceAll('\n', '\r\n'), { ...PLAIN, output: FOLDED }),
  streamed('carriage returns alone', WHOLE.replaceAll('\n', '\r'), { ...PLAIN, output: FOLDED }),
  streamed('a byte order mark', `\ufeff${WHOLE}`, { ...PLAIN, output: FOLDED }),
  streamed(
    'comments, pings, names, ids and data in several lines',
    `: ping\n\nretry: 10\n\nevent: message\nid: 1\n${WHOLE.replace('data: {', 'data:{\ndata: ')}: bye\n`,
    { ...PLAIN, output: FOLDED },
  ),
  streamed('the last event without its newline', WHOLE.slice(0, -2), { ...PLAIN, output: FOLDED }),
  streamed('the usage event without its newline, and no [DONE]', sse(...HELLO, USAGE_CHUNK).slice(0, -2), {
    ...PLAIN,
    output: FOLDED,
  }),
  streamed('[DONE], then cut', WHOLE, { ...PLAIN, output: FOLDED }, 'cut'),
  streamed('whole in trailers', WHOLE, { ...PLAIN, output: FOLDED }, 'trailers'),
  streamed(
    'cut before the end',
    sse(...HELLO.slice(0, 3)),
    {
      ...PLAIN,
      usage: {},
      finishReasons: [],
      failure: { type: 'interrupted' },
      output: { ...chatChunk([{ index: 0, message: HELLO_MESSAGE }]) },
    },
    'cut',
  ),
  streamed(
    'cut in mid-character',
    Buffer.from(sse(...HELLO.slice(0, 3))).subarray(0, -60),
    {
      ...PLAIN,
      usage: {},
      finishReasons: [],
      failure: { type: 'interrupted' },
      output: chatChunk([{ index: 0, message: { role: 'assistant', content: 'Grüß ' } }]),
    },
    'cut',
  ),
  streamed(
    'cut behind usage, without [DONE]',
    sse(...HELLO, USAGE_CHUNK),
    { ...PLAIN, failure: { type: 'interrupted' } },
    'cut',
  ),
  streamed('ended cleanly in the middle', sse(...HELLO.slice(0, 3)), { ...PLAIN, usage: {}, finishReasons: [] }),
  streamed('an error event of a known type', sse(...HELLO.slice(0, 2), rateLimited, '[DONE]'), {
    ...PLAIN,
    usage: {},
    finishReasons: [],
    failure: { type: 'rate_limit_error', exception: { status: 200, body: JSON.stringify(rateLimited) } },
  }),
  streamed(
    'an error event known by its code, then cut',
    sse({ error: { type: 'x', code: 'insufficient_quota' } }),
    {
      requestModel: 'gpt-4o',
      streaming: true,
      failure: {
        type: 'insufficient_quota',
        exception: { status: 200, body: '{"error":{"type":"x","code":"insufficient_quota"}}' },
      },
    },
    'cut',
  ),
  streamed('an error event that is a text', sse({ error: 'boom' }), {
    requestModel: 'gpt-4o',
    streaming: true,
    failure: { type: 'stream_error', exception: { status: 200, body: '{"error":"boom"}' } },
  }),
  streamed(
    'events that are no JSON between those that are',
    sse('oops', HELLO[0] as object, '{"a":', ...HELLO.slice(1), '[1]', USAGE_CHUNK, '[DONE]'),
    { ...PLAIN, output: FOLDED },
  ),
  streamed('nothing but text', 'Service unavailable', {
    requestModel: 'gpt-4o',
    streaming: true,
    failure: { type: 'unparsable_response' },
  }),
  streamed('nothing but [DONE]', sse('[DONE]'), { requestModel: 'gpt-4o', streaming: true }),
  {
    ...streamed(
      'an event beyond its limit is passed over',
      sse(...HELLO.slice(0, 2), chatDelta({ content: 'z'.repeat(6000) }), ...HELLO.slice(2), USAGE_CHUNK, '[DONE]'),
      {
        ...PLAIN,
        truncated: true,
        output: FOLDED,
      },
    ),
    eventBytes: 2048,
  },
  {
    ...streamed(
      'content beyond its cap: the rest is left out, and usage still found',
      sse(
        chatDelta({ role: 'assistant', content: 'Grüß ' }),
        chatDelta({ content: 'x'.repeat(300) }),
        chatDelta({ content: 'Gott' }, 'stop'),
        USAGE_CHUNK,
        '[DONE]',
      ),
      {
        ...PLAIN,
        truncated: true,
        output: chatChunk([{ index: 0, message: { role: 'assistant', content: 'Grüß ' } }]),
      },
    ),
    contentBytes: 400,
  },
  {
    name: 'a stream that was not asked for',
    request: { body: JSON.stringify({ ...CHAT_STREAM_REQUEST, stream: false }) },
    response: { headers: STREAM_HEADERS, body: WHOLE },
    expected: { ...PLAIN, output: FOLDED },
  },
  {
    name: 'a stream without a content-type',
    request: { body: JSON.stringify(CHAT_STREAM_REQUEST) },
    response: { headers: { 'content-type': '' }, body: WHOLE },
    expected: { ...PLAIN, output: FOLDED },
  },
  {
    name: 'a stream of a known length, cut behind it',
    request: { body: JSON.stringify(CHAT_STREAM_REQUEST) },
    response: {
      headers: { ...STREAM_HEADERS, 'content-length': String(Buffer.byteLength(sse(...HELLO))) },
      body: sse(...HELLO),
      end: 'cut',
    },
    expected: { ...PLAIN, usage: {} },
  },
  {
    name: 'an error status with the content-type of a stream',
    request: { body: JSON.stringify(CHAT_STREAM_REQUEST) },
    response: { status: 500, headers: STREAM_HEADERS, body: sse({ error: { message: 'boom', usage: USAGE } }) },
    expected: {
      requestModel: 'gpt-4o',
      streaming: true,
      failure: { type: '500', exception: { status: 500, body: sse({ error: { message: 'boom', usage: USAGE } }) } },
    },
  },
];
