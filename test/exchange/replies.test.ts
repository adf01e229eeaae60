import { randomBytes } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import type { Reply } from '../../src/model/reply.js';
import {
  CHAT_REQUEST,
  CHAT_STREAM_REQUEST,
  chatAnswer,
  chatDelta,
  STREAM_HEADERS,
  sse,
  USAGE_CHUNK,
} from '../support/answers.js';
import { type Bench, type BenchOptions, createBench, rawHeaders, TRACE } from '../support/drive-exchange.js';

const CHAT = { ':method': 'POST', ':path': '/v1/chat/completions', ':authority': 'gateway.test' };
const none = () => undefined;

function attributesOf(values: Record<string, string>): (name: string) => string | undefined {
  return (name) => values[name];
}

/** A bench behind a whole request. */
function requested(body: object, options?: BenchOptions): Bench {
  const bench = createBench(options);
  bench.exchange.requestHeaders(rawHeaders(CHAT), false, none);
  bench.exchange.requestBody(Buffer.from(JSON.stringify(body)), true, none);
  return bench;
}

function respond({ exchange }: Bench, headers: Record<string, string>, end = false): Reply {
  return exchange.responseHeaders(rawHeaders({ ':status': '200', ...headers }), end, none);
}

function send({ exchange }: Bench, bytes: string | Uint8Array | undefined, end = false): Reply | Promise<Reply> {
  return exchange.responseBody(bytes === undefined ? undefined : Buffer.from(bytes as string), end, none);
}

const metadataOf = (reply: Reply | Promise<Reply>) => Object.fromEntries((reply as Reply).metadata ?? []);

describe('each value goes out with the reply to the message that told it', () => {
  test('what the headers tell, with the override and the trace', () => {
    const { exchange } = createBench();
    const reply = exchange.requestHeaders(rawHeaders({ ...CHAT, 'agent-session-id': 's-1' }), false, none);
    expect(reply.observe).toBe(true);
    expect(reply.end).toBeUndefined();
    expect(reply.headers).toEqual([['traceparent', `00-${TRACE.traceId}-${TRACE.spanId}-01`]]);
    expect(metadataOf(reply)).toEqual({
      operation_name: 'chat',
      provider_name: 'openai',
      trace_id: TRACE.traceId,
      span_id: TRACE.spanId,
      sampled: true,
      'session.id': 's-1',
    });
  });

  test("the request's model, with the last piece of its body", () => {
    const { exchange } = createBench();
    exchange.requestHeaders(rawHeaders(CHAT), false, none);
    expect(exchange.requestBody(Buffer.from(JSON.stringify(CHAT_REQUEST)), false, none)).toEqual({});
    expect(metadataOf(exchange.requestBody(undefined, true, none))).toEqual({
      request_model: 'gpt-4o',
      model_name_override: 'gpt-4o',
      streaming: false,
    });
  });

  test('trailers end a request too', () => {
    const { exchange } = createBench();
    exchange.requestHeaders(rawHeaders(CHAT), false, none);
    exchange.requestBody(Buffer.from(JSON.stringify(CHAT_REQUEST)), false, none);
    expect(metadataOf(exchange.requestTrailers())['request_model']).toBe('gpt-4o');
  });

  test('the usage of a stream, with the very chunk that carries it', () => {
    const bench = requested(CHAT_STREAM_REQUEST);
    respond(bench, STREAM_HEADERS);
    bench.advance(25);
    expect(metadataOf(send(bench, sse(chatDelta({ content: 'x' }))))).toEqual({
      response_model: 'gpt-4o-2024-08-06',
      token_latency_ttft: 25,
    });
    expect(send(bench, sse(chatDelta({ content: 'y' })))).toEqual({});
    bench.settle();
    expect(metadataOf(send(bench, sse(USAGE_CHUNK)))).toMatchObject({
      llm_input_token: 9,
      llm_output_token: 3,
      llm_total_token: 12,
    });
    expect(metadataOf(send(bench, sse('[DONE]'), true))).toEqual({});
  });

  test('an error event, with its own chunk', () => {
    const bench = requested(CHAT_STREAM_REQUEST);
    respond(bench, STREAM_HEADERS);
    expect(metadataOf(send(bench, sse({ error: { type: 'overloaded_error' } })))).toEqual({
      error_type: 'overloaded_error',
    });
  });

  test('an error status, with the headers', () => {
    const bench = requested(CHAT_REQUEST);
    expect(metadataOf(respond(bench, { ':status': '429' }))['error_type']).toBe('429');
  });

  test('whole JSON, before the end of stream that may come too late', () => {
    const bench = requested(CHAT_REQUEST);
    respond(bench, { 'content-type': 'application/json' });
    const answer = JSON.stringify(chatAnswer({ content: 'x' }));
    expect(send(bench, answer.slice(0, 30))).toEqual({});
    expect(metadataOf(send(bench, answer.slice(30)))).toMatchObject({ llm_total_token: 12, finish_reason: 'stop' });
    expect(send(bench, undefined, true)).toEqual({});
  });

  test('a compressed answer, with the end that waits for its decoder', async () => {
    const bench = requested(CHAT_REQUEST);
    respond(bench, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    expect(send(bench, gzipSync(JSON.stringify(chatAnswer({ content: 'x' }))))).toEqual({});
    const reply = send(bench, undefined, true);
    expect(reply).toBeInstanceOf(Promise);
    expect(metadataOf(await reply)).toMatchObject({ llm_total_token: 12, finish_reason: 'stop' });
  });

  test('a decoder that takes too long costs the metadata, not the record', async () => {
    const bench = requested(CHAT_REQUEST, { limits: { decodeWaitMillis: 0 } });
    respond(bench, { 'content-type': 'application/json', 'content-encoding': 'br' });
    const slow = JSON.stringify(chatAnswer({ content: randomBytes(2 << 20).toString('hex') }));
    send(bench, brotliCompressSync(slow, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }));
    const reply = await send(bench, undefined, true);
    await vi.waitFor(() => {
      bench.settle();
      expect(bench.records).toHaveLength(1);
    }, 10_000);
    expect(reply).toEqual({});
    expect(bench.records[0]?.usage.total).toBe(12);
  });
});

describe('what is no call', () => {
  test('costs one message where nothing was asked for', () => {
    const bench = createBench();
    expect(bench.exchange.requestHeaders(rawHeaders({ ...CHAT, ':path': '/v1/models' }), false, none)).toEqual({});
    bench.exchange.close();
    expect(bench.started()).toBe(0);
  });

  test('ends the stream where everything comes anyway', () => {
    const { exchange } = createBench({ bodiesComeAnyway: true });
    expect(exchange.requestHeaders(rawHeaders({ ...CHAT, ':method': 'GET' }), true, none)).toEqual({ end: true });
    expect(createBench({ bodiesComeAnyway: true }).exchange.requestHeaders(rawHeaders(CHAT), false, none).observe).toBe(
      false,
    );
  });

  test('is told apart by its body on a path of others, and leaves no metadata before', () => {
    const { exchange, records, spans } = createBench();
    const path = { ...CHAT, ':path': '/v1/completions' };
    const first = exchange.requestHeaders(rawHeaders(path), false, none);
    expect(first.observe).toBe(true);
    expect(first.metadata).toBeUndefined();
    expect(exchange.requestBody(Buffer.from('{"code":"x"}'), true, none)).toEqual({ end: true });
    exchange.close();
    expect([records, spans]).toEqual([[], []]);
  });
});

describe('a stream that begins behind the request headers', () => {
  const late = { 'request.method': 'POST', 'request.path': '/v1/chat/completions', 'request.host': 'api.groq.com' };

  test('is a call when the attributes give a path: at the request body', () => {
    const bench = createBench({ bodiesComeAnyway: true });
    bench.exchange.requestBody(Buffer.from(JSON.stringify(CHAT_REQUEST)), true, attributesOf(late));
    respond(bench, {}, true);
    bench.settle();
    expect(bench.records[0]).toMatchObject({ requestModel: 'gpt-4o', provider: 'groq', status: 200 });
  });

  test('at the response headers', () => {
    const bench = createBench();
    bench.exchange.responseHeaders(
      rawHeaders({ ':status': '429' }),
      false,
      attributesOf({ ...late, 'xds.cluster_name': 'c' }),
    );
    send(bench, 'rate limited', true);
    bench.settle();
    expect(bench.records[0]).toMatchObject({
      status: 429,
      backend: 'c',
      failure: { type: '429', exception: { body: 'rate limited' } },
    });
    expect(bench.records[0]?.requestModel).toBeUndefined();
    expect(bench.records[0]?.request.empty).toBe(true);
  });

  test('at the response body', () => {
    const bench = createBench();
    const attributes = attributesOf({ ...late, 'response.code': '503' });
    bench.exchange.responseBody(Buffer.from('no healthy upstream'), true, attributes);
    bench.settle();
    expect(bench.records[0]).toMatchObject({
      status: 503,
      failure: { type: '503', exception: { body: 'no healthy upstream' } },
    });
  });

  test('is none without a path', () => {
    const bench = createBench();
    expect(bench.exchange.responseHeaders(rawHeaders({ ':status': '400' }), false, none)).toEqual({});
    expect(send(bench, 'x', true)).toEqual({});
    bench.exchange.close();
    expect(bench.started()).toBe(0);
  });
});

describe('an answer before the end of its request', () => {
  test('is judged by its status', () => {
    const bench = createBench();
    bench.exchange.requestHeaders(rawHeaders(CHAT), false, none);
    bench.exchange.requestBody(Buffer.from('{"model":"gpt-4o","messages":[{"content":"lo'), false, none);
    respond(bench, { ':status': '401' });
    send(bench, 'who?', true);
    bench.settle();
    expect(bench.records[0]).toMatchObject({ requestModel: 'gpt-4o', failure: { type: '401' } });
  });

  test('does not make a request malformed that was never finished', () => {
    const bench = createBench();
    bench.exchange.requestHeaders(rawHeaders(CHAT), false, none);
    bench.exchange.requestBody(
      Buffer.from(`{"model":"gpt-4o","messages":[{"content":"${'x'.repeat(100_000)}`),
      false,
      none,
    );
    respond(bench, {});
    send(bench, JSON.stringify(chatAnswer({ content: 'x' })), true);
    bench.settle();
    expect(bench.records[0]?.failure).toBeUndefined();
  });

  test('a big request that is whole but for its end is read', () => {
    const bench = createBench();
    bench.exchange.requestHeaders(rawHeaders(CHAT), false, none);
    bench.exchange.requestBody(
      Buffer.from(JSON.stringify({ messages: ['x'.repeat(100_000)], model: 'gpt-4o' })),
      false,
      none,
    );
    respond(bench, {}, true);
    bench.settle();
    expect(bench.records[0]).toMatchObject({ requestModel: 'gpt-4o', failure: undefined });
    expect(bench.records[0]?.request.describe().messages).toHaveLength(1);
  });
});

test('a recorder that fails costs its own signal only', () => {
  const bench = requested(CHAT_REQUEST);
  // the collector stands behind it
  Object.defineProperty(bench.spans, 'push', {
    value: () => {
      throw new Error('boom');
    },
  });
  respond(bench, {}, true);
  bench.settle();
  expect(bench.records).toHaveLength(1);
  expect(bench.errors).toEqual([new Error('boom')]);
  expect(bench.counters.values['recorder.failed']).toBe(1);
});
