/** The kinds of calls of the soak: what the client sends, and which answer of `answers.mjs` it asks the upstream for. */

/** Models that take turns; what asks for another one each time has its own kind. */
const MODELS = 16;
const FORM = 'soak-form-0123456789';

let counter = 0;

const model = () => `soak-model-${counter % MODELS}`;
/** Texts of 50 to 20,000 characters. */
const text = () => 'All work and no play makes Jack a dull boy. '.repeat(1 + (counter % 23) ** 2);
const userMessage = () => [{ role: 'user', content: text() }];

const kind = (path, answer, body, more = {}) => ({
  path,
  answer,
  body,
  weight: 1,
  method: 'POST',
  call: true,
  status: 200,
  ...more,
});
const chat = (answer, more) =>
  kind(
    '/v1/chat/completions',
    answer,
    () => ({
      model: model(),
      messages: userMessage(),
      ...(answer.includes('stream') || more?.streams ? { stream: true, stream_options: { include_usage: true } } : {}),
    }),
    more,
  );

/**
 * Every kind: `call`: the sidecar must count it; `abort`: the client hangs up at the first byte of the answer; `status`: of the answer, or several that it may have
 * (or several), `unsampled`: its trace is sampled out by its parent, so it has no span.
 */
export const KINDS = {
  chat: chat('chat', { weight: 8 }),
  'chat, sampled out': chat('chat', { weight: 3, unsampled: true }),
  'chat, a new model each time': kind('/v1/chat/completions', 'chat', () => ({
    model: `never-seen-${counter}`,
    messages: userMessage(),
  })),
  'chat, gzip': chat('chat, gzip'),
  'chat, br': chat('chat, br'),
  'chat, zstd': chat('chat, zstd'),
  'chat, streamed': chat('chat, streamed', { weight: 6 }),
  'chat, streamed, gzip': chat('chat, streamed, gzip'),
  'chat, the client hangs up': chat('chat, streamed', { weight: 2, abort: true }),
  'chat, broken off by the upstream': chat('chat, broken off by the upstream', {
    streams: true,
    status: ['broken', 502, 503],
  }),
  'chat, no answer': chat('chat, no answer', { status: 503 }),
  'chat, not JSON': chat('chat, not JSON'),
  'chat, 429': chat('too many', { status: 429 }),
  'chat, the request is not JSON': kind('/v1/chat/completions', 'too many', () => '{"model":', { status: 429 }),
  completions: kind('/v1/completions', 'completion', () => ({ model: model(), prompt: text() })),
  embeddings: kind('/v1/embeddings', 'embeddings', () => ({ model: model(), input: [text(), 'short'] })),
  responses: kind('/v1/responses', 'responses', () => ({ model: model(), input: text() })),
  'responses, streamed': kind('/v1/responses', 'responses, streamed', () => ({
    model: model(),
    input: text(),
    stream: true,
  })),
  'responses, input tokens': kind('/v1/responses/input_tokens', 'input tokens', () => ({
    model: model(),
    input: text(),
  })),
  messages: kind('/anthropic/v1/messages', 'messages', () => ({
    model: model(),
    max_tokens: 99,
    messages: userMessage(),
  })),
  'messages, streamed': kind('/anthropic/v1/messages', 'messages, streamed', () => ({
    model: model(),
    max_tokens: 99,
    messages: userMessage(),
    stream: true,
  })),
  'messages, overloaded': kind(
    '/anthropic/v1/messages',
    'overloaded',
    () => ({ model: model(), max_tokens: 99, messages: userMessage() }),
    { status: 529 },
  ),
  'count tokens': kind('/anthropic/v1/messages/count_tokens', 'input tokens', () => ({
    model: model(),
    messages: userMessage(),
  })),
  images: kind('/v1/images/generations', 'images', () => ({ model: model(), prompt: 'a fox' })),
  speech: kind('/v1/audio/speech', 'speech', () => ({ model: model(), input: text(), voice: 'alloy' })),
  transcription: kind('/v1/audio/transcriptions', 'transcription', () => form(), {
    headers: { 'content-type': `multipart/form-data; boundary=${FORM}` },
  }),
  rerank: kind('/v2/rerank', 'rerank', () => ({ model: model(), query: text(), documents: ['a', 'b'] })),
  tokenize: kind('/tokenize', 'tokenize', () => ({ model: model(), prompt: text() })),
  'ollama chat': kind('/api/chat', 'lines', () => ({ model: model(), messages: userMessage() })),
  'ollama generate': kind('/api/generate', 'lines', () => ({ model: model(), prompt: text() })),
  'ollama embed': kind('/api/embed', 'embed', () => ({ model: model(), input: text() })),
  'a list of models': kind('/v1/models', 'elsewhere', () => '', { method: 'GET', call: false, weight: 2 }),
  'another application': kind('/api/generate', 'elsewhere', () => ({ pages: 3 }), { call: false, weight: 2 }),
};

/** One more call of this kind: everything about it as bytes. `traceId` is new for each. */
export function createCall(name) {
  const { body, headers, unsampled, ...rest } = KINDS[name];
  counter += 1;
  const content = body();
  const bytes = Buffer.from(
    typeof content === 'object' && !Buffer.isBuffer(content) ? JSON.stringify(content) : content,
  );
  const trace = unsampled ? { traceparent: `00-${hex(32)}-${hex(16)}-00` } : {};
  return {
    ...rest,
    name,
    unsampled: unsampled === true,
    bytes,
    headers: {
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      'agent-session-id': `session-${counter % 1000}`,
      'x-answer': rest.answer,
      ...trace,
      ...headers,
    },
  };
}

/** The call of a stream that stays open until the upstream is told to go on. */
export function createHeldCall() {
  const call = createCall('chat, streamed');
  return { ...call, name: 'chat, held open', headers: { ...call.headers, 'x-answer': 'chat, held' } };
}

function hex(digits) {
  const random = Math.floor(Math.random() * 2 ** 47).toString(16);
  return (
    counter
      .toString(16)
      .padStart(digits - 12, '1')
      .slice(-(digits - 12)) + random.padStart(12, '0').slice(-12)
  );
}

function form() {
  const part = (head, value) => `--${FORM}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
  return Buffer.from(
    `${part('name="model"', model())}${part('name="file"; filename="a.mp3"', 'x'.repeat(4000))}--${FORM}--\r\n`,
  );
}
