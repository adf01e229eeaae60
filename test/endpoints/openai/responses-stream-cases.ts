import { STREAM_HEADERS, sse } from '../../support/answers.js';
import type { AnswerEnd, ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import {
  BEGUN,
  numbered,
  RESPONSES_PATH,
  RESPONSES_STREAM_REQUEST,
  RESPONSES_USAGE_FACTS,
  response,
  textEnd,
  textEvents,
  textItem,
} from '../../support/responses-answers.js';

const STREAMED: ExpectedCall = {
  requestModel: 'gpt-5',
  reportedModel: 'gpt-5-2025-08-07',
  responseId: 'resp_1',
  streaming: true,
};
const PLAIN: ExpectedCall = { ...STREAMED, usage: RESPONSES_USAGE_FACTS, content: true };

function streamed(
  name: string,
  events: object[],
  expected: ExpectedCall = PLAIN,
  end: AnswerEnd = 'complete',
): ExchangeCase {
  return {
    name,
    request: { path: RESPONSES_PATH, body: JSON.stringify(RESPONSES_STREAM_REQUEST) },
    response: { headers: STREAM_HEADERS, body: sse(...numbered(...events)), end },
    expected,
  };
}

/** A stream that was cut: its items are all that is known. */
function cut(name: string, events: object[], output: object[], expected: ExpectedCall = {}): ExchangeCase {
  const begun = [{ type: 'response.created', response: BEGUN }, ...events];
  const failure = { type: 'interrupted' };
  return streamed(
    name,
    begun,
    { ...STREAMED, content: true, failure, output: { ...BEGUN, output }, ...expected },
    'cut',
  );
}

const ended = (output: object[], changes: object = {}) => ({
  type: 'response.completed',
  response: response(output, changes),
});
const added = (index: number, item: object) => ({ type: 'response.output_item.added', output_index: index, item });
const done = (index: number, item: object) => ({ type: 'response.output_item.done', output_index: index, item });
const delta = (type: string, index: number, text: string, more: object = {}) => ({
  type: `response.${type}.delta`,
  output_index: index,
  delta: text,
  ...more,
});

const HELLO = [...textEvents('Hel', 'lo Ä😀'), ...textEnd('Hello Ä😀')];
const OUTPUT = 'llm.output_messages.0.message.';
const LONG = 'y'.repeat(5000);
const FAILED = response([], { status: 'failed', error: { code: 'server_error', message: 'sorry' }, usage: null });
const ERROR = { type: 'error', code: 'rate_limit_exceeded', message: 'slow down', param: null };

/** The text of an event as {@link streamed} sends it at this place. */
const sent = (event: object, place: number) => JSON.stringify({ ...event, sequence_number: place });

/** Responses told in events. */
export const RESPONSES_STREAM_CASES: readonly ExchangeCase[] = [
  streamed('a text', [...HELLO, ended([textItem('Hello Ä😀')])], {
    ...PLAIN,
    output: response([textItem('Hello Ä😀')]),
    attributes: {
      'llm.model_name': 'gpt-5-2025-08-07',
      'output.mime_type': 'application/json',
      [`${OUTPUT}role`]: 'assistant',
      [`${OUTPUT}contents.0.message_content.text`]: 'Hello Ä😀',
      'llm.output_messages.1.message.role': undefined,
      'llm.invocation_parameters': '{"model":"gpt-5","stream":true}',
      'genai_extproc.content.truncated': undefined,
    },
  }),
  streamed('the client leaves after the last event', [...HELLO, ended([textItem('Hello')])], PLAIN, 'cut'),
  {
    ...streamed('members in another order, no end of the last event', []),
    response: {
      headers: STREAM_HEADERS,
      body: `event: response.completed\ndata: ${JSON.stringify({ response: response([textItem('Hi')]), sequence_number: 1, type: 'response.completed' })}\n`,
    },
    expected: { ...STREAMED, usage: RESPONSES_USAGE_FACTS, output: response([textItem('Hi')]) },
  },
  streamed(
    'a function call: it begins with its name',
    [
      { type: 'response.created', response: BEGUN },
      added(0, { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'now', arguments: '' }),
      done(0, { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'now', arguments: '{}' }),
      ended([{ type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'now', arguments: '{"a":1}' }]),
    ],
    { ...PLAIN, attributes: { [`${OUTPUT}tool_calls.0.tool_call.function.arguments`]: '{"a":1}' } },
  ),
  streamed(
    'nothing generated: pings and empty deltas are no content',
    [
      ...textEvents(''),
      { type: 'keepalive' },
      { type: 'response.web_search_call.searching', output_index: 1, item_id: 'ws_1' },
      { type: 'unheard_of', delta: 'x' },
      ended([]),
    ],
    { ...STREAMED, usage: RESPONSES_USAGE_FACTS },
  ),
  streamed(
    'a partial image is content',
    [
      { type: 'response.image_generation_call.partial_image', output_index: 0, partial_image_b64: 'iVBORw==' },
      ended([]),
    ],
    PLAIN,
  ),
  streamed(
    'incomplete: ends well, and says why',
    [
      ...textEvents('Hel'),
      {
        type: 'response.incomplete',
        response: response([textItem('Hel')], {
          status: 'incomplete',
          incomplete_details: { reason: 'content_filter' },
        }),
      },
    ],
    {
      ...PLAIN,
      finishReasons: ['content_filter'],
      attributes: { [`${OUTPUT}contents.0.message_content.text`]: 'Hel' },
    },
    'cut',
  ),
  streamed('failed', [...textEvents('Hel'), { type: 'response.failed', response: FAILED }], {
    ...STREAMED,
    content: true,
    failure: {
      type: 'server_error',
      exception: { status: 200, body: sent({ type: 'response.failed', response: FAILED }, 5) },
    },
    output: {
      ...FAILED,
      output: [
        textItem('', { status: 'in_progress', content: [{ type: 'output_text', text: 'Hel', annotations: [] }] }),
      ],
    },
  }),
  streamed(
    'failed with usage, without a reason',
    [{ type: 'response.failed', response: response([], { status: 'failed' }) }],
    {
      ...STREAMED,
      usage: RESPONSES_USAGE_FACTS,
      failure: {
        type: 'stream_error',
        exception: {
          status: 200,
          body: sent({ type: 'response.failed', response: response([], { status: 'failed' }) }, 0),
        },
      },
    },
  ),
  streamed('an error event', [...textEvents('Hel'), ERROR], {
    ...STREAMED,
    content: true,
    failure: { type: 'rate_limit_exceeded', exception: { status: 200, body: sent(ERROR, 5) } },
    output: {
      ...BEGUN,
      output: [
        textItem('', { status: 'in_progress', content: [{ type: 'output_text', text: 'Hel', annotations: [] }] }),
      ],
      error: { code: 'rate_limit_exceeded', message: 'slow down', param: null },
    },
  }),
  streamed(
    'an error event with the error inside, then a cut',
    [{ type: 'error', error: { type: 'invalid_request_error', code: 'x', message: 'm' } }],
    {
      requestModel: 'gpt-5',
      streaming: true,
      failure: {
        type: 'invalid_request_error',
        exception: {
          status: 200,
          body: sent({ type: 'error', error: { type: 'invalid_request_error', code: 'x', message: 'm' } }, 0),
        },
      },
      output: { output: [], error: { type: 'invalid_request_error', code: 'x', message: 'm' } },
    },
    'cut',
  ),
  {
    ...streamed('an error without a type of event', []),
    response: { headers: STREAM_HEADERS, body: 'data: {"error":{"message":"m","type":"server_error"}}\n\n' },
    expected: {
      requestModel: 'gpt-5',
      streaming: true,
      failure: {
        type: 'server_error',
        exception: { status: 200, body: '{"error":{"message":"m","type":"server_error"}}' },
      },
    },
  },
  cut(
    'cut in a text',
    textEvents('Hel', 'lo').slice(2),
    [textItem('', { status: 'in_progress', content: [{ type: 'output_text', text: 'Hello', annotations: [] }] })],
    {
      attributes: { [`${OUTPUT}role`]: 'assistant', [`${OUTPUT}contents.0.message_content.text`]: 'Hello' },
    },
  ),
  cut('cut after an item', HELLO.slice(2), [textItem('Hello Ä😀')]),
  cut(
    'cut: several items, each with its own deltas, the later first',
    [
      added(1, { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '' }),
      added(0, { type: 'reasoning', id: 'rs_1', summary: [] }),
      delta('function_call_arguments', 1, '{"a"', { item_id: 'fc_1' }),
      delta('reasoning_summary_text', 0, 'th', { item_id: 'rs_1', summary_index: 0 }),
      delta('function_call_arguments', 1, ':1}', { item_id: 'fc_1' }),
      delta('reasoning_summary_text', 0, 'ink', { item_id: 'rs_1', summary_index: 0 }),
      delta('reasoning_summary_text', 0, 'more', { item_id: 'rs_1', summary_index: 1 }),
      delta('reasoning_text', 0, 'deep', { item_id: 'rs_1', content_index: 0 }),
    ],
    [
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [
          { type: 'summary_text', text: 'think' },
          { type: 'summary_text', text: 'more' },
        ],
        content: [{ type: 'reasoning_text', text: 'deep' }],
      },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
    ],
  ),
  cut(
    'cut: refusals, annotations, code, custom tools, MCP, shell, audio',
    [
      delta('refusal', 0, 'No', { content_index: 0 }),
      delta('output_text', 0, 'x', { content_index: 1 }),
      {
        type: 'response.output_text.annotation.added',
        output_index: 0,
        content_index: 1,
        annotation: { type: 'url_citation', url: 'u' },
      },
      added(1, { type: 'code_interpreter_call', id: 'ci_1', code: '' }),
      delta('code_interpreter_call_code', 1, 'pri'),
      { type: 'response.code_interpreter_call_code.done', output_index: 1, code: 'print(1)' },
      added(2, { type: 'custom_tool_call', id: 'ct_1', name: 't', input: '' }),
      delta('custom_tool_call_input', 2, 'ls'),
      added(3, { type: 'mcp_call', id: 'mcp_1', name: 't', arguments: '' }),
      delta('mcp_call_arguments', 3, '{}'),
      added(4, { type: 'shell_call', id: 'sh_1', action: { commands: [], timeout_ms: 5 } }),
      delta('shell_call_command', 4, 'pwd', { command_index: 0 }),
      delta('shell_call_command', 4, 'l', { command_index: 1 }),
      delta('shell_call_command', 4, 's', { command_index: 1 }),
      added(5, { type: 'message', role: 'assistant', content: [] }),
      { type: 'response.audio.transcript.delta', delta: 'Hel' },
      { type: 'response.audio.transcript.delta', delta: 'lo' },
    ],
    [
      {
        content: [
          { type: 'refusal', refusal: 'No' },
          { type: 'output_text', text: 'x', annotations: [{ type: 'url_citation', url: 'u' }] },
        ],
      },
      { type: 'code_interpreter_call', id: 'ci_1', code: 'print(1)' },
      { type: 'custom_tool_call', id: 'ct_1', name: 't', input: 'ls' },
      { type: 'mcp_call', id: 'mcp_1', name: 't', arguments: '{}' },
      { type: 'shell_call', id: 'sh_1', action: { commands: ['pwd', 'ls'], timeout_ms: 5 } },
      { type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: 'Hello' }] },
    ],
  ),
  cut(
    'cut: items without an index are found by their id',
    [
      { type: 'response.output_item.added', item: { type: 'message', id: 'a', role: 'assistant', content: [] } },
      { type: 'response.output_item.added', item: { type: 'message', id: 'b', role: 'assistant', content: [] } },
      { type: 'response.output_text.delta', item_id: 'a', delta: 'first' },
      { type: 'response.output_text.delta', item_id: 'b', delta: 'second' },
      { type: 'response.output_text.delta', delta: '!' },
    ],
    [
      { type: 'message', id: 'a', role: 'assistant', content: [{ type: 'output_text', text: 'first' }] },
      { type: 'message', id: 'b', role: 'assistant', content: [{ type: 'output_text', text: 'second!' }] },
    ],
  ),
  cut('cut at once', [], [], { content: false, attributes: { [`${OUTPUT}role`]: undefined } }),
  streamed('a clean end without a last event', textEvents('Hi'), { ...STREAMED, content: true }),
  streamed('the last event leaves out the items that were told', [...HELLO, ended([])], {
    ...PLAIN,
    output: response([textItem('Hello Ä😀')]),
  }),
  streamed(
    'usage in another event is none',
    [{ type: 'response.created', response: { ...BEGUN, usage: { input_tokens: 7 } } }, ...textEvents('Hi').slice(2)],
    { ...STREAMED, content: true },
  ),
  {
    ...streamed(
      'more deltas than are kept, and the whole in the last event',
      [...textEvents(...Array.from({ length: 60 }, () => 'y'.repeat(100))), ended([textItem('short')])],
      {
        ...PLAIN,
        output: response([textItem('short')]),
        attributes: { 'genai_extproc.content.truncated': undefined },
      },
    ),
    contentBytes: 4000,
  },
  {
    ...cut('deltas count by their text alone', textEvents(...Array.from({ length: 60 }, () => 'yz')).slice(2), [
      textItem('', {
        status: 'in_progress',
        content: [{ type: 'output_text', text: 'yz'.repeat(60), annotations: [] }],
      }),
    ]),
    contentBytes: 3000,
  },
  {
    ...cut(
      'a cut stream beyond the cap keeps what fits',
      textEvents('first', LONG, 'x').slice(2),
      [textItem('', { status: 'in_progress', content: [{ type: 'output_text', text: 'first', annotations: [] }] })],
      { truncated: true, attributes: { 'genai_extproc.content.truncated': true } },
    ),
    contentBytes: 3000,
  },
  {
    ...streamed('a last event beyond the cap: its usage is known', [...textEvents('Hi'), ended([textItem(LONG)])], {
      ...PLAIN,
      truncated: true,
      attributes: { [`${OUTPUT}contents.0.message_content.text`]: 'Hi' },
    }),
    contentBytes: 3000,
  },
  streamed(
    'hostile events',
    [
      { type: 1 },
      { type: 'response.created', response: 'x' },
      { type: 'response.output_item.added', output_index: -1, item: 'x' },
      { type: 'response.output_item.added', output_index: 1.5, item: { id: 3 } },
      { type: 'response.output_text.delta', output_index: 'x', content_index: 1e9, delta: { a: 1 } },
      { type: 'response.content_part.added', content_index: {}, part: [] },
      { type: 'response.output_text.annotation.added', annotation: null },
      { type: 'response.shell_call_command.delta', command_index: 1e9, delta: 'x' },
      { type: 'response.completed', response: [] },
    ],
    { requestModel: 'gpt-5', streaming: true, content: true },
  ),
  {
    ...streamed('JSON although a stream was asked for', []),
    response: { body: JSON.stringify(response([textItem('Hello')])) },
    expected: { ...PLAIN, content: false, attributes: { [`${OUTPUT}contents.0.message_content.text`]: 'Hello' } },
  },
];
