import { gzipSync } from 'node:zlib';
import { STREAM_HEADERS, sse } from '../../support/answers.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import { FORM_HEADERS, form, type Part } from '../../support/form.js';

const PATH = '/v1/audio/transcriptions';
const SOUND: Part = ['file', { name: 'hello.mp3', type: 'audio/mpeg', bytes: Buffer.from('fffb90c40d0a2d2d', 'hex') }];
const MODEL: Part = ['model', 'gpt-4o-transcribe'];
const TOKENS = {
  type: 'tokens',
  input_tokens: 14,
  output_tokens: 45,
  total_tokens: 59,
  input_token_details: { text_tokens: 0, audio_tokens: 14 },
};
const USAGE = { input: 14, output: 45, total: 59, audioInput: 14 };
const PLAIN: ExpectedCall = { requestModel: 'gpt-4o-transcribe' };
const ANSWER = { text: 'Hi thère 🙂', usage: TOKENS };
const HIDDEN = '__REDACTED__';

function heard(
  name: string,
  parts: Part[],
  response: NonNullable<ExchangeCase['response']>,
  expected: ExpectedCall,
): ExchangeCase {
  return {
    name,
    request: { path: PATH, headers: FORM_HEADERS, body: form(...parts) },
    response,
    expected: { ...PLAIN, ...expected },
  };
}

const plainText = (body: string, type = 'text/plain; charset=utf-8') => ({ headers: { 'content-type': type }, body });

function streamed(
  name: string,
  body: string,
  expected: ExpectedCall,
  end: 'complete' | 'cut' = 'complete',
): ExchangeCase {
  return heard(
    name,
    [SOUND, MODEL, ['stream', 'true']],
    { headers: STREAM_HEADERS, body, end },
    {
      streaming: true,
      ...expected,
    },
  );
}

const delta = (text: string) => ({ type: 'transcript.text.delta', delta: text });
const done = (changes: object = {}) => ({ type: 'transcript.text.done', text: 'Hi there', usage: TOKENS, ...changes });
const segment = (text: string, speaker: string) => ({
  type: 'transcript.text.segment',
  id: 'seg_1',
  start: 0,
  end: 1.5,
  speaker,
  text,
});
const SUBTITLES = '1\n00:00:00,000 --> 00:00:01,500\nHi there\n\n';

/** Transcriptions and translations: forms; JSON, texts and streams. */
export const AUDIO_TRANSCRIPTS_CASES: readonly ExchangeCase[] = [
  heard(
    'JSON',
    [
      SOUND,
      MODEL,
      ['language', 'en'],
      ['prompt', 'Names: Zoë'],
      ['temperature', '0.2'],
      ['response_format', 'json'],
      ['include[]', 'logprobs'],
    ],
    { body: JSON.stringify(ANSWER) },
    {
      usage: USAGE,
      output: ANSWER,
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.system': 'openai',
        'llm.model_name': 'gpt-4o-transcribe',
        'llm.token_count.prompt': 14,
        'llm.token_count.completion': 45,
        'llm.token_count.total': 59,
        'llm.token_count.prompt_details.audio': 14,
        'input.value': JSON.stringify({
          file: { name: 'hello.mp3', size: 8 },
          model: 'gpt-4o-transcribe',
          language: 'en',
          prompt: 'Names: Zoë',
          temperature: 0.2,
          response_format: 'json',
          include: ['logprobs'],
        }),
        'input.mime_type': 'application/json',
        'output.mime_type': 'application/json',
        'llm.invocation_parameters':
          '{"model":"gpt-4o-transcribe","language":"en","temperature":0.2,"response_format":"json","include":["logprobs"]}',
        'llm.output_messages.0.message.content': undefined,
      },
    },
  ),
  heard(
    'verbose JSON, whose usage is in seconds',
    [
      SOUND,
      ['model', 'whisper-1'],
      ['response_format', 'verbose_json'],
      ['timestamp_granularities[]', 'word'],
      ['timestamp_granularities[]', 'segment'],
    ],
    {
      body: JSON.stringify({
        task: 'transcribe',
        language: 'english',
        duration: 1.5,
        text: 'Hi',
        segments: [{ id: 0, text: 'Hi', tokens: [1] }],
        words: [{ word: 'Hi', start: 0 }],
        usage: { type: 'duration', seconds: 2, input_tokens: 99 },
      }),
    },
    {
      requestModel: 'whisper-1',
      usage: {},
      attributes: {
        'llm.token_count.prompt': undefined,
        'llm.invocation_parameters':
          '{"model":"whisper-1","response_format":"verbose_json","timestamp_granularities":["word","segment"]}',
      },
    },
  ),
  heard(
    'usage of no type is none',
    [SOUND, MODEL],
    { body: '{"text":"Hi","usage":{"input_tokens":1}}' },
    { usage: {} },
  ),
  heard(
    'zeros',
    [SOUND, MODEL],
    { body: '{"text":"","usage":{"type":"tokens","input_tokens":0,"output_tokens":0,"total_tokens":0}}' },
    { usage: { input: 0, output: 0, total: 0 } },
  ),
  heard(
    'a large answer',
    [SOUND, MODEL],
    { body: JSON.stringify({ text: 'word '.repeat(40_000), usage: TOKENS }) },
    { usage: USAGE },
  ),
  heard('a text', [SOUND, MODEL, ['response_format', 'text']], plainText('Hi thère\n'), {
    output: 'Hi thère\n',
    attributes: { 'output.mime_type': 'text/plain' },
  }),
  heard('subtitles', [SOUND, MODEL, ['response_format', 'srt']], plainText(SUBTITLES), { output: SUBTITLES }),
  heard('subtitles of their own type', [SOUND, MODEL], plainText(SUBTITLES, 'application/x-subrip'), {
    output: SUBTITLES,
    attributes: { 'output.mime_type': 'application/x-subrip' },
  }),
  heard(
    'vtt',
    [SOUND, MODEL, ['response_format', 'vtt']],
    plainText('WEBVTT\n\n00:00.000 --> 00:01.500\nHi }\n', 'text/vtt'),
    {
      attributes: { 'output.mime_type': 'text/vtt' },
    },
  ),
  {
    ...heard('a text beyond the cap', [SOUND, MODEL], plainText('word '.repeat(200)), {
      truncated: true,
      output: 'word '.repeat(100),
    }),
    contentBytes: 500,
  },
  heard(
    'a text that is cut',
    [SOUND, MODEL],
    { ...plainText('Hi th'), end: 'cut' },
    {
      failure: { type: 'interrupted' },
      output: 'Hi th',
    },
  ),
  heard('no text at all', [SOUND, MODEL], { headers: { 'content-type': 'text/plain' } }, {}),
  heard('a page', [SOUND, MODEL], plainText('<html></html>', 'text/html'), {
    failure: { type: 'unparsable_response' },
  }),
  heard(
    'JSON that is no transcript',
    [SOUND, MODEL],
    { body: '{"detail":"no"}' },
    { failure: { type: 'unparsable_response' } },
  ),
  heard('JSON that is broken', [SOUND, MODEL], { body: '{"text":' }, { failure: { type: 'unparsable_response' } }),
  heard(
    '413',
    [SOUND, MODEL],
    { status: 413, body: '{"error":{"message":"too big"}}' },
    {
      failure: { type: '413', exception: { status: 413, body: '{"error":{"message":"too big"}}' } },
    },
  ),
  {
    name: 'no answer',
    request: { path: PATH, headers: FORM_HEADERS, body: form(SOUND, MODEL) },
    expected: { ...PLAIN, failure: { type: 'interrupted' } },
  },
  {
    ...heard(
      'a translation',
      [SOUND, ['model', 'whisper-1'], ['prompt', 'p']],
      { body: '{"text":"Hello"}' },
      {
        requestModel: 'whisper-1',
        output: { text: 'Hello' },
        attributes: { 'llm.invocation_parameters': '{"model":"whisper-1"}' },
      },
    ),
    request: {
      path: '/openai/deployments/w/audio/translations?api-version=2024-10-21',
      headers: FORM_HEADERS,
      body: form(SOUND, ['model', 'whisper-1'], ['prompt', 'p']),
    },
  },
  {
    ...heard(
      'a compressed form',
      [],
      { body: JSON.stringify(ANSWER) },
      {
        usage: USAGE,
        attributes: { 'input.value': '{"file":{"name":"hello.mp3","size":8},"model":"gpt-4o-transcribe"}' },
      },
    ),
    request: {
      path: PATH,
      headers: { ...FORM_HEADERS, 'content-encoding': 'gzip' },
      body: gzipSync(form(SOUND, MODEL)),
    },
  },
  {
    ...heard(
      'a form in a coding that we do not read',
      [],
      { body: JSON.stringify(ANSWER) },
      {
        usage: USAGE,
        attributes: { 'input.value': undefined },
      },
    ),
    request: { path: PATH, headers: { ...FORM_HEADERS, 'content-encoding': 'secret' }, body: form(SOUND, MODEL) },
    expected: { usage: USAGE },
  },
  {
    ...heard(
      'a JSON request, as some servers take it',
      [],
      { body: JSON.stringify(ANSWER) },
      {
        usage: USAGE,
        attributes: { 'llm.invocation_parameters': '{"model":"gpt-4o-transcribe"}' },
      },
    ),
    request: { path: PATH, body: '{"model":"gpt-4o-transcribe","url":"https://sounds.test/1.mp3"}' },
  },
  streamed('streamed', sse(delta('Hi'), delta(' there'), done()), {
    content: true,
    usage: USAGE,
    output: { text: 'Hi there', usage: TOKENS },
    attributes: {
      'llm.invocation_parameters': '{"model":"gpt-4o-transcribe","stream":true}',
      'output.mime_type': 'application/json',
    },
  }),
  streamed(
    'streamed, cut after its last event',
    sse(delta('Hi there'), done()),
    { content: true, usage: USAGE },
    'cut',
  ),
  streamed(
    'streamed, cut before its last event: what came is kept',
    sse(delta('Hi '), delta('there')),
    { content: true, failure: { type: 'interrupted' }, output: { text: 'Hi there' } },
    'cut',
  ),
  streamed('streamed without usage', sse(delta('Hi there'), done({ usage: undefined })), {
    content: true,
    output: { text: 'Hi there' },
  }),
  streamed('streamed, only its last event', sse(done({ logprobs: [{ token: 'Hi' }] })), {
    usage: USAGE,
    output: { text: 'Hi there', usage: TOKENS, logprobs: [{ token: 'Hi' }] },
  }),
  streamed('streamed, who speaks', sse(segment('Hi', 'A'), segment('there', 'B'), done()), {
    content: true,
    usage: USAGE,
    output: {
      text: 'Hi there',
      segments: [
        { id: 'seg_1', start: 0, end: 1.5, speaker: 'A', text: 'Hi' },
        { id: 'seg_1', start: 0, end: 1.5, speaker: 'B', text: 'there' },
      ],
      usage: TOKENS,
    },
  }),
  {
    ...streamed(
      'streamed, deltas beyond the cap: the last event has the text',
      sse(delta('x'.repeat(300)), delta('y'.repeat(300)), done()),
      {
        content: true,
        usage: USAGE,
        output: { text: 'Hi there', usage: TOKENS },
      },
    ),
    contentBytes: 400,
  },
  streamed(
    'streamed, unknown and hostile events',
    sse(
      { type: 'later' },
      delta(''),
      { type: 'transcript.text.delta', delta: [] },
      { type: 'transcript.text.segment' },
      delta('Hi'),
      done({ text: 7 }),
    ),
    {
      content: true,
      usage: USAGE,
      output: { text: 'Hi', segments: [{}], usage: TOKENS },
    },
  ),
  streamed('streamed, an error event', sse(delta('Hi'), { error: { message: 'no', code: 'server_error' } }), {
    content: true,
    failure: {
      type: 'server_error',
      exception: { status: 200, body: '{"error":{"message":"no","code":"server_error"}}' },
    },
  }),
  {
    ...heard(
      'hidden texts',
      [SOUND, MODEL, ['prompt', 'Zoë'], ['known_speaker_names[]', 'Zoë']],
      {
        body: JSON.stringify({ ...ANSWER, language: 'english', segments: [{ text: 'Hi' }], duration: 1 }),
      },
      {
        usage: USAGE,
        output: { text: HIDDEN, usage: TOKENS, language: 'english', segments: HIDDEN, duration: 1 },
        attributes: {
          'input.value': JSON.stringify({
            file: { name: HIDDEN, size: 8 },
            model: 'gpt-4o-transcribe',
            prompt: HIDDEN,
            known_speaker_names: HIDDEN,
          }),
        },
      },
    ),
    policy: { hideInputText: true, hideOutputText: true },
  },
  {
    ...heard('a hidden text that is all of the answer', [SOUND, MODEL], plainText('Hi there'), { output: HIDDEN }),
    policy: { hideOutputText: true },
  },
  {
    ...heard('a hidden message that is all of the answer', [SOUND, MODEL], plainText('Hi there'), { output: HIDDEN }),
    policy: { hideOutputMessages: true },
  },
];
