/** A call of every endpoint, and all facts that its gen_ai span has. */
import type { Attributes } from '../../../src/model/attributes.js';
import { CHAT_REQUEST, chatAnswer, chatDelta, STREAM_HEADERS, sse, USAGE_CHUNK } from '../../support/answers.js';
import { MESSAGES_PATH, message } from '../../support/anthropic-answers.js';
import { FORM_HEADERS, form } from '../../support/form.js';
import { LINES_HEADERS, lines } from '../../support/ollama-answers.js';
import { RESPONSES_PATH, response, textItem } from '../../support/responses-answers.js';
import type { GenAiCall } from './gen-ai-span.js';

/** A call of one endpoint and all facts that its gen_ai span has. */
export interface FamilyCase extends GenAiCall {
  name: string;
  span: string;
  facts: Attributes;
}

const PARAMETERS = {
  temperature: 0.5,
  top_p: 0.9,
  frequency_penalty: 0.1,
  presence_penalty: -0.2,
  seed: 7,
  stop: ['END', 'STOP'],
};
const PARAMETER_FACTS = {
  'gen_ai.request.temperature': 0.5,
  'gen_ai.request.top_p': 0.9,
  'gen_ai.request.frequency_penalty': 0.1,
  'gen_ai.request.presence_penalty': -0.2,
  'gen_ai.request.seed': 7,
  'gen_ai.request.stop_sequences': ['END', 'STOP'],
};
const FORM = form(
  ['model', 'whisper-1'],
  ['response_format', 'verbose_json'],
  ['file', { name: 'a.wav', bytes: 'RIFF' }],
);
const FINAL = { done: true, done_reason: 'stop', prompt_eval_count: 26, eval_count: 298 };
const TRANSCRIPT = { text: 'Hi', usage: { type: 'tokens', input_tokens: 14, output_tokens: 3, total_tokens: 17 } };

const identity = (operation: string, provider: string, model: string): Attributes => ({
  'gen_ai.operation.name': operation,
  'gen_ai.provider.name': provider,
  'gen_ai.request.model': model,
});
const usage = (input: number, output?: number): Attributes => ({
  'gen_ai.usage.input_tokens': input,
  ...(output === undefined ? {} : { 'gen_ai.usage.output_tokens': output }),
});

export const FACT_CASES: readonly FamilyCase[] = [
  {
    name: 'chat completions, every parameter',
    path: '/v1/chat/completions',
    request: {
      ...CHAT_REQUEST,
      ...PARAMETERS,
      n: 2,
      max_tokens: 9,
      max_completion_tokens: 64,
      response_format: { type: 'json_schema' },
    },
    response: chatAnswer(
      { content: 'Hello' },
      {
        usage: {
          prompt_tokens: 9,
          completion_tokens: 8,
          total_tokens: 17,
          prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
          completion_tokens_details: { reasoning_tokens: 5 },
        },
      },
    ),
    span: 'chat gpt-4o',
    facts: {
      ...identity('chat', 'openai', 'gpt-4o'),
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.finish_reasons': ['stop'],
      ...usage(9, 8),
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.cache_creation.input_tokens': 2,
      'gen_ai.usage.reasoning.output_tokens': 5,
      ...PARAMETER_FACTS,
      'gen_ai.request.max_tokens': 64,
      'gen_ai.request.choice.count': 2,
      'gen_ai.output.type': 'json',
    },
  },
  {
    name: 'chat completions, streamed: n of 1 and no stream say nothing',
    path: '/v1/chat/completions',
    request: { ...CHAT_REQUEST, n: 1, stream: true },
    response: sse(
      chatDelta({ role: 'assistant' }),
      chatDelta({ content: 'Hi' }),
      chatDelta({}, 'length'),
      USAGE_CHUNK,
      '[DONE]',
    ),
    responseHeaders: STREAM_HEADERS,
    span: 'chat gpt-4o',
    facts: {
      ...identity('chat', 'openai', 'gpt-4o'),
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.finish_reasons': ['length'],
      'gen_ai.response.time_to_first_chunk': 0.03,
      ...usage(9, 3),
      'gen_ai.request.stream': true,
    },
  },
  {
    name: 'several choices',
    path: '/v1/chat/completions',
    request: { ...CHAT_REQUEST, n: 2 },
    response: chatAnswer(
      {},
      {
        choices: [
          { index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' },
          { index: 1, message: { role: 'assistant', content: 'b' }, finish_reason: 'length' },
        ],
      },
    ),
    span: 'chat gpt-4o',
    facts: {
      ...identity('chat', 'openai', 'gpt-4o'),
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.finish_reasons': ['stop', 'length'],
      ...usage(9, 3),
      'gen_ai.request.choice.count': 2,
    },
  },
  {
    name: 'legacy completions',
    path: '/v1/completions',
    request: { model: 'gpt-3.5-turbo-instruct', prompt: 'Say hi', max_tokens: 5, stop: '.' },
    response: {
      id: 'cmpl-1',
      model: 'gpt-3.5-turbo-instruct:x',
      choices: [{ index: 0, text: 'Hi', finish_reason: 'stop' }],
      usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
    },
    span: 'text_completion gpt-3.5-turbo-instruct',
    facts: {
      ...identity('text_completion', 'openai', 'gpt-3.5-turbo-instruct'),
      'gen_ai.response.model': 'gpt-3.5-turbo-instruct:x',
      'gen_ai.response.id': 'cmpl-1',
      'gen_ai.response.finish_reasons': ['stop'],
      ...usage(2, 1),
      'gen_ai.request.max_tokens': 5,
      'gen_ai.request.stop_sequences': ['.'],
    },
  },
  {
    name: 'embeddings',
    path: '/v1/embeddings',
    request: { model: 'text-embedding-3-small', input: ['a', 'b'], dimensions: 256, encoding_format: 'base64' },
    response: {
      object: 'list',
      model: 'text-embedding-3-small',
      data: [{ index: 0, embedding: [0.5, -0.25] }],
      usage: { prompt_tokens: 7, total_tokens: 7 },
    },
    span: 'embeddings text-embedding-3-small',
    facts: {
      ...identity('embeddings', 'openai', 'text-embedding-3-small'),
      'gen_ai.response.model': 'text-embedding-3-small',
      ...usage(7),
      'gen_ai.request.encoding_formats': ['base64'],
      'gen_ai.embeddings.dimension.count': 256,
    },
  },
  {
    name: 'responses, in a conversation',
    path: RESPONSES_PATH,
    request: {
      model: 'gpt-5',
      input: 'Hi',
      conversation: 'conv_1',
      max_output_tokens: 99,
      text: { format: { type: 'text' } },
    },
    response: response([textItem('Hello')]),
    span: 'chat gpt-5',
    facts: {
      ...identity('chat', 'openai', 'gpt-5'),
      'gen_ai.response.model': 'gpt-5-2025-08-07',
      'gen_ai.response.id': 'resp_1',
      ...usage(36, 87),
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.reasoning.output_tokens': 64,
      'gen_ai.request.max_tokens': 99,
      'gen_ai.output.type': 'text',
      'gen_ai.conversation.id': 'conv_1',
    },
  },
  {
    name: 'the token count of responses',
    path: '/v1/responses/input_tokens',
    request: { model: 'gpt-5', input: 'Hi' },
    response: { object: 'response.input_tokens', input_tokens: 11 },
    span: 'tokenize gpt-5',
    facts: { ...identity('tokenize', 'openai', 'gpt-5'), ...usage(11) },
  },
  {
    name: 'images',
    path: '/v1/images/generations',
    request: { model: 'gpt-image-1', prompt: 'A cat', n: 2 },
    response: {
      created: 1,
      data: [{ b64_json: 'AAAA' }],
      usage: { input_tokens: 10, output_tokens: 20, total_tokens: 30 },
    },
    span: 'image_generation gpt-image-1',
    facts: {
      ...identity('image_generation', 'openai', 'gpt-image-1'),
      ...usage(10, 20),
      'gen_ai.request.choice.count': 2,
      'gen_ai.output.type': 'image',
    },
  },
  {
    name: 'speech',
    path: '/v1/audio/speech',
    request: { model: 'gpt-4o-mini-tts', input: 'Hi', voice: 'alloy' },
    response: 'RIFF',
    responseHeaders: { 'content-type': 'audio/wav' },
    span: 'speech gpt-4o-mini-tts',
    facts: { ...identity('speech', 'openai', 'gpt-4o-mini-tts'), 'gen_ai.output.type': 'speech' },
  },
  {
    name: 'transcriptions',
    path: '/v1/audio/transcriptions',
    request: FORM,
    requestHeaders: FORM_HEADERS,
    response: TRANSCRIPT,
    span: 'transcription whisper-1',
    facts: { ...identity('transcription', 'openai', 'whisper-1'), ...usage(14, 3), 'gen_ai.output.type': 'json' },
  },
  {
    name: 'translations',
    path: '/v1/audio/translations',
    request: FORM,
    requestHeaders: FORM_HEADERS,
    response: TRANSCRIPT,
    span: 'translation whisper-1',
    facts: { ...identity('translation', 'openai', 'whisper-1'), ...usage(14, 3), 'gen_ai.output.type': 'json' },
  },
  {
    name: 'tokenize',
    path: '/tokenize',
    request: { model: 'llama', prompt: 'Hi' },
    response: { count: 3, max_model_len: 4096, tokens: [1, 2, 3] },
    span: 'tokenize llama',
    facts: { ...identity('tokenize', 'openai', 'llama'), ...usage(3) },
  },
  {
    name: 'rerank',
    path: '/v2/rerank',
    request: { model: 'rerank-v3.5', query: 'q', documents: ['a', 'b'], top_n: 1 },
    response: {
      id: 'r1',
      results: [{ index: 1, relevance_score: 0.9 }],
      meta: { tokens: { input_tokens: 5, output_tokens: 0 } },
    },
    span: 'rerank rerank-v3.5',
    facts: { ...identity('rerank', 'cohere', 'rerank-v3.5'), 'gen_ai.response.id': 'r1', ...usage(5, 0) },
  },
  {
    name: 'messages: input holds all input tokens',
    path: MESSAGES_PATH,
    request: {
      model: 'claude',
      max_tokens: 64,
      top_k: 40,
      stop_sequences: ['X'],
      messages: [{ role: 'user', content: 'Hi' }],
    },
    response: message([{ type: 'text', text: 'Hello' }], {
      usage: { input_tokens: 9, output_tokens: 3, cache_read_input_tokens: 20, cache_creation_input_tokens: 5 },
    }),
    span: 'chat claude',
    facts: {
      ...identity('chat', 'anthropic', 'claude'),
      'gen_ai.response.model': 'claude-sonnet-4-5-20250929',
      'gen_ai.response.id': 'msg_1',
      'gen_ai.response.finish_reasons': ['end_turn'],
      ...usage(34, 3),
      'gen_ai.usage.cache_read.input_tokens': 20,
      'gen_ai.usage.cache_creation.input_tokens': 5,
      'gen_ai.request.top_k': 40,
      'gen_ai.request.max_tokens': 64,
      'gen_ai.request.stop_sequences': ['X'],
    },
  },
  {
    name: 'the token count of messages',
    path: '/v1/messages/count_tokens',
    request: { model: 'claude', messages: [{ role: 'user', content: 'Hi' }] },
    response: { input_tokens: 8 },
    span: 'tokenize claude',
    facts: { ...identity('tokenize', 'anthropic', 'claude'), ...usage(8) },
  },
  {
    name: 'Ollama chat, streamed without being asked',
    path: '/api/chat',
    request: { model: 'llama3.2', messages: [{ role: 'user', content: 'Hi' }], options: { num_predict: 32, top_k: 3 } },
    response: lines(
      { model: 'llama3.2', message: { role: 'assistant', content: 'Hel' }, done: false },
      { model: 'llama3.2', message: { role: 'assistant', content: '' }, ...FINAL },
    ),
    responseHeaders: LINES_HEADERS,
    span: 'chat llama3.2',
    facts: {
      ...identity('chat', 'ollama', 'llama3.2'),
      'gen_ai.response.model': 'llama3.2',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.03,
      ...usage(26, 298),
      'gen_ai.request.stream': true,
      'gen_ai.request.top_k': 3,
      'gen_ai.request.max_tokens': 32,
    },
  },
  {
    name: 'Ollama generate',
    path: '/api/generate',
    request: { model: 'llama3.2', prompt: 'Hi', stream: false },
    response: { model: 'llama3.2', response: 'Hello', ...FINAL },
    span: 'text_completion llama3.2',
    facts: {
      ...identity('text_completion', 'ollama', 'llama3.2'),
      'gen_ai.response.model': 'llama3.2',
      'gen_ai.response.finish_reasons': ['stop'],
      ...usage(26, 298),
    },
  },
  ...['/api/embed', '/api/embeddings'].map(
    (path): FamilyCase => ({
      name: `Ollama ${path}`,
      path,
      request: path === '/api/embed' ? { model: 'minilm', input: 'Hi' } : { model: 'minilm', prompt: 'Hi' },
      response:
        path === '/api/embed' ? { model: 'minilm', embeddings: [[0.5]], prompt_eval_count: 4 } : { embedding: [0.5] },
      span: 'embeddings minilm',
      facts: {
        ...identity('embeddings', 'ollama', 'minilm'),
        ...(path === '/api/embed' ? { 'gen_ai.response.model': 'minilm', ...usage(4) } : {}),
      },
    }),
  ),
];
