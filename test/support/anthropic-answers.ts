/** Bodies as Anthropic's API writes them, for case tables. */
import type { AttributeValue } from '../../src/model/trace.js';
import type { ExchangeCase, ExpectedCall } from './exchange-case.js';

export const MESSAGES_PATH = '/v1/messages';
export const MESSAGES_REQUEST = {
  model: 'claude-sonnet-4-5',
  max_tokens: 64,
  messages: [{ role: 'user', content: 'Hi' }],
};
const MESSAGE_USAGE = { input_tokens: 9, output_tokens: 3 };

/** A whole message around its content blocks. */
export function message(content: unknown, changes: object = {}): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: MESSAGE_USAGE,
    ...changes,
  };
}

/** What {@link message} says, whatever its content is. */
export const MESSAGE_FACTS: ExpectedCall = {
  provider: 'anthropic',
  requestModel: 'claude-sonnet-4-5',
  reportedModel: 'claude-sonnet-4-5-20250929',
  responseId: 'msg_1',
  usage: { input: 9, output: 3 },
  finishReasons: ['end_turn'],
};

/** A call of the messages API, answered. */
export function messagesCase(
  name: string,
  answer: unknown,
  expected: ExpectedCall,
  changes: { request?: unknown; status?: number; headers?: Record<string, string> } = {},
): ExchangeCase {
  const { request = MESSAGES_REQUEST, status, headers } = changes;
  return {
    name,
    request: { path: MESSAGES_PATH, body: typeof request === 'string' ? request : JSON.stringify(request) },
    response: {
      body: typeof answer === 'string' ? answer : JSON.stringify(answer),
      ...(status ? { status } : {}),
      ...(headers ? { headers } : {}),
    },
    expected,
  };
}

/** An event's data. */
export interface StreamEvent {
  type: string;
  [member: string]: unknown;
}

/** A stream as the API writes it: each event named by its type. */
export function messageEvents(...events: StreamEvent[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

export const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8' };

/** The first event; `usage` as it is known before the answer. */
export function messageStart(usage: unknown = { input_tokens: 9, output_tokens: 1 }, changes: object = {}) {
  return { type: 'message_start', message: message([], { stop_reason: null, usage, ...changes }) };
}

export function blockStart(index: number, block: object) {
  return { type: 'content_block_start', index, content_block: block };
}

export function blockDelta(index: number, delta: object) {
  return { type: 'content_block_delta', index, delta };
}

/** A block from its start to its end. */
export function blockEvents(index: number, block: object, ...deltas: object[]) {
  return [
    blockStart(index, block),
    ...deltas.map((delta) => blockDelta(index, delta)),
    { type: 'content_block_stop', index },
  ];
}

/** A block of text in these pieces. */
export function textEvents(index: number, ...pieces: string[]) {
  return blockEvents(index, { type: 'text', text: '' }, ...pieces.map((text) => ({ type: 'text_delta', text })));
}

/** The end of the message. */
export function messageEnd(usage: unknown = { output_tokens: 3 }, delta: object = {}, changes: object = {}) {
  return [
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null, ...delta }, usage, ...changes },
    { type: 'message_stop' },
  ];
}

export type Expected = Record<string, AttributeValue | undefined>;

/** Attributes of message `index` of a side; the path behind `message.` → value. */
export function ofMessage(side: 'input' | 'output', index: number, values: Expected): Expected {
  const prefix = `llm.${side}_messages.${index}.message.`;
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

/** Attributes of part `index` of a message. */
export function part(index: number, values: Expected): Expected {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      `contents.${index}.${key.startsWith('tool_call.') ? key : `message_content.${key}`}`,
      value,
    ]),
  );
}

/** Attributes of a tool call, as a part and in the message's list. */
export function call(index: number, place: number, id: string, name: string, input: unknown): Expected {
  const values = {
    'tool_call.id': id,
    'tool_call.function.name': name,
    'tool_call.function.arguments': JSON.stringify(input),
  };
  return {
    ...part(index, { type: 'tool_use', ...values }),
    ...Object.fromEntries(Object.entries(values).map(([key, value]) => [`tool_calls.${place}.${key}`, value])),
  };
}
