import { CHAT_REQUEST, chatAnswer, chatChunk, chatDelta, USAGE, USAGE_CHUNK } from '../../support/answers.js';
import type { OracleAnswer, OracleCase } from '../oracle-case.js';

const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';
const WEATHER_TOOL = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } };

function chat(name: string, changes: object, answer: OracleAnswer, method = 'chat.completions.create'): OracleCase {
  return { name, family: 'chat', client: 'openai', method, parameters: { ...CHAT_REQUEST, ...changes }, answer };
}

const answered = (name: string, changes: object, message: object = { content: 'Hello' }, more: object = {}) =>
  chat(name, changes, { body: chatAnswer(message, more) });

const asked = (name: string, messages: object[]) => answered(name, { messages });

const streamed = (name: string, changes: object, ...events: (object | string)[]) =>
  chat(name, { stream: true, ...changes }, { events: [...events, '[DONE]'] });

const WITH_USAGE = { stream_options: { include_usage: true } };

const choice = (index: number, message: object, finishReason = 'stop') => ({
  index,
  message: { role: 'assistant', ...message },
  finish_reason: finishReason,
});

/** Answers in one piece. */
const WHOLE: OracleCase[] = [
  answered('text', {}),
  answered('every sampling parameter', {
    temperature: 0.2,
    top_p: 0.9,
    max_completion_tokens: 50,
    stop: ['\n', 'END'],
    seed: 7,
    presence_penalty: 0.1,
    frequency_penalty: -0.1,
    logit_bias: { '50256': -100 },
    user: 'user-1',
    metadata: { team: 'a' },
    store: false,
    service_tier: 'auto',
    reasoning_effort: 'low',
  }),
  answered(
    'several choices',
    { n: 3 },
    {},
    { choices: [choice(0, { content: 'One' }), choice(1, { content: 'Two' }, 'length'), choice(2, { content: 'Ü' })] },
  ),
  answered(
    'log probabilities',
    { logprobs: true, top_logprobs: 2 },
    {},
    {
      choices: [
        {
          ...choice(0, { content: 'Hi' }),
          logprobs: { content: [{ token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [] }], refusal: null },
        },
      ],
    },
  ),
  answered('tool call', { tools: [WEATHER_TOOL], tool_choice: 'auto' }, { content: null, tool_calls: [CALL] }, {}),
  answered(
    'parallel tool calls',
    { tools: [WEATHER_TOOL], parallel_tool_calls: true },
    {
      content: null,
      tool_calls: [CALL, { ...CALL, id: 'call_2', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
    },
  ),
  answered('tool call beside a text', { tools: [WEATHER_TOOL] }, { content: 'Let me see', tool_calls: [CALL] }),
  answered(
    'tool call without arguments',
    { tools: [WEATHER_TOOL] },
    {
      content: null,
      tool_calls: [{ ...CALL, function: { name: 'now', arguments: '{}' } }],
    },
  ),
  answered(
    'custom tool call',
    { tools: [{ type: 'custom', custom: { name: 'code' } }] },
    {
      content: null,
      tool_calls: [{ id: 'call_1', type: 'custom', custom: { name: 'code', input: 'print(1)' } }],
    },
  ),
  answered(
    'legacy function call',
    { functions: [WEATHER_TOOL.function], function_call: 'auto' },
    {
      content: null,
      function_call: { name: 'weather', arguments: '{"city":"Rome"}' },
    },
  ),
  answered('refusal', {}, { content: null, refusal: 'I cannot help with that' }),
  answered('empty content', {}, { content: '' }),
  answered(
    'annotations',
    {},
    {
      content: 'See',
      annotations: [
        { type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A', start_index: 0, end_index: 3 } },
      ],
    },
  ),
  answered(
    'audio answer',
    { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
    {
      content: null,
      audio: { id: 'audio_1', data: 'UklGRg==', expires_at: 1_700_000_100, transcript: 'Hello' },
    },
  ),
  answered('reasoning content of a vendor', {}, { content: 'Four', reasoning_content: 'Two and two' }),
  answered(
    'usage in detail',
    {},
    { content: 'Hello' },
    {
      usage: {
        ...USAGE,
        prompt_tokens_details: { cached_tokens: 5, audio_tokens: 2, cache_write_tokens: 1 },
        completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 1, accepted_prediction_tokens: 0 },
      },
    },
  ),
  answered(
    'usage of zeros',
    {},
    { content: 'Hello' },
    {
      usage: {
        ...USAGE,
        prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
      },
    },
  ),
  answered('no usage', {}, { content: 'Hello' }, { usage: undefined }),
  answered(
    'structured output',
    {
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'answer',
          schema: { type: 'object', properties: { a: { type: 'number' } } },
          strict: true,
        },
      },
    },
    { content: '{"a":1}' },
  ),
  answered(
    'members that the client does not know',
    { extra_body: { vendor_option: { deep: [1, 2] } } },
    {
      content: 'Hello',
      vendor_member: 'x',
    },
  ),
  answered('filtered content', {}, {}, { choices: [choice(0, { content: '' }, 'content_filter')] }),
  answered('no choices', {}, {}, { choices: [] }),
];

/** What is asked. */
const ASKED: OracleCase[] = [
  asked('roles', [
    { role: 'developer', content: 'Be kind' },
    { role: 'system', content: 'Be brief', name: 'boss' },
    { role: 'user', content: 'Hi', name: 'Ann' },
    { role: 'assistant', content: 'Hello' },
    { role: 'user', content: 'Größe 😀 "quoted"\n' },
  ]),
  asked('text parts', [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'text', text: 'again' },
      ],
    },
    { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
  ]),
  asked('images by address and inline', [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Compare' },
        { type: 'image_url', image_url: { url: 'https://images.test/1.png', detail: 'low' } },
        { type: 'image_url', image_url: { url: PIXEL } },
      ],
    },
  ]),
  asked('audio and a file', [
    {
      role: 'user',
      content: [
        { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
        { type: 'file', file: { file_id: 'file_1' } },
        { type: 'text', text: 'What is it?' },
      ],
    },
  ]),
  asked('several turns with tools', [
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: null, tool_calls: [CALL, { ...CALL, id: 'call_2' }] },
    { role: 'tool', tool_call_id: 'call_1', content: '{"degrees":21}' },
    { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'rain' }] },
  ]),
  asked('a custom tool call earlier', [
    { role: 'user', content: 'Run' },
    {
      role: 'assistant',
      tool_calls: [{ id: 'call_1', type: 'custom', custom: { name: 'code', input: 'print(1)' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: '1' },
  ]),
  asked('a legacy function call earlier', [
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{"city":"Rome"}' } },
    { role: 'function', name: 'weather', content: '21' },
  ]),
  asked('a refusal and audio earlier', [
    { role: 'user', content: 'A' },
    { role: 'assistant', content: [{ type: 'refusal', refusal: 'No' }] },
    { role: 'user', content: 'B' },
    { role: 'assistant', audio: { id: 'audio_1' } },
    { role: 'user', content: '' },
  ]),
];

/** Answers in a stream. */
const STREAMED: OracleCase[] = [
  streamed(
    'streamed text with usage',
    WITH_USAGE,
    chatDelta({ role: 'assistant', content: '' }),
    chatDelta({ content: 'Hel' }),
    chatDelta({ content: 'lo' }),
    chatDelta({}, 'stop'),
    USAGE_CHUNK,
  ),
  streamed('streamed text without usage', {}, chatDelta({ role: 'assistant', content: 'Hi' }), chatDelta({}, 'length')),
  streamed(
    'streamed tool calls',
    { tools: [WEATHER_TOOL], ...WITH_USAGE },
    chatDelta({
      role: 'assistant',
      content: null,
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }],
    }),
    chatDelta({ tool_calls: [{ index: 0, function: { arguments: '{"city"' } }] }),
    chatDelta({ tool_calls: [{ index: 0, function: { arguments: ':"Rome"}' } }] }),
    chatDelta({
      tool_calls: [{ index: 1, id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{}' } }],
    }),
    chatDelta({}, 'tool_calls'),
    USAGE_CHUNK,
  ),
  streamed(
    'streamed choices, interleaved',
    { n: 2, ...WITH_USAGE },
    chatDelta({ role: 'assistant', content: 'A' }, null, 0),
    chatDelta({ role: 'assistant', content: 'B' }, null, 1),
    chatDelta({ content: 'a' }, null, 0),
    chatDelta({ content: 'b' }, null, 1),
    chatDelta({}, 'stop', 1),
    chatDelta({}, 'length', 0),
    USAGE_CHUNK,
  ),
  streamed(
    'streamed refusal',
    {},
    chatDelta({ role: 'assistant', content: null, refusal: '' }),
    chatDelta({ refusal: 'I can' }),
    chatDelta({ refusal: 'not' }),
    chatDelta({}, 'stop'),
  ),
  streamed(
    'streamed legacy function call',
    { functions: [WEATHER_TOOL.function] },
    chatDelta({ role: 'assistant', content: null, function_call: { name: 'weather', arguments: '' } }),
    chatDelta({ function_call: { arguments: '{"city":' } }),
    chatDelta({ function_call: { arguments: '"Rome"}' } }),
    chatDelta({}, 'function_call'),
  ),
  streamed(
    'streamed reasoning of a vendor',
    WITH_USAGE,
    chatDelta({ role: 'assistant', reasoning_content: 'Two ' }),
    chatDelta({ reasoning_content: 'and two' }),
    chatDelta({ content: 'Four' }),
    chatDelta({}, 'stop'),
    chatChunk([], { usage: { ...USAGE, completion_tokens_details: { reasoning_tokens: 2 } } }),
  ),
  streamed(
    'streamed cached tokens on the last choice',
    {},
    chatDelta({ role: 'assistant', content: 'Hi' }),
    chatChunk([{ index: 0, delta: {}, finish_reason: 'stop' }], {
      service_tier: 'default',
      system_fingerprint: 'fp_1',
      usage: { ...USAGE, prompt_tokens_details: { cached_tokens: 4 } },
    }),
  ),
  streamed('an error event inside a stream', {}, chatDelta({ role: 'assistant', content: 'Hi' }), {
    error: { message: 'The server is busy', type: 'server_error', code: null, param: null },
  }),
];

/** The client's helpers. */
const HELPERS: OracleCase[] = [
  chat(
    'parsed structured output',
    { response_format: { type: 'json_object' } },
    {
      body: chatAnswer({ content: '{"a":1}' }),
    },
    'chat.completions.parse',
  ),
  chat('raw response', {}, { body: chatAnswer({ content: 'Hello' }) }, 'chat.completions.with_raw_response.create'),
];

export const CHAT_CASES: readonly OracleCase[] = [...WHOLE, ...ASKED, ...STREAMED, ...HELPERS];
