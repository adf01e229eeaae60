/** A family of calls, as the tables of docs/conformance.md name it. */
export type Family = 'chat' | 'completions' | 'embeddings' | 'responses' | 'messages';

/** What the upstream answers. */
export interface OracleAnswer {
  /** 200 if absent. */
  status?: number;
  /** The body as JSON; a text as it is. */
  body?: object | string;
  /** The events of a stream instead of a body; texts are data as they are. */
  events?: readonly (object | string)[];
  headers?: Record<string, string>;
}

/** One call of an official Python client, which the instrumented client and the sidecar both record. */
export interface OracleCase {
  name: string;
  family: Family;
  client: 'openai' | 'anthropic';
  /** The client's method, such as `chat.completions.create`. */
  method: string;
  /** Its keyword arguments. */
  parameters: Record<string, unknown>;
  answer: OracleAnswer;
}

/** The answer's bytes, head included. */
export function answerBytes({ status = 200, body, events, headers = {} }: OracleAnswer): string {
  const text = events ? events.map(eventText).join('') : typeof body === 'string' ? body : JSON.stringify(body);
  const lines = Object.entries({
    'content-type': events ? 'text/event-stream; charset=utf-8' : 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(text)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${status < 400 ? 'OK' : 'Error'}\r\n${lines.join('')}\r\n${text}`;
}

/** Events of a type are named by it, as Anthropic and the Responses API do. */
function eventText(data: object | string): string {
  if (typeof data === 'string') return `data: ${data}\n\n`;
  const name = 'type' in data ? `event: ${String(data.type)}\n` : '';
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}
