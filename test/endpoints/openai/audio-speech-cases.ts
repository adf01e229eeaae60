import { STREAM_HEADERS, sse } from '../../support/answers.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const PATH = '/v1/audio/speech';
const REQUEST = { model: 'gpt-4o-mini-tts', input: 'Hello ü', voice: 'alloy', instructions: 'cheerful', speed: 1.5 };
const PLAIN: ExpectedCall = { requestModel: 'gpt-4o-mini-tts' };
/** Bytes that are no text; a brace and a quote among them, so that somebody may take them for JSON. */
const SOUND = Buffer.from('7b22fffb90c4000022fe7d', 'hex');
const HIDDEN = '__REDACTED__';

function spoken(name: string, response: NonNullable<ExchangeCase['response']>, expected: ExpectedCall): ExchangeCase {
  return {
    name,
    request: { path: PATH, body: JSON.stringify(REQUEST) },
    response: { headers: { 'content-type': 'audio/mpeg' }, ...response },
    expected: { ...PLAIN, ...expected },
  };
}

function streamed(
  name: string,
  body: string,
  expected: ExpectedCall,
  end: 'complete' | 'cut' = 'complete',
): ExchangeCase {
  return {
    name,
    request: { path: PATH, body: JSON.stringify({ ...REQUEST, stream_format: 'sse' }) },
    response: { headers: STREAM_HEADERS, body, end },
    expected: { ...PLAIN, streaming: true, ...expected },
  };
}

const delta = (bytes: number) => ({ type: 'speech.audio.delta', audio: Buffer.alloc(bytes, 1).toString('base64') });
const TOKENS = { input_tokens: 14, output_tokens: 101, total_tokens: 115 };
const done = (usage: object | undefined = TOKENS) => ({ type: 'speech.audio.done', usage });
const USAGE = { input: 14, output: 101, total: 115 };

/** Speech: bytes, or events. */
export const AUDIO_SPEECH_CASES: readonly ExchangeCase[] = [
  spoken(
    'bytes: their type and size',
    { body: SOUND },
    {
      output: { content_type: 'audio/mpeg', size: SOUND.length },
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.system': 'openai',
        'llm.model_name': 'gpt-4o-mini-tts',
        'input.value': JSON.stringify(REQUEST),
        'output.mime_type': 'application/json',
        'llm.invocation_parameters': '{"model":"gpt-4o-mini-tts","voice":"alloy","speed":1.5}',
        'llm.input_messages.0.message.content': undefined,
        'llm.output_messages.0.message.content': undefined,
        'llm.token_count.prompt': undefined,
      },
    },
  ),
  spoken(
    'bytes of a type of their own',
    { headers: { 'content-type': 'application/octet-stream' }, body: SOUND },
    {
      output: { content_type: 'application/octet-stream', size: SOUND.length },
    },
  ),
  spoken('bytes of no type', { headers: { 'content-type': '' }, body: SOUND }, { output: { size: SOUND.length } }),
  {
    ...spoken(
      'bytes far beyond the cap are no truncated content',
      { body: Buffer.alloc(20_000, 7) },
      {
        output: { content_type: 'audio/mpeg', size: 20_000 },
      },
    ),
    contentBytes: 1000,
  },
  spoken('no bytes', {}, { attributes: { 'output.value': undefined } }),
  spoken(
    'bytes that are cut',
    { body: SOUND, end: 'cut' },
    {
      failure: { type: 'interrupted' },
      output: { content_type: 'audio/mpeg', size: SOUND.length },
    },
  ),
  spoken(
    'all the promised bytes, without an end',
    { headers: { 'content-type': 'audio/wav', 'content-length': String(SOUND.length) }, body: SOUND, end: 'cut' },
    { output: { content_type: 'audio/wav', size: SOUND.length } },
  ),
  spoken('trailers', { body: SOUND, end: 'trailers' }, {}),
  spoken(
    'JSON is no speech',
    { headers: { 'content-type': 'application/json' }, body: '{"ok":true}' },
    {
      failure: { type: 'unparsable_response' },
    },
  ),
  spoken(
    'a page is no speech',
    { headers: { 'content-type': 'text/html' }, body: '<html>' },
    {
      failure: { type: 'unparsable_response' },
    },
  ),
  spoken(
    'a text is no speech',
    { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'sorry' },
    {
      failure: { type: 'unparsable_response' },
    },
  ),
  spoken(
    '401',
    { status: 401, headers: {}, body: '{"error":{"code":"invalid_api_key"}}' },
    {
      failure: { type: '401', exception: { status: 401, body: '{"error":{"code":"invalid_api_key"}}' } },
      attributes: { 'output.value': undefined },
    },
  ),
  streamed('streamed: the size of all, usage on the last event', sse(delta(100), delta(50), done()), {
    content: true,
    usage: USAGE,
    output: { size: 150, usage: TOKENS },
    attributes: { 'llm.token_count.prompt': 14, 'llm.token_count.completion': 101 },
  }),
  streamed('streamed, then [DONE]', sse(delta(3), done(), '[DONE]'), { content: true, usage: USAGE }),
  streamed('streamed, cut after its last event', sse(delta(3), done()), { content: true, usage: USAGE }, 'cut'),
  streamed(
    'streamed, cut before its last event',
    sse(delta(3)),
    { content: true, failure: { type: 'interrupted' }, output: { size: 3 } },
    'cut',
  ),
  streamed('streamed without usage', sse(delta(3), { type: 'speech.audio.done' }), {
    content: true,
    output: { size: 3 },
  }),
  streamed('streamed, zeros', sse(done({ input_tokens: 0, output_tokens: 0, total_tokens: 0 })), {
    usage: { input: 0, output: 0, total: 0 },
  }),
  {
    ...streamed('streamed beyond the cap is no truncated content', sse(delta(900), delta(900), done()), {
      content: true,
      usage: USAGE,
      output: { size: 1800, usage: TOKENS },
    }),
    contentBytes: 1500,
  },
  streamed(
    'streamed, unknown and hostile events',
    sse({ type: 'later', audio: 3 }, { type: null }, { usage: 'x' }, delta(3), done()),
    {
      content: true,
      usage: USAGE,
      output: { size: 3, usage: TOKENS },
    },
  ),
  streamed('streamed, an error event', sse(delta(3), { type: 'error', error: { type: 'overloaded_error' } }), {
    content: true,
    failure: {
      type: 'overloaded_error',
      exception: { status: 200, body: '{"type":"error","error":{"type":"overloaded_error"}}' },
    },
  }),
  {
    name: 'a hostile request',
    request: { path: PATH, body: '{"model":{"x":1},"input":[["a"]],"instructions":7,"__proto__":{"model":"x"}}' },
    response: { headers: { 'content-type': 'audio/mpeg' }, body: SOUND },
    expected: {},
  },
  {
    ...spoken(
      'hidden texts',
      { body: SOUND },
      {
        output: { content_type: 'audio/mpeg', size: SOUND.length },
        attributes: { 'input.value': JSON.stringify({ ...REQUEST, input: HIDDEN, instructions: HIDDEN }) },
      },
    ),
    policy: { hideInputText: true, hideOutputText: true },
  },
  {
    ...spoken(
      'hidden messages',
      { body: SOUND },
      {
        attributes: { 'input.value': '{"model":"gpt-4o-mini-tts","voice":"alloy","speed":1.5}' },
      },
    ),
    policy: { hideInputMessages: true },
  },
  {
    ...spoken(
      'hidden inputs',
      { body: SOUND },
      {
        attributes: {
          'input.value': HIDDEN,
          'llm.invocation_parameters': '{"model":"gpt-4o-mini-tts","speed":1.5}',
        },
      },
    ),
    policy: { hideInputs: true },
  },
];
