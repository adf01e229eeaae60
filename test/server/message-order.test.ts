import { deflateSync, gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { messageKind, type ProcessingRequest } from '../../src/wire/messages.js';
import { eventually } from '../support/eventually.js';
import { type BareServer, startBareServer } from './support/bare-server.js';
import { metadataOf, replyKind } from './support/ext-proc-client.js';
import {
  attributes,
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from './support/messages.js';
import { recordOf, talkTo } from './support/talk.js';

let server: BareServer;

beforeAll(async () => {
  // time enough for a decoder on a busy machine
  server = await startBareServer({
    env: { GENAI_EXTPROC_DECODE_WAIT_MILLIS: '5000', GENAI_EXTPROC_REPLY_MILLIS: '8000' },
  });
});
afterAll(() => server.shutdown());
beforeEach(() => {
  server.records.length = 0;
  server.internalErrors.length = 0;
});

const oneRecord = () => recordOf(server);
const talk = (messages: readonly ProcessingRequest[]) => talkTo(server, messages);

const CALL = [
  requestHeaders(),
  requestBody(chatRequest('m'), true),
  responseHeaders(),
  responseBody(chatAnswer('m'), true),
];

describe("Envoy's order", () => {
  test('JSON: four messages, four replies, the override on the first, each fact on the reply where it is known', async () => {
    const stream = server.open();
    const [headers, request, response, answer] = [
      await stream.ask(requestHeaders({ 'agent-session-id': 's-1' })),
      await stream.ask(requestBody(chatRequest('m'), true)),
      await stream.ask(responseHeaders({}, { attributes: attributes({ 'xds.cluster_name': 'openai' }) })),
      await stream.ask(responseBody(chatAnswer('m'), true)),
    ];
    expect(headers.modeOverride).toEqual({
      requestBodyMode: 1,
      responseHeaderMode: 1,
      responseBodyMode: 1,
      requestTrailerMode: 1,
      responseTrailerMode: 1,
    });
    expect(metadataOf(headers)).toMatchObject({ 'session.id': 's-1', operation_name: 'chat' });
    expect(metadataOf(request)).toMatchObject({ request_model: 'm', streaming: false });
    expect(metadataOf(response)).toMatchObject({ backend_name: 'openai', response_model: 'm' });
    expect(metadataOf(answer)).toMatchObject({
      response_model: 'm-2024',
      llm_input_token: 3,
      llm_output_token: 5,
      llm_total_token: 8,
      finish_reason: 'stop',
    });
    stream.reset();
    const record = await oneRecord();
    expect(record.failure).toBeUndefined();
    expect(record.usage).toMatchObject({ input: 3, output: 5, total: 8 });
    await stream.ended;
    expect(server.records).toHaveLength(1);
    expect(replyKind(answer)).toBe('responseBody');
  });

  test('a request in pieces with an empty last message, an answer in pieces', async () => {
    const [half, rest] = [chatRequest('m').slice(0, 9), chatRequest('m').slice(9)];
    const answer = chatAnswer('m');
    const { replies } = await talk([
      requestHeaders(),
      requestBody(half),
      requestBody(rest),
      requestBody(undefined, true),
      responseHeaders(),
      responseBody(answer.slice(0, 20)),
      responseBody(answer.slice(20)),
      responseBody(undefined, true),
    ]);
    expect(metadataOf(replies[3]!)).toMatchObject({ request_model: 'm' });
    expect(metadataOf(replies[6]!)).toMatchObject({ llm_total_token: 8 });
    expect((await oneRecord()).failure).toBeUndefined();
  });

  test('SSE: usage is on the reply to the very chunk that carries it', async () => {
    const event = (body: object) => `data: ${JSON.stringify(body)}\n\n`;
    const { replies } = await talk([
      requestHeaders(),
      requestBody(chatRequest('m', { stream: true }), true),
      responseHeaders({ 'content-type': 'text/event-stream' }),
      responseBody(event({ model: 'm-1', choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] })),
      responseBody(event({ choices: [{ index: 0, delta: { content: 'Hi' } }] })),
      responseBody(event({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } })),
      responseBody('data: [DONE]\n\n'),
      responseBody(undefined, true),
    ]);
    expect(metadataOf(replies[5]!)).toMatchObject({ llm_input_token: 1, llm_output_token: 2, llm_total_token: 3 });
    const record = await oneRecord();
    expect(record).toMatchObject({ streaming: true, reportedModel: 'm-1' });
    expect(record.failure).toBeUndefined();
    expect(record.timing.firstContent).toBeGreaterThan(0);
  });

  test('trailers end an answer', async () => {
    await talk([
      requestHeaders(),
      requestBody(chatRequest('m')),
      { requestTrailers: {} },
      responseHeaders(),
      responseBody(chatAnswer('m')),
      { responseTrailers: {} },
    ]);
    const record = await oneRecord();
    expect(record).toMatchObject({ requestModel: 'm', usage: { total: 8 } });
    expect(record.failure).toBeUndefined();
  });

  test('response headers alone: a bodyless 503', async () => {
    const { replies } = await talk([
      requestHeaders(),
      requestBody(chatRequest('m'), true),
      responseHeaders({ ':status': '503' }, { end: true }),
    ]);
    expect(metadataOf(replies[2]!)).toMatchObject({ error_type: '503' });
    expect((await oneRecord()).failure).toMatchObject({ type: '503' });
  });

  test('a path of no interest costs one message: no override, no metadata, no record', async () => {
    const { stream, replies } = await talk([
      requestHeaders({ ':path': '/v1/models', ':method': 'GET' }, { end: true }),
    ]);
    expect(replies).toEqual([{ requestHeaders: {} }]);
    stream.reset();
    await stream.ended;
    expect(server.records).toEqual([]);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('a %s answer: usage on the last reply at the latest', async (encoding, compress) => {
    const body = compress(chatAnswer('m'));
    const { replies } = await talk([
      requestHeaders(),
      requestBody(chatRequest('m'), true),
      responseHeaders({ 'content-encoding': encoding }),
      responseBody(body.subarray(0, 11)),
      responseBody(body.subarray(11)),
      responseBody(undefined, true),
    ]);
    expect(Object.assign({}, ...replies.map((reply) => metadataOf(reply)))).toMatchObject({ llm_total_token: 8 });
    expect((await oneRecord()).failure).toBeUndefined();
  });
});

describe('how a stream ends', () => {
  test('half-closed before the answer: one record, interrupted', async () => {
    const { stream } = await talk(CALL.slice(0, 2));
    stream.finish();
    expect((await stream.ended).code).toBe(status.OK);
    expect((await oneRecord()).failure).toEqual({ type: 'interrupted' });
  });

  test('reset in mid-answer: one record, interrupted', async () => {
    const { stream } = await talk([...CALL.slice(0, 3), responseBody('{"choices":')]);
    stream.reset();
    expect((await oneRecord()).failure).toEqual({ type: 'interrupted' });
  });

  test('reset without a single message: no record, no error', async () => {
    const opened = server.counters.values['streams.opened'];
    const stream = server.open();
    await eventually(() => server.counters.values['streams.opened'] > opened);
    stream.reset();
    await stream.ended;
    expect(server.records).toEqual([]);
    expect(server.internalErrors).toEqual([]);
  });

  test('reset right after a terminal event: success', async () => {
    const { stream } = await talk([
      requestHeaders(),
      requestBody(chatRequest('m', { stream: true }), true),
      responseHeaders({ 'content-type': 'text/event-stream' }),
      responseBody('data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\ndata: [DONE]\n\n'),
    ]);
    stream.reset();
    expect((await oneRecord()).failure).toBeUndefined();
  });
});

describe('orders that Envoy has in other modes, or should not have', () => {
  const first = { protocolConfig: { requestBodyMode: 1, responseBodyMode: 1 } };
  const path = attributes({ 'request.path': '/v1/chat/completions', 'request.method': 'POST' });

  test('beginning at the request body', async () => {
    await talk([requestBody(chatRequest('m'), true, { ...first, attributes: path }), ...CALL.slice(2)]);
    expect(await oneRecord()).toMatchObject({ requestModel: 'm', usage: { total: 8 } });
  });

  test('beginning at the response headers, with the path as attribute: a call that another filter refused', async () => {
    await talk([
      responseHeaders({ ':status': '429' }, { ...first, attributes: path }),
      responseBody('slow down', true),
    ]);
    expect(await oneRecord()).toMatchObject({ failure: { type: '429' }, status: 429 });
  });

  test('beginning at the response headers without a path: no call', async () => {
    const { stream } = await talk([responseHeaders({ ':status': '400' }, first), responseBody('bad', true)]);
    stream.finish();
    await stream.ended;
    expect(server.records).toEqual([]);
  });

  test('beginning at the response body: no call without a path, and still one reply each', async () => {
    await talk([responseBody('x', false, first), responseBody(undefined, true)]);
    expect(server.records).toEqual([]);
  });

  test('beginning with trailers', async () => {
    const { stream } = await talk([{ responseTrailers: {}, ...first }, requestHeaders()]);
    stream.finish();
    await stream.ended;
    expect(server.records.length).toBeLessThanOrEqual(1);
  });

  test('the body before the headers', async () => {
    await talk([requestBody(chatRequest('m'), true), requestHeaders(), ...CALL.slice(2)]);
    expect(await oneRecord()).toMatchObject({ usage: { total: 8 } });
  });

  test('the end twice, and data after the end, give one record', async () => {
    const { stream } = await talk([
      ...CALL,
      responseBody(undefined, true),
      responseBody('more'),
      { responseTrailers: {} },
      requestBody('late', true),
    ]);
    stream.finish();
    await stream.ended;
    expect(server.records).toHaveLength(1);
    expect(server.records[0]).toMatchObject({ usage: { total: 8 } });
  });

  test('data after the end of a compressed answer', async () => {
    const { stream } = await talk([
      ...CALL.slice(0, 2),
      responseHeaders({ 'content-encoding': 'gzip' }),
      responseBody(gzipSync(chatAnswer('m')), true),
      responseBody(gzipSync('more'), true),
      responseBody('plain', true),
    ]);
    stream.finish();
    await stream.ended;
    expect(server.records).toHaveLength(1);
    expect(server.records[0]?.usage.total).toBe(8);
    expect(server.internalErrors).toEqual([]);
  });

  test('messages with neither bytes nor end', async () => {
    await talk([
      requestHeaders(),
      requestBody(undefined),
      requestBody(chatRequest('m'), true),
      responseHeaders(),
      responseBody(undefined),
      responseBody(chatAnswer('m')),
      responseBody(undefined),
      responseBody(undefined, true),
    ]);
    expect(await oneRecord()).toMatchObject({ usage: { total: 8 } });
  });

  test('a message of no known kind cannot be answered: the stream is ended, the call is recorded', async () => {
    const { stream } = await talk(CALL.slice(0, 2));
    stream.send({});
    expect((await stream.ended).code).toBe(status.OK);
    expect(stream.replies).toHaveLength(2);
    expect((await oneRecord()).failure).toEqual({ type: 'interrupted' });
  });

  test('any order of any messages: each reply is of its message’s kind, in order, and there is one record at most', async () => {
    const message = fc.constantFrom<ProcessingRequest>(
      ...CALL,
      requestBody('{"mod'),
      responseHeaders({ ':status': '500' }, { end: true }),
      responseHeaders({ 'content-type': 'text/event-stream' }),
      responseHeaders({ 'content-encoding': 'br' }),
      responseBody('data: {"choices":[]}\n'),
      responseBody(undefined, true),
      requestHeaders({ ':path': '/other' }),
      { requestTrailers: {} },
      { responseTrailers: {} },
      {},
    );
    const mode = fc.constantFrom({}, { protocolConfig: {} }, first, { protocolConfig: { requestBodyMode: 2 } });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 10 }), mode, async (messages, start) => {
        const before = server.records.length;
        const stream = server.open();
        for (const [index, entry] of messages.entries()) stream.send(index === 0 ? { ...entry, ...start } : entry);
        stream.finish();
        const end = await stream.ended;
        expect(end.code).toBe(status.OK);
        const kinds = stream.replies.map(replyKind);
        expect(kinds).toEqual(messages.slice(0, kinds.length).map(messageKind));
        expect(server.records.length - before).toBeLessThanOrEqual(1);
      }),
      { numRuns: 150 },
    );
    expect(server.internalErrors).toEqual([]);
  });
});
