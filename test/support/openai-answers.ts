/** Answers in OpenAI's format, as bytes for a scripted upstream. */

/** A whole HTTP/1.1 answer with a content-length. */
export function answerOf(body: string | Buffer, headers: Record<string, string> = {}, status = '200 OK'): Buffer {
  const bytes = Buffer.from(body);
  const all = { 'content-type': 'application/json', ...headers, 'content-length': String(bytes.length) };
  return Buffer.concat([Buffer.from(headOf(status, all)), bytes]);
}

/** A status line and headers. */
export function headOf(status: string, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}

/** The head of a streamed answer; pieces follow as {@link chunkOf}, the end is {@link LAST_CHUNK}. */
export const SSE_HEAD = headOf('200 OK', { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' });
export const LAST_CHUNK = '0\r\n\r\n';

/** One chunk of a chunked body. */
export function chunkOf(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** One server-sent event. */
export function eventOf(body: object | '[DONE]'): string {
  return `data: ${typeof body === 'string' ? body : JSON.stringify(body)}\n\n`;
}

const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 20,
  total_tokens: 31,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 6 },
};

/** A chat completion of a model; the answer names a version of it. */
export function chatCompletion(model: string, more: object = {}): string {
  return JSON.stringify({
    id: 'chatcmpl-test',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: `${model}-2024`,
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }],
    usage: USAGE,
    ...more,
  });
}

export function completion(model: string): string {
  return JSON.stringify({
    id: 'cmpl-test',
    object: 'text_completion',
    created: 1_700_000_000,
    model: `${model}-2024`,
    choices: [{ index: 0, text: 'Hello there', finish_reason: 'length', logprobs: null }],
    usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
  });
}

/** Two vectors, as floats or as the base64 that the official client asks for. */
export function embeddings(model: string): string {
  const vector = (values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64');
  return JSON.stringify({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: vector([0.5, -0.25]) },
      { object: 'embedding', index: 1, embedding: vector([1, 2]) },
    ],
    model: `${model}-2024`,
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });
}

/** The events of a streamed chat completion: a role, three contents, the reason, the usage, `[DONE]`. */
export function chatEvents(model: string): string[] {
  const chunk = (more: object) =>
    eventOf({
      id: 'chatcmpl-test',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: `${model}-2024`,
      ...more,
    });
  const delta = (content: object) =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason: null }], usage: null });
  return [
    delta({ role: 'assistant', content: '' }),
    delta({ content: 'Hel' }),
    delta({ content: 'lo ' }),
    delta({ content: 'there' }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null }),
    chunk({ choices: [], usage: USAGE }),
    eventOf('[DONE]'),
  ];
}

/** The events of a streamed legacy completion. */
export function completionEvents(model: string): string[] {
  const chunk = (text: string, more: object = {}) =>
    eventOf({
      id: 'cmpl-test',
      object: 'text_completion',
      model: `${model}-2024`,
      choices: [{ index: 0, text, finish_reason: null }],
      ...more,
    });
  return [
    chunk('Hello '),
    chunk('there'),
    chunk('', { choices: [{ index: 0, text: '', finish_reason: 'stop' }] }),
    chunk('', { choices: [], usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 } }),
    eventOf('[DONE]'),
  ];
}
