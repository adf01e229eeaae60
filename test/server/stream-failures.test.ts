import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { chatCompletions } from '../../src/endpoints/openai/chat-completions.js';
import { GO_ON, type Reply } from '../../src/model/reply.js';
import { eventually } from '../support/eventually.js';
import { type BareServer, type BareServerOptions, startBareServer } from './support/bare-server.js';
import { replyKind } from './support/ext-proc-client.js';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from './support/messages.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: BareServerOptions = {}): Promise<BareServer> {
  const server = await startBareServer(options);
  cleanups.push(() => server.shutdown());
  return server;
}

const CALL = [
  requestHeaders(),
  requestBody(chatRequest('m'), true),
  responseHeaders(),
  responseBody(chatAnswer('m'), true),
];
const SSE = { 'content-type': 'text/event-stream' };
const fail = (): never => {
  throw new Error('boom');
};
const endpointThat = (broken: Partial<typeof chatCompletions>): BareServerOptions => ({
  exchange: { findEndpoint: () => ({ ...chatCompletions, ...broken }) },
});

describe('an error of ours ends the stream, so that Envoy goes on without us, and the call is still recorded once', () => {
  test.each([
    ['reading the request', endpointThat({ readRequest: fail }), CALL, 1],
    ['reading the answer', endpointThat({ readResponse: fail }), CALL, 3],
    ['judging the answer', endpointThat({ isResponse: fail }), CALL, 3],
    ['telling metadata', { exchange: { describeMetadata: fail } }, CALL, 0],
    [
      'starting the fold',
      endpointThat({ createFold: fail }),
      [...CALL.slice(0, 2), responseHeaders(SSE), responseBody(undefined, true)],
      2,
    ],
    [
      'reading the last event',
      endpointThat({ readEvent: fail }),
      [
        ...CALL.slice(0, 2),
        responseHeaders(SSE),
        responseBody('data: {"choices":[]}', false),
        responseBody(undefined, true),
      ],
      4,
    ],
  ])('%s', async (_name, options, messages, replies) => {
    const server = await start(options);
    const stream = server.open();
    for (const message of messages) stream.send(message);
    expect((await stream.ended).code).toBe(status.OK);
    expect(stream.replies.map(replyKind)).toEqual(
      ['requestHeaders', 'requestBody', 'responseHeaders', 'responseBody'].slice(0, replies),
    );
    expect(server.counters.values['streams.internal_error']).toBeGreaterThan(0);
    expect(server.internalErrors).not.toEqual([]);
    await eventually(
      () => server.records.length > 0,
      () => 'no record came',
    );
    await wait(20);
    expect(server.records).toHaveLength(1);
  });

  test('an event that cannot be read, seen after its reply, costs what it says and nothing else', async () => {
    let events = 0;
    const readEvent: typeof chatCompletions.readEvent = (event) => {
      events += 1;
      return JSON.stringify(event).includes('"b"') ? fail() : chatCompletions.readEvent(event);
    };
    const server = await start(endpointThat({ readEvent }));
    const stream = server.open();
    const chunk = (content: string) => `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
    for (const message of [...CALL.slice(0, 2), responseHeaders(SSE)]) await stream.ask(message);
    for (const content of ['a', 'b', 'c', 'd']) await stream.ask(responseBody(chunk(content)));
    await stream.ask(responseBody('data: [DONE]\n\n', true));
    stream.reset();
    await eventually(
      () => server.records.length > 0,
      () => 'no record came',
    );
    expect(server.records[0]?.response.text()).toContain('abcd');
    expect(events).toBe(4);
    expect(server.records[0]?.failure).toBeUndefined();
  });

  test.each([
    ['reading an event', { readEvent: fail }, 'data: {"choices":[]}\n\ndata: [DONE]\n\n', SSE],
    ['reading the last event', { readEvent: fail }, 'data: {"choices":[]}', SSE],
    ['reading an answer', { readResponse: fail }, chatAnswer('m'), {}],
  ])('%s that was compressed, on the turn of the decoder', async (_name, broken, text, headers) => {
    const server = await start(endpointThat(broken));
    const stream = server.open();
    const encoded = { ...headers, 'content-encoding': 'gzip' };
    const messages = [...CALL.slice(0, 2), responseHeaders(encoded), responseBody(gzipSync(text), true)];
    for (const message of messages) stream.send(message);
    await stream.until(4);
    stream.reset();
    await eventually(() => server.records.length > 0 && server.internalErrors.length > 0);
    await wait(20);
    expect(server.records).toHaveLength(1);
  });

  test('a tracer that throws costs the span, not the call', async () => {
    const server = await start({ exchange: { tracer: { start: fail } } });
    const stream = server.open();
    for (const message of CALL) stream.send(message);
    await stream.until(4);
    stream.reset();
    await eventually(() => server.records.length > 0 && server.internalErrors.length > 0);
    expect(server.records[0]).toMatchObject({ requestModel: 'm', usage: { total: 8 } });
  });

  test('a recorder that throws does not keep the others from the call', async () => {
    const seen: string[] = [];
    const server = await start({
      exchange: {
        recorders: [
          { name: 'broken', record: fail },
          { name: 'working', record: (record) => void seen.push(record.requestModel ?? '') },
        ],
      },
    });
    const stream = server.open();
    for (const message of CALL) stream.send(message);
    await stream.until(4);
    await eventually(() => seen.length > 0);
    expect(seen).toEqual(['m']);
    expect(server.counters.values['recorder.failed']).toBe(1);
    expect(stream.isOver()).toBe(false);
    stream.reset();
  });
});

describe('the watchdog', () => {
  /** An exchange that owes its last reply for ever. */
  const owing = (reply: () => Reply | Promise<Reply>): BareServerOptions => ({
    env: { GENAI_EXTPROC_REPLY_MILLIS: '60' },
    createExchange: () => ({
      requestHeaders: () => GO_ON,
      requestBody: () => GO_ON,
      requestTrailers: () => GO_ON,
      responseHeaders: () => GO_ON,
      responseBody: reply,
      responseTrailers: () => GO_ON,
      close: () => undefined,
    }),
  });

  test('ends a stream whose reply is owed for too long', async () => {
    const server = await start(owing(() => new Promise<Reply>(() => undefined)));
    const stream = server.open();
    const began = performance.now();
    for (const message of CALL) stream.send(message);
    expect((await stream.ended).code).toBe(status.OK);
    expect(performance.now() - began).toBeGreaterThan(50);
    expect(stream.replies.map(replyKind)).toEqual(['requestHeaders', 'requestBody', 'responseHeaders']);
    expect(server.counters.values['streams.watchdog']).toBe(1);
  });

  test('a late reply to a stream that was ended is not written', async () => {
    let settle: (reply: Reply) => void = () => undefined;
    const server = await start(
      owing(
        () =>
          new Promise<Reply>((resolve) => {
            settle = resolve;
          }),
      ),
    );
    const stream = server.open();
    for (const message of CALL) stream.send(message);
    await stream.ended;
    settle(GO_ON);
    await wait(10);
    expect(stream.replies).toHaveLength(3);
    expect(server.internalErrors).toEqual([]);
  });

  test('a reply that fails ends the stream', async () => {
    const server = await start(owing(() => Promise.reject(new Error('boom'))));
    const stream = server.open();
    for (const message of CALL) stream.send(message);
    await stream.ended;
    expect(server.internalErrors).toHaveLength(1);
  });

  test('messages behind an owed reply wait for their turn', async () => {
    let count = 0;
    const server = await start(
      owing(() => {
        count += 1;
        return count === 1 ? wait(30, GO_ON) : { metadata: new Map([['place', count]]) };
      }),
    );
    const stream = server.open();
    for (const message of [...CALL, ...CALL.slice(3), { responseTrailers: {} }]) stream.send(message);
    const replies = await stream.until(6);
    expect(replies.map(replyKind)).toEqual([
      'requestHeaders',
      'requestBody',
      'responseHeaders',
      'responseBody',
      'responseBody',
      'responseTrailers',
    ]);
    expect(server.counters.values['streams.watchdog']).toBe(0);
    stream.reset();
  });

  test('a decoder that is slow holds the last reply for a bounded moment only', async () => {
    const server = await start({ env: { GENAI_EXTPROC_DECODE_WAIT_MILLIS: '0' } });
    const stream = server.open();
    const big = gzipSync(chatAnswer('m', { padding: 'x'.repeat(3_000_000) }));
    const messages = [...CALL.slice(0, 2), responseHeaders({ 'content-encoding': 'gzip' }), responseBody(big, true)];
    for (const message of messages) stream.send(message);
    await stream.until(4);
    stream.reset();
    await eventually(
      () => server.records.length > 0,
      () => 'no record came',
    );
    expect(server.records).toHaveLength(1);
  });
});

describe('clients that misbehave', () => {
  test('bytes that are no message end that stream alone', async () => {
    const server = await start();
    const good = server.open();
    await good.ask(CALL[0] as object);
    const frames = await sendRawGrpc(server.server.port, Buffer.from('\x00\x00\x00\x00\x04\xff\xff\xff\xff', 'latin1'));
    expect(frames.status).toBeGreaterThan(0);
    for (const message of CALL.slice(1)) await good.ask(message);
    good.reset();
    await eventually(() => server.records.length > 0);
    expect(server.records).toHaveLength(1);
  });

  test('a connection that speaks no HTTP/2 is closed, the others go on', async () => {
    const server = await start();
    const closed = await new Promise<boolean>((resolve) => {
      const socket: Socket = connect(server.server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
      socket.on('close', () => resolve(true));
      socket.on('error', () => undefined);
      socket.resume();
      socket.setTimeout(3000, () => resolve(false));
    });
    expect(closed).toBe(true);
    await server.open().ask(CALL[0] as object);
  });

  test('a client that vanishes in mid-call: every call is recorded once as interrupted', async () => {
    const server = await start();
    const { connectClient } = await import('./support/ext-proc-client.js');
    const client = connectClient(`127.0.0.1:${server.server.port}`);
    const streams = Array.from({ length: 5 }, () => client.open());
    for (const stream of streams) for (const message of CALL.slice(0, 3)) await stream.ask(message);
    client.close();
    for (const stream of streams) stream.reset();
    await eventually(
      () => server.records.length === 5,
      () => `${server.records.length} records of 5`,
    );
    expect(server.records.map((record) => record.failure?.type)).toEqual(Array(5).fill('interrupted'));
  });

  test('a 12 MB message is taken', async () => {
    const server = await start();
    const stream = server.open();
    const body = chatRequest('m', { padding: 'x'.repeat(12_000_000) });
    await stream.ask(requestHeaders());
    await stream.ask(requestBody(body, true));
    for (const message of CALL.slice(2)) await stream.ask(message);
    stream.reset();
    await eventually(() => server.records.length > 0);
    expect(server.records[0]).toMatchObject({ requestModel: 'm', request: { truncated: true } });
  });

  test('a message over the limit of the settings ends its stream, and the call is recorded', async () => {
    const server = await start({ env: { GENAI_EXTPROC_MESSAGE_BYTES: '10000' } });
    const stream = server.open();
    await stream.ask(requestHeaders());
    stream.send(requestBody('x'.repeat(20_000), true));
    expect((await stream.ended).code).toBe(status.RESOURCE_EXHAUSTED);
    await eventually(
      () => server.records.length > 0,
      () => 'no record came',
    );
    expect(server.records[0]?.failure?.type).toBe('interrupted');
  });

  test('500 streams at once: each has its own replies and its own record', async () => {
    const server = await start();
    const streams = Array.from({ length: 500 }, () => server.open());
    await Promise.all(streams.map((stream) => stream.ask(requestHeaders())));
    await Promise.all(streams.map((stream, index) => stream.ask(requestBody(chatRequest(`m-${index}`), true))));
    await Promise.all(streams.map((stream) => stream.ask(responseHeaders())));
    await Promise.all(streams.map((stream, index) => stream.ask(responseBody(chatAnswer(`m-${index}`), true))));
    for (const stream of streams) stream.reset();
    await eventually(
      () => server.records.length === 500,
      () => `${server.records.length} records of 500`,
    );
    const pairs = server.records.map((record) => [record.requestModel, record.reportedModel]);
    expect(new Set(pairs.map(([model]) => model)).size).toBe(500);
    expect(pairs.every(([model, reported]) => reported === `${model}-2024`)).toBe(true);
    expect(server.internalErrors).toEqual([]);
  });
});

/** One call of Process with bytes of our own as its first frame; resolves with the gRPC status. */
async function sendRawGrpc(port: number, bytes: Buffer): Promise<{ status: number }> {
  const http2 = await import('node:http2');
  const session = http2.connect(`http://127.0.0.1:${port}`);
  try {
    return await new Promise((resolve, reject) => {
      const request = session.request({
        ':method': 'POST',
        ':path': '/envoy.service.ext_proc.v3.ExternalProcessor/Process',
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      request.on('response', (headers) => {
        if (headers['grpc-status'] !== undefined) resolve({ status: Number(headers['grpc-status']) });
      });
      request.on('trailers', (headers) => resolve({ status: Number(headers['grpc-status']) }));
      request.on('error', reject);
      request.resume();
      request.write(bytes);
    });
  } finally {
    session.destroy();
  }
}
