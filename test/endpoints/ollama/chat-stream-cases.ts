import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import { chatAnswer, chatLine, LINES_HEADERS, lines, STREAMED } from '../../support/ollama-answers.js';

const PATH = '/api/chat';
const REQUEST = { model: 'llama3.2', messages: [{ role: 'user', content: 'Hi' }] };

function streamed(
  name: string,
  body: string,
  expected: ExpectedCall,
  response: ExchangeCase['response'] = {},
  request: object = REQUEST,
): ExchangeCase {
  return {
    name,
    request: { path: PATH, body: JSON.stringify(request) },
    response: { headers: LINES_HEADERS, body, ...response },
    expected,
  };
}

const HELLO = [chatLine({ content: 'Grüß ' }), chatLine({ content: 'Gott 🙂' })];
const WHOLE = lines(...HELLO, chatAnswer({}));
const FOLDED = chatAnswer({ content: 'Grüß Gott 🙂' });
const CUT: ExpectedCall = { ...STREAMED, usage: {}, finishReasons: [] };
const weather = (city: string) => ({ function: { index: 0, name: 'get_weather', arguments: { city } } });

/** POST /api/chat as it is by default: a stream of lines. */
export const CHAT_STREAM_CASES: readonly ExchangeCase[] = [
  streamed('plain, streamed without being asked', WHOLE, {
    ...STREAMED,
    output: FOLDED,
    attributes: {
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.content': 'Grüß Gott 🙂',
      'llm.finish_reason': 'stop',
      'llm.token_count.total': 324,
      'output.mime_type': 'application/json',
    },
  }),
  streamed('asked for', WHOLE, STREAMED, {}, { ...REQUEST, stream: true }),
  streamed('null asks for it too', WHOLE, STREAMED, {}, { ...REQUEST, stream: null }),
  streamed('without a content-type', WHOLE, { ...STREAMED, output: FOLDED }, { headers: { 'content-type': '' } }),
  streamed('the last line without its end', WHOLE.slice(0, -1), { ...STREAMED, output: FOLDED }),
  streamed('carriage returns and blank lines', `\r\n${WHOLE.replaceAll('\n', '\r\n\r\n')}`, {
    ...STREAMED,
    output: FOLDED,
  }),
  streamed('the last line, then cut', WHOLE, { ...STREAMED, output: FOLDED }, { end: 'cut' }),
  streamed('whole in trailers', WHOLE, { ...STREAMED, output: FOLDED }, { end: 'trailers' }),
  streamed(
    'cut before the last line',
    lines(...HELLO),
    {
      ...CUT,
      failure: { type: 'interrupted' },
      output: chatLine({ content: 'Grüß Gott 🙂' }),
    },
    { end: 'cut' },
  ),
  streamed('ended in peace before the last line', lines(...HELLO), CUT),
  streamed(
    'reasoning, then the answer',
    lines(chatLine({ thinking: '2' }), chatLine({ thinking: '+2' }), chatLine({ content: '4' }), chatAnswer({})),
    {
      ...STREAMED,
      output: chatAnswer({ thinking: '2+2', content: '4' }),
      attributes: {
        'llm.output_messages.0.message.contents.0.message_content.type': 'reasoning',
        'llm.output_messages.0.message.contents.0.message_content.text': '2+2',
        'llm.output_messages.0.message.content': '4',
      },
    },
  ),
  streamed(
    'tool calls come whole, in lines of their own',
    lines(chatLine({ tool_calls: [weather('Köln')] }), chatLine({ tool_calls: [weather('Bonn')] }), chatAnswer({})),
    {
      ...STREAMED,
      output: chatAnswer({ tool_calls: [weather('Köln'), weather('Bonn')] }),
      attributes: {
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Köln"}',
        'llm.output_messages.0.message.tool_calls.1.tool_call.function.arguments': '{"city":"Bonn"}',
      },
    },
  ),
  streamed('the only line', lines(chatAnswer({})), {
    ...STREAMED,
    content: false,
    output: chatAnswer({}),
  }),
  streamed(
    'log probabilities are joined',
    lines(
      { ...chatLine({ content: 'a' }), logprobs: [{ token: 'a', logprob: -1 }] },
      { ...chatLine({ content: 'b' }), logprobs: [{ token: 'b', logprob: -2 }] },
      chatAnswer({}),
    ),
    {
      ...STREAMED,
      output: {
        ...chatAnswer({ content: 'ab' }),
        logprobs: [
          { token: 'a', logprob: -1 },
          { token: 'b', logprob: -2 },
        ],
      },
    },
  ),
  streamed('no counters', lines(...HELLO, chatAnswer({}, { prompt_eval_count: undefined, eval_count: undefined })), {
    ...STREAMED,
    usage: {},
  }),
  streamed('an error line', lines(HELLO[0] as object, { error: 'an error was encountered' }), {
    ...CUT,
    failure: {
      type: 'stream_error',
      exception: { status: 200, body: '{"error":"an error was encountered"}' },
    },
  }),
  streamed(
    'an error line of a known type, then cut',
    lines({ error: { type: 'api_error', message: 'x' } }),
    {
      ...CUT,
      reportedModel: undefined,
      content: false,
      failure: { type: 'api_error', exception: { status: 200, body: '{"error":{"type":"api_error","message":"x"}}' } },
    } as ExpectedCall,
    { end: 'cut' },
  ),
  streamed(
    'lines that are no JSON objects',
    lines('oops', HELLO[0] as object, '{"a":', '[1]', '7', HELLO[1] as object, chatAnswer({})),
    {
      ...STREAMED,
      output: FOLDED,
    },
  ),
  streamed('nothing but text', 'Service unavailable', {
    requestModel: 'llama3.2',
    provider: 'ollama',
    streaming: true,
    failure: { type: 'unparsable_response' },
  }),
  streamed(
    'hostile shapes',
    lines(
      { model: {}, message: 'x', done: 'true' },
      { message: { role: null, content: 7, tool_calls: {}, images: 'x', thinking: [] }, done: 1 },
      { message: null, done: true, done_reason: 7, prompt_eval_count: 1.5, eval_count: null },
    ),
    { requestModel: 'llama3.2', provider: 'ollama', streaming: true },
  ),
  {
    ...streamed(
      'a line beyond its limit is passed over',
      lines(HELLO[0] as object, chatLine({ content: 'z'.repeat(6000) }), HELLO[1] as object, chatAnswer({})),
      {
        ...STREAMED,
        truncated: true,
        output: FOLDED,
      },
    ),
    eventBytes: 2048,
  },
  {
    ...streamed('content beyond its cap: usage is still found', WHOLE, {
      ...STREAMED,
      truncated: true,
      output: chatLine({ content: 'Grüß ' }),
    }),
    contentBytes: 180,
  },
];
