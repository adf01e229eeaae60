/** The dialects of the endpoint families: 11 tokens in, 20 out, 31 in all, wherever the dialect has a place for them. */
import { eventOf } from '../../support/openai-answers.js';
import type { FamilyName } from './shape.js';

/** The events of one answer with these texts: server-sent events with their newlines, or lines without. */
export type EventMaker = (texts: readonly string[]) => string[];

interface FamilyBodies {
  path: string;
  /** Other applications use this path too, so that only the body makes it a call. */
  shared?: true;
  /** Beside model and stream. */
  request: object;
  /** Tokens in all that a stream's first event tells of, before it is known how many there will be. */
  begun?: number;
  /** The JSON answer around a text of these words. */
  answer(texts: readonly string[]): object;
  events?: EventMaker;
}

const MODEL = 'served-model';
const CREATED = 1_700_000_000;
const AT = '2026-02-26T10:11:12.123456789Z';
const CHAT_USAGE = { prompt_tokens: 11, completion_tokens: 20, total_tokens: 31 };
const MEDIA_USAGE = { input_tokens: 11, output_tokens: 20, total_tokens: 31 };
const OLLAMA_END = { done: true, done_reason: 'stop', total_duration: 5, prompt_eval_count: 11, eval_count: 20 };

const named = (event: { type: string; [member: string]: unknown }) => `event: ${event.type}\n${eventOf(event)}`;
const responseOf = (text: string, more: object = {}) => ({
  id: 'resp_1',
  object: 'response',
  created_at: CREATED,
  status: 'completed',
  model: MODEL,
  output: [
    { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }] },
  ],
  usage: MEDIA_USAGE,
  ...more,
});
const messageOf = (content: object[], usage: object, stop: string | null) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage,
});

export const FAMILY_BODIES: Record<FamilyName, FamilyBodies> = {
  chat: {
    path: '/v1/chat/completions',
    request: { messages: [{ role: 'user', content: 'Hi ü' }] },
    answer: (texts) => ({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: CREATED,
      model: MODEL,
      choices: [{ index: 0, message: { role: 'assistant', content: texts.join(' ') }, finish_reason: 'stop' }],
      usage: CHAT_USAGE,
    }),
    events(texts) {
      const chunk = (more: object) =>
        eventOf({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: CREATED, model: MODEL, ...more });
      const delta = (content: object, reason: string | null = null) =>
        chunk({ choices: [{ index: 0, delta: content, finish_reason: reason }] });
      return [
        delta({ role: 'assistant', content: '' }),
        ...texts.map((content) => delta({ content })),
        delta({}, 'stop'),
        chunk({ choices: [], usage: CHAT_USAGE }),
        eventOf('[DONE]'),
      ];
    },
  },
  responses: {
    path: '/v1/responses',
    shared: true,
    request: { input: 'Hi ü' },
    answer: (texts) => responseOf(texts.join(' ')),
    events(texts) {
      const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
      const begun = responseOf('', { status: 'in_progress', output: [], usage: null });
      return [
        named({ type: 'response.created', response: begun }),
        ...texts.map((delta) => named({ type: 'response.output_text.delta', ...place, delta })),
        named({ type: 'response.completed', response: responseOf(texts.join('')) }),
      ];
    },
  },
  completions: {
    path: '/v1/completions',
    shared: true,
    request: { prompt: 'Hi ü' },
    answer: (texts) => ({
      id: 'cmpl-1',
      object: 'text_completion',
      created: CREATED,
      model: MODEL,
      choices: [{ index: 0, text: texts.join(' '), finish_reason: 'length', logprobs: null }],
      usage: CHAT_USAGE,
    }),
    events(texts) {
      const chunk = (more: object) => eventOf({ id: 'cmpl-1', object: 'text_completion', model: MODEL, ...more });
      return [
        ...texts.map((text) => chunk({ choices: [{ index: 0, text, finish_reason: null }] })),
        chunk({ choices: [{ index: 0, text: '', finish_reason: 'stop' }] }),
        chunk({ choices: [], usage: CHAT_USAGE }),
        eventOf('[DONE]'),
      ];
    },
  },
  embeddings: {
    path: '/v1/embeddings',
    request: { input: 'Hi ü' },
    answer: (texts) => ({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: texts.map((text) => Number.parseInt(text, 36) / 1e9) }],
      model: MODEL,
      usage: { prompt_tokens: 31, total_tokens: 31 },
    }),
  },
  images: {
    path: '/v1/images/generations',
    request: { prompt: 'A ü' },
    answer: (texts) => ({ created: CREATED, data: [{ b64_json: texts.join('') }], usage: MEDIA_USAGE }),
    events: (texts) => [
      ...texts.map((image, index) =>
        named({
          type: 'image_generation.partial_image',
          b64_json: image.trim(),
          partial_image_index: index,
          created_at: CREATED,
        }),
      ),
      named({
        type: 'image_generation.completed',
        b64_json: 'aGVsbG8=',
        created_at: CREATED,
        usage: MEDIA_USAGE,
      }),
    ],
  },
  audio: {
    path: '/v1/audio/transcriptions',
    request: {},
    answer: (texts) => ({ text: texts.join(' '), usage: { type: 'tokens', ...MEDIA_USAGE } }),
    events: (texts) => [
      ...texts.map((delta) => eventOf({ type: 'transcript.text.delta', delta })),
      eventOf({ type: 'transcript.text.done', text: texts.join(''), usage: { type: 'tokens', ...MEDIA_USAGE } }),
    ],
  },
  messages: {
    path: '/v1/messages',
    shared: true,
    begun: 12,
    request: { max_tokens: 64, messages: [{ role: 'user', content: 'Hi ü' }] },
    answer: (texts) =>
      messageOf([{ type: 'text', text: texts.join(' ') }], { input_tokens: 11, output_tokens: 20 }, 'end_turn'),
    events: (texts) => [
      named({ type: 'message_start', message: messageOf([], { input_tokens: 11, output_tokens: 1 }, null) }),
      named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ...texts.map((text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
      named({ type: 'content_block_stop', index: 0 }),
      named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 20 } }),
      named({ type: 'message_stop' }),
    ],
  },
  'ollama-chat': {
    path: '/api/chat',
    shared: true,
    request: { messages: [{ role: 'user', content: 'Hi ü' }] },
    answer: (texts) => ({
      model: MODEL,
      created_at: AT,
      message: { role: 'assistant', content: texts.join(' ') },
      ...OLLAMA_END,
    }),
    events: (texts) => [
      ...texts.map((content) =>
        JSON.stringify({ model: MODEL, created_at: AT, message: { role: 'assistant', content }, done: false }),
      ),
      JSON.stringify({ model: MODEL, created_at: AT, message: { role: 'assistant', content: '' }, ...OLLAMA_END }),
    ],
  },
  'ollama-generate': {
    path: '/api/generate',
    shared: true,
    request: { prompt: 'Hi ü' },
    answer: (texts) => ({ model: MODEL, created_at: AT, response: texts.join(' '), ...OLLAMA_END, context: [1, 2] }),
    events: (texts) => [
      ...texts.map((response) => JSON.stringify({ model: MODEL, created_at: AT, response, done: false })),
      JSON.stringify({ model: MODEL, created_at: AT, response: '', ...OLLAMA_END, context: [1, 2] }),
    ],
  },
  rerank: {
    path: '/v2/rerank',
    shared: true,
    request: { query: 'Hi ü', documents: ['one', 'two'] },
    answer: (texts) => ({
      id: 'rerank-1',
      results: texts.map((text, index) => ({ index, relevance_score: Number.parseInt(text, 36) / 1e10 })),
      meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: 11, output_tokens: 20 } },
    }),
  },
};
