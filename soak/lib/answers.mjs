/** What the upstream of the soak answers, as plain data: `{status, headers, pieces, pauseMillis, ending}`. */
import { brotliCompressSync, gzipSync } from 'node:zlib';

const MODEL = 'soak-model-2026-01-31';
const USAGE = {
  prompt_tokens: 120,
  completion_tokens: 30,
  total_tokens: 150,
  prompt_tokens_details: { cached_tokens: 64 },
};
const TEXT = 'The quick brown fox jumps over the lazy dog, and then again. '.repeat(8);

const json = (body, more = {}) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  pieces: [Buffer.from(JSON.stringify(body))],
  ...more,
});
const stream = (events, more = {}) => ({
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  pieces: events.map((event) => Buffer.from(event)),
  pauseMillis: 2,
  ...more,
});
const data = (body) => `data: ${typeof body === 'string' ? body : JSON.stringify(body)}\n\n`;
const named = (body) => `event: ${body.type}\n${data(body)}`;
const coded = (answer, coding, encode) => ({
  ...answer,
  headers: { ...answer.headers, 'content-encoding': coding },
  pieces: halves(encode(Buffer.concat(answer.pieces))),
});

function halves(bytes) {
  return [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)];
}

/** A zstd frame of one stored block (RFC 8878, section 3.1.1): Node 20 has no encoder. Up to 128 KiB. */
function zstdStored(bytes) {
  const header = Buffer.alloc(3);
  header.writeUIntLE(bytes.length * 8 + 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), header, bytes]);
}

const chat = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: MODEL,
  choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
  usage: USAGE,
};
const delta = (content, more = {}) => ({ id: 'c', model: MODEL, choices: [{ index: 0, delta: { content } }], ...more });
const chatEvents = [
  ...TEXT.split(', ').map((part) => data(delta(part))),
  data({ id: 'c', model: MODEL, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  data({ id: 'c', model: MODEL, choices: [], usage: USAGE }),
  data('[DONE]'),
];
const responses = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: MODEL,
  output: [
    { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: TEXT, annotations: [] }] },
  ],
  usage: { input_tokens: 12, output_tokens: 30, total_tokens: 42, output_tokens_details: { reasoning_tokens: 4 } },
};
const responsesEvents = [
  named({ type: 'response.created', response: { ...responses, status: 'in_progress', output: [], usage: null } }),
  ...TEXT.split(', ').map((part) =>
    named({ type: 'response.output_text.delta', item_id: 'm', output_index: 0, delta: part }),
  ),
  named({ type: 'response.completed', response: responses }),
];
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content: [{ type: 'text', text: TEXT }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 20, cache_read_input_tokens: 8, output_tokens: 30 },
};
const messageEvents = [
  named({ type: 'message_start', message: { ...message, content: [], stop_reason: null } }),
  named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  ...TEXT.split(', ').map((part) =>
    named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: part } }),
  ),
  named({ type: 'content_block_stop', index: 0 }),
  named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 30 } }),
  named({ type: 'message_stop' }),
];
const lines = (last) => ({
  status: 200,
  headers: { 'content-type': 'application/x-ndjson' },
  pauseMillis: 2,
  pieces: [
    ...TEXT.split(', ').map((content) => ({
      model: MODEL,
      message: { role: 'assistant', content },
      response: content,
      done: false,
    })),
    { model: MODEL, done: true, done_reason: 'stop', prompt_eval_count: 9, eval_count: 30, ...last },
  ].map((line) => Buffer.from(`${JSON.stringify(line)}\n`)),
});
const failed = (status, type) => json({ error: { message: 'it does not work', type } }, { status });
const vector = Array.from({ length: 512 }, (_, index) => Math.sin(index));

/** The answers by their names. */
export const ANSWERS = {
  chat: json(chat),
  'chat, gzip': coded(json(chat), 'gzip', gzipSync),
  'chat, br': coded(json(chat), 'br', brotliCompressSync),
  'chat, zstd': coded(json(chat), 'zstd', zstdStored),
  'chat, streamed': stream(chatEvents),
  'chat, streamed, gzip': coded(stream(chatEvents), 'gzip', gzipSync),
  'chat, broken off by the upstream': stream(chatEvents.slice(0, 3), { ending: 'reset' }),
  'chat, no answer': { status: 200, headers: {}, pieces: [], ending: 'silence' },
  'chat, held': stream(chatEvents, { ending: 'held' }),
  'chat, not JSON': {
    status: 200,
    headers: { 'content-type': 'application/json' },
    pieces: [Buffer.from('{"choices":[')],
  },
  'too many': failed(429, 'rate_limit_error'),
  overloaded: failed(529, 'overloaded_error'),
  completion: json({
    id: 'cmpl-1',
    object: 'text_completion',
    model: MODEL,
    choices: [{ index: 0, text: TEXT, finish_reason: 'length' }],
    usage: USAGE,
  }),
  embeddings: json({
    object: 'list',
    model: MODEL,
    data: [{ index: 0, embedding: vector }],
    usage: { prompt_tokens: 8, total_tokens: 8 },
  }),
  responses: json(responses),
  'responses, streamed': stream(responsesEvents),
  'input tokens': json({ object: 'response.input_tokens', input_tokens: 31 }),
  messages: json(message),
  'messages, streamed': stream(messageEvents),
  images: json({
    created: 1,
    data: [{ b64_json: 'iVBORw0KGgo='.repeat(200) }],
    usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
  }),
  speech: {
    status: 200,
    headers: { 'content-type': 'audio/mpeg' },
    pieces: halves(Buffer.alloc(16_384, 0x55)),
    pauseMillis: 2,
  },
  transcription: json({ text: TEXT, usage: { type: 'tokens', input_tokens: 14, output_tokens: 45, total_tokens: 59 } }),
  rerank: json({ id: 'r', results: [{ index: 1, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } }),
  tokenize: json({ count: 9, max_model_len: 4096, tokens: [1, 2, 3] }),
  lines: lines({ message: { role: 'assistant', content: '' } }),
  embed: json({ model: MODEL, embeddings: [vector], prompt_eval_count: 8 }),
  elsewhere: json({ object: 'list', data: [] }),
};
