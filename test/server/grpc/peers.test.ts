import { type ClientHttp2Stream, connect } from 'node:http2';
import { afterEach, describe, expect, test } from 'vitest';
import type { Call, CallListener } from '../../../src/server/grpc/call.js';
import { FLAG, FRAME, SETTING } from '../../../src/server/http2/frames.js';
import { encodeHeaders } from '../../../src/server/http2/header-encoder.js';
import { LIMITS } from '../../../src/server/http2/limits.js';
import { eventually } from '../../support/eventually.js';
import { connectRaw, frame, type RawClient, uint32 } from '../http2/support/raw-client.js';
import { type EchoServer, startEcho } from './support/grpc-peer.js';

/** What peers may do that Envoy and grpc-js do not, or not always. */
const PATH = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';
const REQUEST = encodeHeaders([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', PATH],
  ['content-type', 'application/grpc'],
]);

let server: EchoServer;
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(behave?: (call: Call) => Partial<CallListener>): Promise<void> {
  server = await startEcho({}, behave);
  cleanups.push(() => server.close(0));
}

async function raw(): Promise<RawClient> {
  const client = await connectRaw(server.port);
  cleanups.push(client.close);
  return client;
}

const message = (length: number) => Buffer.concat([Buffer.from([0]), uint32(length), Buffer.alloc(length, 'm')]);
const setting = (name: number, value: number) =>
  frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.from([0, name]), uint32(value)]));
const open = (id: number, flags: number = FLAG.endHeaders) => frame(FRAME.headers, flags, id, REQUEST);

/** Bytes as DATA frames of at most `size`. */
function dataFrames(id: number, bytes: Buffer, size = 16_384): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) frames.push(frame(FRAME.data, 0, id, bytes.subarray(at, at + size)));
  return Buffer.concat(frames);
}

const received = (client: RawClient) =>
  client.frames.filter(({ type }) => type === FRAME.data).reduce((sum, { payload }) => sum + payload.length, 0);

describe('a window of the connection that opens bit by bit', () => {
  test('lets go what the call adds as soon as it can', async () => {
    await start((call) => ({
      message: (bytes) => void (call.write(bytes) || call.pause()),
      writable: () => call.resume(),
    }));
    const client = await raw();
    client.send(setting(SETTING.initialWindowSize, 1_000_000), open(1));
    client.send(dataFrames(1, Buffer.concat([message(60_000), message(60_000), message(60_000)])));
    await client.settled();
    expect(received(client)).toBe(65_535);
    // the second message leaves, and the third takes its place behind the window
    client.send(frame(FRAME.windowUpdate, 0, 0, uint32(60_000)));
    await client.settled();
    expect(received(client)).toBe(125_535);
    client.send(frame(FRAME.windowUpdate, 0, 0, uint32(60_000)));
    await client.settled();
    expect(received(client)).toBe(3 * 60_005);
  });

  test('and one of the stream, while that of the connection is shut', async () => {
    await start((call) => ({
      message: (bytes) => void (call.write(bytes) || call.pause()),
      writable: () => call.resume(),
    }));
    const client = await raw();
    client.send(setting(SETTING.initialWindowSize, 60_005), open(1));
    client.send(dataFrames(1, Buffer.concat([message(60_000), message(5000), message(60_000)])));
    await client.settled();
    expect(received(client)).toBe(60_005);
    client.send(frame(FRAME.windowUpdate, 0, 1, uint32(1_000_000)));
    await client.settled();
    expect(received(client)).toBe(65_535);
    client.send(frame(FRAME.windowUpdate, 0, 0, uint32(5000)));
    await client.settled();
    client.send(frame(FRAME.windowUpdate, 0, 0, uint32(1_000_000)));
    await client.settled();
    expect(received(client)).toBe(60_005 + 5005 + 60_005);
  });
});

describe('a peer whose header table is smaller than the usual', () => {
  // nghttp2 (as Envoy with hpack_table_size) refuses the next block when it does not hear that we have shrunk the table
  test.each([0, 100, 4095])(
    'of %d bytes reads our headers',
    async (headerTableSize) => {
      await start();
      const session = connect(`http://127.0.0.1:${server.port}`, { settings: { headerTableSize } });
      session.on('error', () => undefined);
      cleanups.push(() => session.destroy());
      const ask = async () => {
        const stream: ClientHttp2Stream = session.request({
          ':method': 'POST',
          ':path': PATH,
          'content-type': 'application/grpc',
        });
        const seen: unknown[] = [];
        stream.on('response', (headers) => seen.push(headers[':status']));
        stream.on('trailers', (headers) => seen.push(headers['grpc-status']));
        stream.on('error', () => undefined);
        stream.resume();
        stream.write(message(3));
        stream.end();
        await new Promise((resolve) => stream.on('close', resolve));
        return seen;
      };
      await new Promise((resolve) => session.once('localSettings', resolve)); // the server has taken ours
      expect([await ask(), await ask()]).toEqual([
        [200, '0'],
        [200, '0'],
      ]);
    },
    10_000,
  );

  test('hears of it once, and other peers never', async () => {
    await start();
    const first = async (client: RawClient, id: number) => {
      client.send(open(id, FLAG.endHeaders | FLAG.endStream));
      return (await client.until(({ type, stream }) => type === FRAME.headers && stream === id)).payload[0];
    };
    const client = await raw();
    client.send(setting(SETTING.headerTableSize, 0), setting(SETTING.headerTableSize, 4096));
    expect([await first(client, 1), await first(client, 3)]).toEqual([0x20, 0x88]);
    client.send(setting(SETTING.headerTableSize, 0));
    expect(await first(client, 5)).toBe(0x88);
    const other = await raw();
    other.send(setting(SETTING.headerTableSize, 65_536));
    expect(await first(other, 1)).toBe(0x88);
  });
});

test('what came in frames of one byte while its call was paused is read at once', async () => {
  await start((call) => {
    call.pause();
    return {};
  });
  const client = await raw();
  const bytes = Buffer.concat(Array.from({ length: Math.floor(LIMITS.streamWindow / 106) }, () => message(101)));
  client.send(open(1), dataFrames(1, bytes, 1));
  await client.settled();
  const [call] = server.calls as [Call];
  const started = performance.now();
  call.resume();
  expect(performance.now() - started).toBeLessThan(2000);
  client.send(frame(FRAME.windowUpdate, 0, 0, uint32(1_000_000)), frame(FRAME.windowUpdate, 0, 1, uint32(1_000_000)));
  await eventually(() => received(client) === bytes.length);
}, 30_000);

test('many streams that are reset at once leave nothing, and the connection goes on', async () => {
  await start();
  const client = await raw();
  const pairs = Array.from({ length: 20_000 }, (_, index) =>
    Buffer.concat([open(2 * index + 1), frame(FRAME.resetStream, 0, 2 * index + 1, uint32(8))]),
  );
  client.send(Buffer.concat(pairs));
  await client.settled();
  expect(server.log.filter((line) => line === 'closed')).toHaveLength(20_000);
  expect(client.frames.some(({ type }) => type === FRAME.goAway || type === FRAME.resetStream)).toBe(false);
}, 30_000);
