import { compressionAlgorithms, Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Settings } from '../../../src/config/settings.js';
import type { Call, CallListener } from '../../../src/server/grpc/call.js';
import { FLAG, FRAME } from '../../../src/server/http2/frames.js';
import { encodeHeaders } from '../../../src/server/http2/header-encoder.js';
import { eventually } from '../../support/eventually.js';
import { testSettings } from '../../support/sidecar.js';
import { connectRaw, frame, type RawClient, uint32 } from '../http2/support/raw-client.js';
import { connectPeer, type EchoServer, type Peer, startEcho } from './support/grpc-peer.js';

let server: EchoServer;
let peer: Peer;
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(change: Partial<Settings> = {}, behave?: (call: Call) => Partial<CallListener>, options = {}) {
  server = await startEcho(change, behave);
  peer = connectPeer(server.address, undefined, options);
  cleanups.push(
    () => server.close(0),
    () => peer.close(),
  );
}

async function raw(): Promise<RawClient> {
  const client = await connectRaw(server.port);
  cleanups.push(client.close);
  return client;
}

const limits = (messageBytes: number) => ({ limits: { ...testSettings().limits, messageBytes } });

describe('the official client', () => {
  test('gets back its messages, in order, and a status', async () => {
    await start();
    const call = peer.open();
    for (let index = 0; index < 5000; index += 1) call.stream.write(Buffer.from(`message ${index}`));
    call.stream.end();
    expect(await call.ended).toMatchObject({ code: status.OK, details: '' });
    expect(call.received.map(String)).toEqual(Array.from({ length: 5000 }, (_, index) => `message ${index}`));
    expect(server.log).toEqual(['ended', 'closed']);
  });

  test('gets back big messages and empty ones', async () => {
    await start(limits(-1));
    const call = peer.open();
    const messages = [Buffer.alloc(0), Buffer.alloc(20_000_000, 'big'), Buffer.alloc(0), Buffer.alloc(70_000, 'x')];
    for (const message of messages) call.stream.write(message);
    call.stream.end();
    expect((await call.ended).code).toBe(status.OK);
    expect(call.received.map((bytes, index) => bytes.equals(messages[index] as Buffer))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  }, 30_000);

  test('has hundreds of calls at once', async () => {
    await start();
    const calls = Array.from({ length: 300 }, (_, index) => {
      const call = peer.open();
      call.stream.write(Buffer.from(`call ${index}`));
      call.stream.end();
      return call;
    });
    expect(new Set(await Promise.all(calls.map(async ({ ended }) => (await ended).code)))).toEqual(
      new Set([status.OK]),
    );
    expect(calls.map(({ received }) => received.map(String))).toEqual(calls.map((_, index) => [`call ${index}`]));
  });

  test('shows its metadata, and what is not there is not there', async () => {
    await start();
    const metadata = new Metadata();
    metadata.set('x-one', 'first');
    metadata.add('x-one', 'second');
    const call = peer.open({ metadata });
    call.stream.end();
    await call.ended;
    expect(['x-one', 'x-two'].map((name) => server.calls[0]?.metadata(name))).toEqual(['first', undefined]);
  });

  test('may hang up at any moment', async () => {
    await start();
    const call = peer.open();
    call.stream.write(Buffer.from('hello'));
    await eventually(() => call.received.length === 1);
    call.stream.cancel();
    // it half-closes just before it resets
    await eventually(() => server.log.includes('closed'));
    expect(server.log.filter((told) => told === 'closed')).toEqual(['closed']);
    server.calls[0]?.write(Buffer.from('nobody listens'));
    server.calls[0]?.end();
  });

  test('may say until when it waits', async () => {
    await start();
    const call = peer.open({ deadline: Date.now() + 50 });
    call.stream.write(Buffer.from('hello'));
    expect((await call.ended).code).toBe(status.DEADLINE_EXCEEDED);
    await eventually(() => server.log.includes('closed'));
  });

  test.each(Object.values(status).filter((code): code is number => typeof code === 'number' && code > 0))(
    'is told status %i with its details',
    async (code) => {
      await start({}, (call) => ({ message: () => call.fail(code, 'not today: 100 % größer\n') }));
      const call = peer.open();
      call.stream.write(Buffer.from('x'));
      expect(await call.ended).toMatchObject({ code, details: 'not today: 100 % größer\n' });
      expect(server.log).toEqual(['closed']);
    },
  );

  test('is told a status after messages too', async () => {
    await start({}, (call) => ({
      message(bytes) {
        call.write(bytes);
        call.fail(status.ABORTED, 'enough');
        call.write(bytes);
      },
    }));
    const call = peer.open();
    call.stream.write(Buffer.from('x'));
    expect(await call.ended).toMatchObject({ code: status.ABORTED, details: 'enough' });
    expect(call.received.map(String)).toEqual(['x']);
  });

  test('is told of a method that is not there', async () => {
    await start();
    expect(await peer.open({ path: '/some.Service/Method' }).ended).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: 'there is no method /some.Service/Method',
    });
    expect(server.calls).toEqual([]);
  });

  test('is told of a message beyond the limit', async () => {
    await start(limits(1000));
    const call = peer.open();
    call.stream.write(Buffer.alloc(1000));
    call.stream.write(Buffer.alloc(1001));
    expect(await call.ended).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(call.received.map(({ length }) => length)).toEqual([1000]);
    expect(server.log).toEqual(['closed']);
  });

  test('is told to leave out compression', async () => {
    await start({}, undefined, { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip });
    const call = peer.open();
    call.stream.write(Buffer.alloc(1000));
    const ended = await call.ended;
    expect(ended).toMatchObject({ code: status.UNIMPLEMENTED, details: 'messages in gzip are not taken' });
    expect(server.calls).toEqual([]);
  });

  test('that does not read is not read', async () => {
    let echoed = 0;
    await start({}, (call) => ({
      message(bytes) {
        echoed += 1;
        if (!call.write(bytes)) call.pause();
      },
      writable: () => call.resume(),
    }));
    const call = peer.open();
    call.stream.pause();
    const message = Buffer.alloc(60_000, 'x');
    for (let index = 0; index < 100; index += 1) call.stream.write(message);
    // windows and the client's own buffers take some
    await eventually(async () => {
      const before = echoed;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return echoed > 0 && echoed === before;
    });
    expect(echoed).toBeLessThan(60);
    call.stream.resume();
    call.stream.end();
    expect((await call.ended).code).toBe(status.OK);
    expect(call.received.length).toBe(100);
  });

  test('waits while the call is paused, and loses nothing, however it is paused', async () => {
    await start({}, (call) => ({
      message(bytes) {
        call.write(bytes);
        if (bytes.length % 3 !== 0) return;
        call.pause();
        if (bytes.length % 2 === 0) call.resume();
        else setTimeout(() => call.resume(), 1);
      },
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(500), { maxLength: 30 }), async (lengths) => {
        const call = peer.open();
        for (const length of lengths) call.stream.write(Buffer.alloc(length, 'x'));
        call.stream.end();
        expect((await call.ended).code).toBe(status.OK);
        expect(call.received.map(({ length }) => length)).toEqual(lengths);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what no library says', () => {
  const PATH = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';
  const request = (...more: [string, string][]) =>
    encodeHeaders([[':method', 'POST'], [':scheme', 'http'], [':path', PATH], ...more]);
  const GRPC: [string, string] = ['content-type', 'application/grpc'];
  const BOTH = FLAG.endHeaders | FLAG.endStream;
  const ask = async (block: Buffer, ...more: Buffer[]) => {
    const client = await raw();
    client.send(frame(FRAME.headers, FLAG.endHeaders, 1, block), ...more);
    return (await client.until(({ type, flags }) => type === FRAME.headers && flags === BOTH)).payload;
  };

  test.each([
    ['no content type', request()],
    ['another content type', request(['content-type', 'application/json'])],
    ['a content type that only begins like it', request(['content-type', 'application/grpc-web'])],
    ['another method', encodeHeaders([[':method', 'GET'], [':scheme', 'http'], [':path', PATH], GRPC])],
  ])('%s: 415', async (_name, block) => {
    await start();
    expect((await ask(block)).equals(encodeHeaders([[':status', '415']]))).toBe(true);
    expect(server.calls).toEqual([]);
  });

  test.each([
    ['a time that is none', request(GRPC, ['grpc-timeout', 'soon']), 'grpc-status13'],
    ['a message that is compressed without a word', request(GRPC), 'grpc-status13', Buffer.from([1, 0, 0, 0, 1, 65])],
  ])('%s', async (_name, block, told, message?: Buffer) => {
    await start();
    const more = message ? [frame(FRAME.data, 0, 1, message)] : [];
    expect((await ask(block, ...more)).toString('latin1').replace(/[^ -~]/g, '')).toContain(told);
  });

  test.each(['application/grpc+proto', 'application/grpc;charset=utf-8'])('%s is gRPC', async (type) => {
    await start();
    const end = frame(FRAME.data, FLAG.endStream, 1);
    const payload = await ask(request(['content-type', type], ['grpc-timeout', '99999999H']), end);
    expect(payload.toString('latin1')).toContain('grpc-status');
    expect(server.calls.length).toBe(1);
  });

  test('a client that stops reading its socket is not read either', async () => {
    await start();
    const client = await raw();
    client.socket.pause();
    const message = Buffer.concat([Buffer.from([0]), uint32(16_000), Buffer.alloc(16_000)]);
    // windows as wide as can be: only the socket itself holds anything back
    client.send(
      frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(0x7fff_ffff)])),
      frame(FRAME.windowUpdate, 0, 0, uint32(0x7fff_0000)),
    );
    const before = process.memoryUsage().arrayBuffers;
    let sent = 0;
    for (let id = 1; id < 4000; id += 2) {
      client.send(frame(FRAME.headers, FLAG.endHeaders, id, request(GRPC)), frame(FRAME.data, 0, id, message));
      sent += message.length;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const unread = client.socket.writableLength;
    expect(unread).toBeGreaterThan(sent / 4);
    // what the test itself holds is what it has not sent
    expect(process.memoryUsage().arrayBuffers - before - unread).toBeLessThan(16_000_000);
    client.socket.resume();
    await client.settled();
    await eventually(() => client.frames.filter(({ type }) => type === FRAME.data).length >= 2000);
  });
});
