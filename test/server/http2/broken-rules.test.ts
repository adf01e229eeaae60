import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ERROR, FLAG, FRAME, PREFACE } from '../../../src/server/http2/frames.js';
import { encodeHeaders } from '../../../src/server/http2/header-encoder.js';
import { LIMITS } from '../../../src/server/http2/limits.js';
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

async function raw(greets = true): Promise<RawClient> {
  const client = await connectRaw(server.port, greets);
  cleanups.push(client.close);
  return client;
}

describe('what breaks the rules ends the connection', () => {
  const priority = (on: number) => Buffer.concat([uint32(on), Buffer.from([16])]);
  const setting = (name: number, value: number) => Buffer.concat([Buffer.from([0, name]), uint32(value)]);
  test.each<[string, number, Buffer[]]>([
    ['data without a stream', ERROR.protocol, [frame(FRAME.data, 0, 0, Buffer.from('x'))]],
    ['data on a stream that was not opened', ERROR.protocol, [frame(FRAME.data, 0, 1, Buffer.from('x'))]],
    ['a stream of an even number', ERROR.protocol, [headersFrame(2)]],
    ['headers on a closed stream', ERROR.streamClosed, [headersFrame(3, BOTH), headersFrame(1)]],
    ['a window of 0 more', ERROR.protocol, [frame(FRAME.windowUpdate, 0, 0, uint32(0))]],
    ['a window beyond the greatest', ERROR.flowControl, [frame(FRAME.windowUpdate, 0, 0, uint32(0x7fff_ffff))]],
    ['a window update of 3 bytes', ERROR.frameSize, [frame(FRAME.windowUpdate, 0, 0, Buffer.alloc(3))]],
    ['settings of 5 bytes', ERROR.frameSize, [frame(FRAME.settings, 0, 0, Buffer.alloc(5))]],
    ['settings of a stream', ERROR.protocol, [frame(FRAME.settings, 0, 1)]],
    ['an answer to settings that says more', ERROR.frameSize, [frame(FRAME.settings, 1, 0, Buffer.alloc(6))]],
    ['a first window beyond the greatest', ERROR.flowControl, [frame(FRAME.settings, 0, 0, setting(4, 0x8000_0000))]],
    ['a frame size out of range', ERROR.protocol, [frame(FRAME.settings, 0, 0, setting(5, 100))]],
    ['push that is neither on nor off', ERROR.protocol, [frame(FRAME.settings, 0, 0, setting(2, 2))]],
    ['a ping of 7 bytes', ERROR.frameSize, [frame(FRAME.ping, 0, 0, Buffer.alloc(7))]],
    ['a ping on a stream', ERROR.protocol, [frame(FRAME.ping, 0, 1, Buffer.alloc(8))]],
    ['a reset of a stream that was not opened', ERROR.protocol, [frame(FRAME.resetStream, 0, 1, uint32(8))]],
    ['a reset of 3 bytes', ERROR.frameSize, [headersFrame(1), frame(FRAME.resetStream, 0, 1, Buffer.alloc(3))]],
    ['a push', ERROR.protocol, [frame(FRAME.pushPromise, 4, 1, uint32(2))]],
    ['a GOAWAY on a stream', ERROR.protocol, [frame(FRAME.goAway, 0, 1, Buffer.alloc(8))]],
    ['a continuation of nothing', ERROR.protocol, [frame(FRAME.continuation, 4, 1, REQUEST)]],
    [
      'a header block that is interrupted',
      ERROR.protocol,
      [headersFrame(1, 0), frame(FRAME.ping, 0, 0, Buffer.alloc(8))],
    ],
    [
      'a header block continued on another stream',
      ERROR.protocol,
      [headersFrame(1, 0), frame(FRAME.continuation, 4, 3)],
    ],
    ['a header block that is none', ERROR.compression, [headersFrame(1, 4, Buffer.from([0x80]))]],
    [
      'more padding than headers',
      ERROR.protocol,
      [headersFrame(1, FLAG.endHeaders | FLAG.padded, Buffer.from([9, 0x82]))],
    ],
    [
      'more padding than data',
      ERROR.protocol,
      [headersFrame(1), frame(FRAME.data, FLAG.padded, 1, Buffer.from([9, 1]))],
    ],
    ['padding without its length', ERROR.protocol, [headersFrame(1), frame(FRAME.data, FLAG.padded, 1)]],
    ['a stream that depends on itself', ERROR.protocol, [headersFrame(1, 0x24, Buffer.concat([priority(1), REQUEST]))]],
    [
      'continuations without an end',
      ERROR.enhanceYourCalm,
      [headersFrame(1, 0), ...Array.from({ length: 40 }, () => frame(FRAME.continuation, 0, 1))],
    ],
    [
      'a header block without an end',
      ERROR.enhanceYourCalm,
      [headersFrame(1, 0), ...Array.from({ length: 5 }, () => frame(FRAME.continuation, 0, 1, Buffer.alloc(16_384)))],
    ],
    ['a frame beyond the limit', ERROR.frameSize, [Buffer.from([0, 0x40, 1, 0, 0, 0, 0, 0, 1])]],
  ])('%s', async (_name, code, frames) => {
    const client = await raw();
    client.send(...frames);
    expect(await client.goAway()).toBe(code);
    await client.closed;
    await eventually(() => server.connections.size === 0 && server.open === 0);
  });

  test.each([
    ['no HTTP/2', [Buffer.from('POST / HTTP/1.1\r\n\r\n')]],
    ['no settings first', [PREFACE, frame(FRAME.ping, 0, 0, Buffer.alloc(8))]],
    ['an answer to settings first', [PREFACE, frame(FRAME.settings, 1, 0)]],
  ])('%s', async (_name, parts) => {
    const client = await raw(false);
    client.send(...parts);
    expect(await client.goAway()).toBe(ERROR.protocol);
    await client.closed;
  });

  test('saying nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const [silent, speaking] = [await raw(false), await raw()];
      await speaking.settled();
      await vi.advanceTimersByTimeAsync(LIMITS.greetingMillis);
      await silent.closed;
      await speaking.settled();
    } finally {
      vi.useRealTimers();
    }
  });
});

test('a client that never reads is let go of when its connection is over', async () => {
  const client = await raw();
  await client.settled();
  client.socket.pause();
  const setting = (value: number) => Buffer.concat([Buffer.from([0, 4]), uint32(value)]);
  client.send(
    frame(FRAME.settings, 0, 0, setting(0x7fff_ffff)),
    frame(FRAME.windowUpdate, 0, 0, uint32(0x7fff_0000)),
    headersFrame(1),
  );
  for (let count = 0; count < 1000; count += 1) client.send(frame(FRAME.data, 0, 1, Buffer.alloc(16_384)));
  await eventually(() => client.socket.writableLength > 0);
  const [connection] = server.connections;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    connection?.close();
    await vi.advanceTimersByTimeAsync(LIMITS.farewellMillis - 1);
    expect(server.connections.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
  } finally {
    vi.useRealTimers();
  }
  await eventually(() => server.connections.size === 0);
});

describe('what breaks the rules of a stream ends the stream alone', () => {
  const withHeaders = (...more: [string, string][]) =>
    encodeHeaders([[':method', 'POST'], [':scheme', 'http'], [':path', '/x'], ...more]);
  const headersOf = (block: Buffer) => [headersFrame(1, BOTH, block)];
  test.each<[string, number, Buffer[]]>([
    [
      'data after its end',
      ERROR.streamClosed,
      [headersFrame(1), frame(FRAME.data, 1, 1), frame(FRAME.data, 0, 1, Buffer.from('x'))],
    ],
    ['a window of 0 more', ERROR.protocol, [headersFrame(1), frame(FRAME.windowUpdate, 0, 1, uint32(0))]],
    [
      'a window beyond the greatest',
      ERROR.flowControl,
      [headersFrame(1), frame(FRAME.windowUpdate, 0, 1, uint32(0x7fff_ffff))],
    ],
    ['headers again, and no end', ERROR.protocol, [headersFrame(1), headersFrame(1)]],
    ['trailers that are a request', ERROR.protocol, [headersFrame(1), headersFrame(1, BOTH)]],
    ['a capital in a name', ERROR.protocol, headersOf(withHeaders(['X-Y', 'z']))],
    ['an empty name', ERROR.protocol, headersOf(Buffer.concat([REQUEST, Buffer.from([0, 0, 1, 0x61])]))],
    ['a header of HTTP/1', ERROR.protocol, headersOf(withHeaders(['connection', 'close']))],
    ['a line break in a value', ERROR.protocol, headersOf(withHeaders(['x-y', 'z\nx-z: 1']))],
    ['a NUL in a value', ERROR.protocol, headersOf(withHeaders(['x-y', 'z\0']))],
    ['a value that begins with a space', ERROR.protocol, headersOf(withHeaders(['x-y', ' z']))],
    ['a value that ends with a tab', ERROR.protocol, headersOf(withHeaders(['x-y', 'z\t']))],
    ['a capital in a trailer', ERROR.protocol, [headersFrame(1), headersFrame(1, BOTH, encodeHeaders([['X-Y', 'z']]))]],
    ['te other than trailers', ERROR.protocol, headersOf(withHeaders(['te', 'gzip']))],
    ['a pseudo header that is none', ERROR.protocol, headersOf(withHeaders([':protocol', 'x']))],
    ['a pseudo header after the others', ERROR.protocol, headersOf(withHeaders(['a', 'b'], [':authority', 'x']))],
    ['a pseudo header twice', ERROR.protocol, headersOf(withHeaders([':path', '/y']))],
    [
      'no path',
      ERROR.protocol,
      headersOf(
        encodeHeaders([
          [':method', 'POST'],
          [':scheme', 'http'],
        ]),
      ),
    ],
    [
      'an empty path',
      ERROR.protocol,
      headersOf(
        encodeHeaders([
          [':method', 'POST'],
          [':scheme', 'http'],
          [':path', ''],
        ]),
      ),
    ],
    [
      'more headers than the limit',
      ERROR.enhanceYourCalm,
      headersOf(Buffer.concat([REQUEST, Buffer.alloc(4000, 0x82)])),
    ],
    ['a priority of 4 bytes', ERROR.frameSize, [headersFrame(1), frame(FRAME.priority, 0, 1, Buffer.alloc(4))]],
  ])('%s', async (_name, code, frames) => {
    const client = await raw();
    client.send(...frames);
    expect(await client.reset(1)).toBe(code);
    client.send(headersFrame(5));
    await client.until(({ type, stream }) => type === FRAME.headers && stream === 5);
    expect(server.open).toBe(1);
  });

  test('what was on its way when the stream was reset harms no other', async () => {
    const client = await raw();
    client.send(headersFrame(1, FLAG.endHeaders, withHeaders(['X-Y', 'z'])), headersFrame(3));
    expect(await client.reset(1)).toBe(ERROR.protocol);
    client.send(
      frame(FRAME.windowUpdate, 0, 1, uint32(1)),
      frame(FRAME.data, 0, 1, Buffer.from('x')),
      headersFrame(1, BOTH, encodeHeaders([['x-y', 'z']])),
    );
    await client.settled();
    expect(server.open).toBe(1);
  });

  test('more data than its window', async () => {
    const client = await raw();
    server.hold(true);
    const chunk = frame(FRAME.data, 0, 1, Buffer.alloc(16_384));
    client.send(headersFrame(1), ...Array.from({ length: LIMITS.streamWindow / 16_384 + 1 }, () => chunk));
    expect(await client.reset(1)).toBe(ERROR.flowControl);
    await client.settled();
  });

  test('more streams than the limit', async () => {
    const client = await raw();
    const ids = Array.from({ length: LIMITS.streams + 1 }, (_, index) => 2 * index + 1);
    client.send(...ids.map((id) => headersFrame(id)));
    expect(await client.reset(ids.at(-1) as number)).toBe(ERROR.refusedStream);
    expect(server.open).toBe(LIMITS.streams);
  });
});

test('no bytes harm anybody else', async () => {
  const neighbour = await raw();
  neighbour.send(headersFrame(1));
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(fc.nat(11), fc.nat(255), fc.nat(9), fc.uint8Array({ maxLength: 60 })).map((parts) => frame(...parts)),
    fc.nat(4).map((index) => headersFrame(2 * index + 1)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
      const client = await connectRaw(server.port);
      client.socket.end(Buffer.concat(parts));
      client.socket.resume();
      await client.closed;
    }),
    { numRuns: 300 },
  );
  await neighbour.settled();
  await eventually(() => server.connections.size === 1 && server.open === 1);
}, 60_000);
