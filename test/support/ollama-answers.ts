/** Bodies as Ollama's native API writes them, for case tables. */
import type { ExpectedCall } from './exchange-case.js';

const AT = '2026-02-26T10:11:12.123456789Z';

export const LINES_HEADERS = { 'content-type': 'application/x-ndjson' };
export const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

/** What the last object of an answer has beside its content. */
const FINAL = {
  done: true,
  done_reason: 'stop',
  total_duration: 5_191_566_416,
  load_duration: 2_154_458,
  prompt_eval_count: 26,
  prompt_eval_duration: 383_809_000,
  eval_count: 298,
  eval_duration: 4_799_921_000,
};

/** A request's part in what must be known of a plain call. */
export const PLAIN: ExpectedCall = {
  requestModel: 'llama3.2',
  reportedModel: 'llama3.2',
  provider: 'ollama',
  usage: { input: 26, output: 298 },
  finishReasons: ['stop'],
};
export const STREAMED: ExpectedCall = { ...PLAIN, streaming: true, content: true };

/** The smallest PNG that there is. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** A stream of lines. */
export function lines(...objects: (object | string)[]): string {
  return objects.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}

/** An answer of `/api/chat`, or its last line. */
export function chatAnswer(message: object, changes: object = {}): object {
  return {
    model: 'llama3.2',
    created_at: AT,
    message: { role: 'assistant', content: '', ...message },
    ...FINAL,
    ...changes,
  };
}

/** A line of a streamed `/api/chat`. */
export function chatLine(message: object): object {
  return { model: 'llama3.2', created_at: AT, message: { role: 'assistant', content: '', ...message }, done: false };
}

/** An answer of `/api/generate`, or its last line. */
export function generateAnswer(content: object, changes: object = {}): object {
  return { model: 'llama3.2', created_at: AT, response: '', ...content, ...FINAL, context: [1, 2, 3], ...changes };
}

/** A line of a streamed `/api/generate`. */
export function generateLine(content: object): object {
  return { model: 'llama3.2', created_at: AT, response: '', ...content, done: false };
}
