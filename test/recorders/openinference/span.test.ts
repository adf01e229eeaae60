import { describe, expect, test } from 'vitest';
import type { SpanEnd } from '../../../src/model/trace.js';
import { CHAT_REQUEST, chatAnswer } from '../../support/answers.js';
import { driveExchange, IN_ONE_PIECE, START } from '../../support/drive-exchange.js';
import type { ExchangeCase } from '../../support/exchange-case.js';

async function spanOf(
  response: ExchangeCase['response'],
  headers: Record<string, string> = {},
  request: object = CHAT_REQUEST,
): Promise<SpanEnd> {
  const one: ExchangeCase = {
    name: '',
    request: { headers, body: JSON.stringify(request) },
    ...(response ? { response } : {}),
    expected: {},
  };
  return (await driveExchange(one, IN_ONE_PIECE)).spans[0] as SpanEnd;
}

const ANSWER = { body: JSON.stringify(chatAnswer({ content: 'Hello' })) };

describe('the order of attributes, where a limit may cut', () => {
  test('model, usage and output stand before the messages', async () => {
    const { attributes } = await spanOf(ANSWER, { 'agent-session-id': 's-1' });
    const names = Object.keys(attributes);
    const place = (part: string) => names.findIndex((name) => name.startsWith(part));
    const order = [
      'openinference.span.kind',
      'llm.model_name',
      'llm.token_count.prompt',
      'output.value',
      'input.value',
      'llm.input_messages',
      'llm.output_messages',
    ];
    const places = order.map(place);
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((first, second) => first - second));
    expect(attributes['session.id']).toBe('s-1');
    expect(place('session.id')).toBeLessThan(place('output.value'));
  });

  test('an error stands before content too', async () => {
    const names = Object.keys((await spanOf({ body: '<html>' })).attributes);
    expect(names.indexOf('error.type')).toBeGreaterThan(-1);
    expect(names.indexOf('error.type')).toBeLessThan(names.indexOf('output.value'));
  });

  test('a thousand messages are all there', async () => {
    const messages = Array.from({ length: 1000 }, (_, index) => ({ role: 'user', content: `m${index}` }));
    const { attributes } = await spanOf(ANSWER, {}, { model: 'm', messages });
    expect(attributes['llm.input_messages.999.message.content']).toBe('m999');
  });
});

describe('errors as the official SDKs name them', () => {
  test.each([
    [400, 'BadRequestError'],
    [401, 'AuthenticationError'],
    [403, 'PermissionDeniedError'],
    [404, 'NotFoundError'],
    [409, 'ConflictError'],
    [418, 'Error'],
    [422, 'UnprocessableEntityError'],
    [429, 'RateLimitError'],
    [500, 'InternalServerError'],
    [503, 'InternalServerError'],
    [599, 'InternalServerError'],
  ])('%i is a %s', async (status, type) => {
    const { events, attributes } = await spanOf({ status, body: 'why' });
    const message = `Error code: ${status} - why`;
    expect(events).toEqual([
      { name: 'exception', time: START + 30, attributes: { 'exception.type': type, 'exception.message': message } },
    ]);
    expect(attributes['error.type']).toBe(String(status));
    // the body stands in the exception
    expect(attributes['output.value']).toBeUndefined();
  });

  test('without a body the status stands alone', async () => {
    const { events } = await spanOf({ status: 503 });
    expect(events[0]?.attributes['exception.message']).toBe('Error code: 503');
  });

  test('a cut has no exception, and keeps what was seen', async () => {
    const { events, attributes } = await spanOf({ body: '{"id":"chatcmpl-1","choi', end: 'cut' });
    expect(events).toEqual([]);
    expect(attributes['error.type']).toBe('interrupted');
    expect(attributes['output.value']).toBe('{"id":"chatcmpl-1","choi');
    expect(attributes['llm.input_messages.0.message.content']).toBe('Hi');
  });
});

describe('bodies that are no JSON', () => {
  test('are told as text, with the type that they had', async () => {
    const { attributes } = await spanOf({ headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<p>ü</p>' });
    expect([attributes['output.value'], attributes['output.mime_type']]).toEqual(['<p>ü</p>', 'text/html']);
  });

  test("the request's too", async () => {
    const one: ExchangeCase = {
      name: '',
      request: { headers: { 'content-type': 'text/plain' }, body: 'hello' },
      response: ANSWER,
      expected: {},
    };
    const { attributes } = (await driveExchange(one, IN_ONE_PIECE)).spans[0] as SpanEnd;
    expect([attributes['input.value'], attributes['input.mime_type']]).toEqual(['hello', 'text/plain']);
    expect(attributes['llm.invocation_parameters']).toBeUndefined();
  });
});
