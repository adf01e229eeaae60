import type { ProcessingRequest, StructValue } from '../../../src/wire/messages.js';

/** What Envoy puts on the first message behind a static mode of NONE. */
const DRIVEN_BY_OVERRIDE = { protocolConfig: {} };

type Extra = Pick<ProcessingRequest, 'protocolConfig' | 'observabilityMode' | 'attributes'>;

/** Request headers of a chat call, as Envoy sends them first. */
export function requestHeaders(headers: Record<string, string> = {}, extra: Extra & { end?: boolean } = {}) {
  const { end, ...rest } = extra;
  const all = {
    ':method': 'POST',
    ':path': '/v1/chat/completions',
    ':authority': 'gateway.test',
    'content-type': 'application/json',
    ...headers,
  };
  return { requestHeaders: block(all, end), ...DRIVEN_BY_OVERRIDE, ...rest } satisfies ProcessingRequest;
}

/** Response headers. */
export function responseHeaders(
  headers: Record<string, string> = {},
  extra: Extra & { end?: boolean } = {},
): ProcessingRequest {
  const { end, ...rest } = extra;
  return { responseHeaders: block({ ':status': '200', 'content-type': 'application/json', ...headers }, end), ...rest };
}

/** A piece of a body; `undefined` leaves the field out, as Envoy does for an empty one. */
export function requestBody(text: string | Buffer | undefined, end = false, extra: Extra = {}): ProcessingRequest {
  return { requestBody: piece(text, end), ...extra };
}

export function responseBody(text: string | Buffer | undefined, end = false, extra: Extra = {}): ProcessingRequest {
  return { responseBody: piece(text, end), ...extra };
}

/** Envoy's attributes, under the name that Envoy gives them. */
export function attributes(values: Record<string, string | number>): NonNullable<ProcessingRequest['attributes']> {
  const fields: Record<string, StructValue> = {};
  for (const [key, value] of Object.entries(values)) {
    fields[key] = typeof value === 'string' ? { stringValue: value } : { numberValue: value };
  }
  return { 'envoy.filters.http.ext_proc': { fields } };
}

/** A chat request's and a chat answer's body. */
export function chatRequest(model: string, more: object = {}): string {
  return JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], ...more });
}

export function chatAnswer(model: string, more: object = {}): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: `${model}-2024`,
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
    ...more,
  });
}

function block(headers: Record<string, string>, end: boolean | undefined) {
  return {
    headers: { headers: Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) },
    ...(end ? { endOfStream: true } : {}),
  };
}

function piece(text: string | Buffer | undefined, end: boolean) {
  return { ...(text === undefined ? {} : { body: Buffer.from(text) }), ...(end ? { endOfStream: true } : {}) };
}
