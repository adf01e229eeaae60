/** Bodies as OpenAI's API writes them, for case tables. */

/** A stream of server-sent events with these data; objects as JSON. */
export function sse(...events: (object | string)[]): string {
  return events.map((data) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`).join('');
}

export const STREAM_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8' };

export const CHAT_REQUEST = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] };
export const CHAT_STREAM_REQUEST = { ...CHAT_REQUEST, stream: true, stream_options: { include_usage: true } };

export const USAGE = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
export const USAGE_FACTS = { input: 9, output: 3, total: 12 };

/** A whole chat completion around one message. */
export function chatAnswer(message: object, changes: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-4o-2024-08-06',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
    usage: USAGE,
    ...changes,
  };
}

/** One chunk of a streamed chat completion with these choices. */
export function chatChunk(choices: object[], changes: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-4o-2024-08-06',
    choices,
    ...changes,
  };
}

/** A chunk of one choice's delta. */
export function chatDelta(delta: object, finishReason: string | null = null, index = 0): object {
  return chatChunk([{ index, delta, finish_reason: finishReason }]);
}

/** The last chunk of a stream that was asked for usage. */
export const USAGE_CHUNK = chatChunk([], { usage: USAGE });

/** What {@link chatChunk}s fold to, around these choices. */
export function foldedChat(choices: object[], changes: object = {}): object {
  return { ...chatChunk(choices), usage: USAGE, ...changes };
}
