import { CHAT_REQUEST } from '../../support/answers.js';
import type { OracleCase } from '../oracle-case.js';

const STATUSES = [400, 401, 403, 404, 409, 422, 429, 500, 503];

const METHODS = {
  chat: { client: 'openai', method: 'chat.completions.create', parameters: CHAT_REQUEST },
  completions: { client: 'openai', method: 'completions.create', parameters: { model: 'm', prompt: 'Say' } },
  embeddings: { client: 'openai', method: 'embeddings.create', parameters: { model: 'm', input: 'Hi' } },
  responses: { client: 'openai', method: 'responses.create', parameters: { model: 'm', input: 'Hi' } },
  messages: {
    client: 'anthropic',
    method: 'messages.create',
    parameters: { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] },
  },
} as const;

function bodyOf(client: 'openai' | 'anthropic', status: number): object {
  const error = { message: `It's a "${status}"`, type: 'invalid_request_error' };
  return client === 'openai' ? { error: { ...error, param: null, code: 'x' } } : { type: 'error', error };
}

function failed(family: keyof typeof METHODS, status: number, changes: object = {}): OracleCase {
  const { client, method, parameters } = METHODS[family];
  const streamed = 'stream' in changes ? ', streamed' : '';
  const body = bodyOf(client, status);
  return {
    name: `error ${status}${streamed}`,
    family,
    client,
    method,
    parameters: { ...parameters, ...changes },
    answer: { status, body },
  };
}

const plain = (family: 'chat' | 'messages', name: string, body: string): OracleCase => ({
  ...failed(family, 502),
  name,
  answer: { status: 502, body, headers: { 'content-type': 'text/plain' } },
});

export const ERROR_CASES: readonly OracleCase[] = [
  ...STATUSES.flatMap((status) => [failed('chat', status), failed('messages', status)]),
  ...[400, 401, 429, 500].flatMap((status) => [
    failed('completions', status),
    failed('embeddings', status),
    failed('responses', status),
  ]),
  failed('chat', 429, { stream: true }),
  failed('responses', 400, { stream: true }),
  failed('messages', 429, { stream: true }),
  plain('chat', 'error that is not JSON', 'upstream connect error'),
  plain('messages', 'error that is not JSON', 'upstream connect error'),
];
