/**
 * The calls that are made: what the client sends and what the upstream answers, made once and known to both, so that each
 * side can prove that the other's bytes came through Envoy and the filter unchanged.
 */

/** Every prompt and every answer holds it, so that its absence in what was exported shows that content was hidden. */
export const CONTENT_MARKER = 'The gateway answered';

/** Prose as models write it: quotes and line ends to escape, and characters beyond ASCII. */
const SENTENCE = `${CONTENT_MARKER} “it’s fine” – once more, with\nfeeling: naïve, but right. He said "no" twice. `;

/** Text whose JSON form is about `bytes` long. */
function prose(bytes) {
  const size = Buffer.byteLength(JSON.stringify(SENTENCE)) - 2;
  return SENTENCE.repeat(Math.max(1, Math.round(bytes / size)));
}

function json(value) {
  return Buffer.from(JSON.stringify(value));
}

function chatRequest(text, more = {}) {
  return json({
    model: 'bench-model',
    temperature: 0.2,
    max_tokens: 512,
    messages: [
      { role: 'system', content: 'You are a helpful assistant that answers in one sentence.' },
      { role: 'user', content: text },
    ],
    ...more,
  });
}

function chatAnswer(text) {
  return json({
    id: 'chatcmpl-bench-0000000000000000',
    object: 'chat.completion',
    created: 1700000000,
    model: 'bench-model-2026-01-01',
    choices: [{ index: 0, message: { role: 'assistant', content: text, refusal: null }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 42,
      completion_tokens: 17,
      total_tokens: 59,
      prompt_tokens_details: { cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
  });
}

function streamChunk(more) {
  return `data: ${JSON.stringify({
    id: 'chatcmpl-bench-0000000000000000',
    object: 'chat.completion.chunk',
    created: 1700000000,
    model: 'bench-model-2026-01-01',
    ...more,
  })}\n\n`;
}

/** Events with content in each stream; the closing ones come on top. */
export const STREAM_EVENTS = 200;

/** Milliseconds between two events of the paced stream. */
export const STREAM_INTERVAL_MILLIS = 2;

const STAMP_DIGITS = 20;

/**
 * One content event of a stream. `stamp` is the upstream's send time (nanoseconds of the machine's monotonic clock, which
 * all processes share); it travels as `system_fingerprint`, a member that providers send as well.
 */
export function streamEvent(index, stamp) {
  return streamChunk({
    system_fingerprint: `at-${String(stamp).padStart(STAMP_DIGITS, '0')}`,
    choices: [{ index: 0, delta: { content: ` token-${index}` }, logprobs: null, finish_reason: null }],
  });
}

const STAMP_OFFSET = streamEvent(0, 0n).indexOf('"at-') + '"at-'.length;

/** The stamp of an event made by {@link streamEvent}. */
export function stampOf(event) {
  return BigInt(event.slice(STAMP_OFFSET, STAMP_OFFSET + STAMP_DIGITS));
}

/** What a stream ends with: the finish reason, the usage and the terminal event, written at once. */
export const STREAM_TAIL =
  streamChunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }) +
  streamChunk({
    choices: [],
    usage: { prompt_tokens: 42, completion_tokens: STREAM_EVENTS, total_tokens: 42 + STREAM_EVENTS },
  }) +
  'data: [DONE]\n\n';

const BURST = [...Array.from({ length: STREAM_EVENTS }, (_, index) => streamEvent(index, 0n)), STREAM_TAIL].map(
  (text) => Buffer.from(text),
);

/** The idle stream: one event, and after a long silence the end. */
export const IDLE_EVENT = streamEvent(0, 0n);

const STREAM_OPTIONS = { stream: true, stream_options: { include_usage: true } };

/**
 * Every exchange by name, which is also the first segment of its path. `answer` is absent where it has times in it;
 * `events` are its pieces where it is streamed all at once.
 */
export const exchanges = {
  small: {
    request: chatRequest(prose(200)),
    answer: chatAnswer(prose(100)),
    contentType: 'application/json',
  },
  prompt: {
    request: chatRequest(prose(500_000)),
    answer: chatAnswer(prose(100)),
    contentType: 'application/json',
  },
  content: {
    request: chatRequest(prose(25_000)),
    answer: chatAnswer(prose(25_000)),
    contentType: 'application/json',
  },
  paced: { request: chatRequest(prose(200), STREAM_OPTIONS), contentType: 'text/event-stream' },
  idle: { request: chatRequest(prose(200), STREAM_OPTIONS), contentType: 'text/event-stream' },
  burst: {
    request: chatRequest(prose(200), STREAM_OPTIONS),
    events: BURST,
    answer: Buffer.concat(BURST),
    contentType: 'text/event-stream',
  },
};

/** The path under which an exchange is called. */
export function pathOf(name) {
  return `/${name}/v1/chat/completions`;
}
