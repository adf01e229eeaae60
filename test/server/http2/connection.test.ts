import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FLAG, FRAME } from '../../../src/server/http2/frames.js';
import { encodeHeaders } from '../../../src/server/http2/header-encoder.js';
import { eventually } from '../../support/eventually.js';
import { type EchoServer, startEchoServer } from './support/echo-server.js';
import { BOTH, connectRaw, frame, headersFrame, type RawClient, REQUEST, uint32 } from './support/raw-client.js';

let server: EchoServer;
const cleanups: (() => void)[] = [];
beforeEach(async () => {
  server = await startEchoServer();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await server.close();
});

/** Node's own client, the oracle. */
function nodeClient(settings: Parameters<typeof connect>[1] = {}): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${server.port}`, settings);
  session.on('error', () => undefined);
  cleanups.push(() => session.destroy());
  return session;
}

async function raw(greets = true): Promise<RawClient> {
  const client = await connectRaw(server.port, greets);
  cleanups.push(client.close);
  return client;
}

interface Answer {
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders;
  body: Buffer;
  code: number;
}

function answerTo(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve) => {
    const answer: Answer = { headers: {}, trailers: {}, body: Buffer.alloc(0), code: 0 };
    const chunks: Buffer[] = [];
    stream.on('response', (headers) => (answer.headers = headers));
    stream.on('trailers', (trailers) => (answer.trailers = trailers));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => resolve({ ...answer, body: Buffer.concat(chunks), code: stream.rstCode ?? 0 }));
  });
}

const POST = { ':method': 'POST', ':path': '/x' };

describe("Node's own client", () => {
  test('gets back what it sends, however much, with trailers', async () => {
    const session = nodeClient();
    const bodies = [Buffer.alloc(0), Buffer.from('short'), Buffer.alloc(3_000_000, 'long')];
    const answers = await Promise.all(
      bodies.map((body) => {
        const stream = session.request(POST, { endStream: false });
        stream.end(body);
        return answerTo(stream);
      }),
    );
    for (const [index, answer] of answers.entries()) {
      expect(answer.headers[':status']).toBe(200);
      expect(answer.trailers['x-end']).toBe('yes');
      expect(answer.body.equals(bodies[index] as Buffer)).toBe(true);
      expect(answer.code).toBe(0);
    }
    expect([server.open, server.closed]).toEqual([0, 3]);
  });

  test('with a window of one byte gets every byte', async () => {
    const session = nodeClient({ settings: { initialWindowSize: 1 } });
    const stream = session.request(POST, { endStream: false });
    stream.end('one byte after the other');
    const answer = await answerTo(stream);
    expect(answer.body.toString()).toBe('one byte after the other');
    expect(answer.trailers['x-end']).toBe('yes');
  });

  test('whose headers are whatever they are: each text is read right', async () => {
    const session = nodeClient();
    // a run of a short code makes even the rarest symbols worth coding
    const everyByte = Array.from({ length: 255 - 0x21 }, (_, index) => index + 0x21).filter((code) => code !== 0x7f);
    const values = everyByte.map((code) => `${'a'.repeat(20)}${String.fromCharCode(code)}a`);
    for (const value of values) session.request({ ...POST, 'x-value': value }, { endStream: true }).resume();
    await eventually(() => server.closed === values.length);
    expect(server.headers.map((headers) => headers[headers.indexOf('x-value') + 1])).toEqual(values);
  });

  test('whose headers lean on those before them', async () => {
    const session = nodeClient();
    const name = fc.stringMatching(/^x-[a-z0-9-]{1,20}$/);
    const value = fc.stringMatching(/^[!-~]([ -~]{0,120}[!-~])?$/);
    const requests = fc.sample(fc.dictionary(name, value, { maxKeys: 12 }), { numRuns: 300, seed: 7 });
    for (const headers of requests) session.request({ ...POST, ...headers }, { endStream: true }).resume();
    await eventually(() => server.closed === requests.length, undefined, 10_000);
    for (const [index, headers] of requests.entries()) {
      const seen = server.headers[index] as string[];
      for (const [key, text] of Object.entries(headers)) expect(seen[seen.indexOf(key) + 1]).toBe(text);
    }
  });

  test('may reset as many streams as it likes', async () => {
    const session = nodeClient();
    for (let count = 0; count < 40; count += 1) {
      const streams = Array.from({ length: 100 }, () => session.request(POST, { endStream: false }));
      await Promise.all(
        streams.map((stream) => {
          stream.on('error', () => undefined).on('response', () => stream.close(constants.NGHTTP2_CANCEL));
          return answerTo(stream);
        }),
      );
    }
    await eventually(() => server.closed === 4000);
    expect([session.destroyed, server.connections.size, server.open]).toEqual([false, 1, 0]);
  });

  test('that goes away takes its streams with it', async () => {
    const session = nodeClient();
    for (let count = 0; count < 10; count += 1)
      session.request(POST, { endStream: false }).on('error', () => undefined);
    await eventually(() => server.open === 10);
    session.destroy();
    await eventually(() => server.connections.size === 0);
    expect([server.open, server.closed]).toEqual([0, 10]);
  });

  test('is paused by a stream that takes nothing, and no other stream is', async () => {
    const session = nodeClient();
    server.hold(true);
    const body = Buffer.alloc(2_000_000, 'x');
    const held = session.request(POST, { endStream: false });
    const answer = answerTo(held);
    held.end(body);
    await eventually(() => held.writableLength > 0 && server.open === 1);
    const other = session.request(POST, { endStream: false });
    other.end();
    expect((await answerTo(other)).trailers['x-end']).toBe('yes');
    expect(server.ended).toBe(1);
    server.hold(false);
    expect((await answer).body.length).toBe(body.length);
  });
});

describe('a drain', () => {
  test('lets what is open end, takes what was on its way, then ends the connection', async () => {
    const client = await raw();
    client.send(headersFrame(1));
    await client.settled();
    for (const connection of server.connections) connection.drain();
    const ping = await client.until(({ type, flags }) => type === FRAME.ping && flags === 0);
    // it does not know yet
    client.send(headersFrame(3));
    client.send(frame(FRAME.ping, FLAG.ack, 0, ping.payload));
    await eventually(() => client.frames.filter(({ type }) => type === FRAME.goAway).length === 2);
    const last = client.frames
      .filter(({ type }) => type === FRAME.goAway)
      .map(({ payload }) => payload.readUInt32BE(0));
    expect(last).toEqual([0x7fff_ffff, 3]);
    client.send(headersFrame(5));
    await client.settled();
    expect(server.open).toBe(2);
    client.send(frame(FRAME.data, FLAG.endStream, 1), frame(FRAME.data, FLAG.endStream, 3));
    await client.closed;
    expect([server.ended, server.closed, server.connections.size]).toEqual([2, 2, 0]);
  });

  test('does not wait for one that has never said anything', async () => {
    const client = await raw(false);
    await eventually(() => server.connections.size === 1);
    for (const connection of server.connections) connection.drain();
    await client.closed;
  });

  test('that is over ends the streams in peace', async () => {
    const client = await raw();
    client.send(headersFrame(1));
    await client.settled();
    for (const connection of server.connections) connection.cut();
    await client.until(({ type, flags, stream }) => type === FRAME.headers && flags === BOTH && stream === 1);
    client.send(frame(FRAME.resetStream, 0, 1, uint32(8)));
    await client.closed;
    expect(server.closed).toBe(1);
  });
});

describe('what is allowed', () => {
  test('padding, priorities, unknown frames and unknown settings', async () => {
    const client = await raw();
    const padded = Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 16]), REQUEST, Buffer.alloc(3)]);
    client.send(
      frame(0xee, 0xff, 1, Buffer.from('whatever')),
      frame(FRAME.settings, 0, 0, Buffer.from([0xab, 0xcd, 0, 0, 0, 1])),
      headersFrame(1, FLAG.endHeaders | FLAG.padded | FLAG.priority, padded),
      frame(FRAME.priority, 0, 7, Buffer.from([0, 0, 0, 1, 16])),
      frame(FRAME.data, FLAG.padded | FLAG.endStream, 1, Buffer.from([2, 0x68, 0x69, 0, 0])),
    );
    const data = await client.until(({ type }) => type === FRAME.data);
    expect(data.payload.toString()).toBe('hi');
    await client.until(({ type, flags }) => type === FRAME.headers && flags === BOTH);
  });

  test('headers in many pieces', async () => {
    const client = await raw();
    const pieces = [...REQUEST].map((byte) => Buffer.from([byte]));
    client.send(
      headersFrame(1, FLAG.endStream, pieces[0] as Buffer),
      ...pieces.slice(1, 10).map((piece) => frame(FRAME.continuation, 0, 1, piece)),
      frame(FRAME.continuation, FLAG.endHeaders, 1, Buffer.concat(pieces.slice(10))),
    );
    await client.until(({ type, flags }) => type === FRAME.headers && flags === BOTH);
  });

  test('trailers, which gRPC has none of', async () => {
    const client = await raw();
    client.send(headersFrame(1), headersFrame(1, BOTH, encodeHeaders([['x-y', 'z']])));
    await client.until(({ type, flags }) => type === FRAME.headers && flags === BOTH);
  });

  test('a window that shrinks below what was sent, and opens again', async () => {
    const client = await raw();
    const first = (value: number) => frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(value)]));
    client.send(first(10), headersFrame(1), frame(FRAME.data, 0, 1, Buffer.from('0123456789abcdef')));
    await client.settled();
    const sent = () =>
      Buffer.concat(client.frames.filter(({ type }) => type === FRAME.data).map(({ payload }) => payload));
    expect(sent().toString()).toBe('0123456789');
    client.send(first(2), frame(FRAME.windowUpdate, 0, 1, uint32(5)));
    await client.settled();
    expect(sent().toString()).toBe('0123456789'); // 2 + 5 - 10 is below nothing
    client.send(frame(FRAME.windowUpdate, 0, 1, uint32(5)));
    await client.settled();
    expect(sent().toString()).toBe('0123456789ab');
    client.send(first(100));
    await client.settled();
    expect(sent().toString()).toBe('0123456789abcdef');
  });
});
