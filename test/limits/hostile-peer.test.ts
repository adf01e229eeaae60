import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessingRequest } from '../../src/wire/messages.js';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from '../server/support/messages.js';
import { eventually } from '../support/eventually.js';
import { frameOf, messageFrame, type PeerStream } from './support/peer.js';
import { FULL, type LimitStage, MIB, startLimitStage } from './support/stage.js';

const MANY = FULL ? 100_000 : 10_000;
/** Messages whose replies would take tens of megabytes. */
const UNREAD_MESSAGES = 3_000_000;
/** MiB. */
const GROWTH = 80;

let stage: LimitStage;
let sockets: Socket[] = [];
beforeAll(async () => {
  stage = await startLimitStage();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await eventually(
    async () => (await stage.gauge('calls_open')) === 0 && (await stage.gauge('streams_open')) === 0,
    () => 'streams are left behind',
    20_000,
  );
});
afterAll(() => stage?.close());

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
};

/** An HTTP/2 frame (RFC 9113, section 4.1). */
function h2(
  type: number,
  flags: number,
  id: number,
  payload: Buffer = Buffer.alloc(0),
  length = payload.length,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

const HELLO = Buffer.concat([PREFACE, h2(FRAME.settings, 0, 0)]);

/** Header fields as literals that are not indexed (RFC 7541, section 6.2.2). */
function literals(fields: Record<string, string>): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat(
    Object.entries(fields).map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])),
  );
}

const REQUEST = literals({
  ':method': 'POST',
  ':scheme': 'http',
  ':path': '/envoy.service.ext_proc.v3.ExternalProcessor/Process',
  ':authority': 'x',
  'content-type': 'application/grpc',
  te: 'trailers',
});
const END_HEADERS = 4;

/** A socket that says what it is told, and counts what it hears. */
function raw(): { socket: Socket; write(bytes: Buffer): Promise<void>; heard(): number; closed: Promise<void> } {
  const socket = connect(stage.port, '127.0.0.1');
  sockets.push(socket);
  let heard = 0;
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.length;
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const write = (bytes: Buffer) =>
    new Promise<void>((resolve) => {
      if (socket.destroyed) resolve();
      else socket.write(bytes, () => resolve());
    });
  return { socket, write, heard: () => heard, closed };
}

/** Writes on, a piece at a time, until all is out or the server has had enough. */
async function pour(piece: Buffer, times: number, begin: Buffer = HELLO): Promise<void> {
  const { socket, write, closed } = raw();
  await write(begin);
  for (let done = 0; done < times && !socket.destroyed; done += 1) await Promise.race([write(piece), closed]);
  await wait(50);
}

const idOf = (stream: number) => 2 * stream + 1;
const times = (count: number, make: (index: number) => Buffer) =>
  Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));

/** What is no HTTP/2, or breaks its rules, or keeps them to cost as much as it may. */
const CONNECTIONS: Record<string, () => Promise<unknown>> = {
  'random bytes': () => Promise.all(Array.from({ length: 50 }, () => pour(randomBytes(65_536), 4, Buffer.alloc(0)))),
  'random bytes behind the greeting': () => Promise.all(Array.from({ length: 50 }, () => pour(randomBytes(65_536), 4))),
  'random frames': () =>
    pour(
      times(2_000, (index) => h2(index % 11, index % 64, index % 7, randomBytes(index % 40))),
      20,
    ),
  'HTTP/1.1': () => pour(Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'), 10, Buffer.alloc(0)),
  'frames that are too long': () => pour(h2(FRAME.data, 0, 1, Buffer.alloc(16), 0xffffff), 10),
  'a flood of settings': () =>
    pour(
      times(1_000, () => h2(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 1, 0, 0]))),
      MANY / 1_000,
    ),
  'a flood of pings': () =>
    pour(
      times(1_000, () => h2(FRAME.ping, 0, 0, Buffer.alloc(8))),
      MANY / 1_000,
    ),
  'a flood of empty data': () =>
    pour(
      times(1_000, () => h2(FRAME.data, 0, 1)),
      MANY / 1_000,
      Buffer.concat([HELLO, h2(FRAME.headers, END_HEADERS, 1, REQUEST)]),
    ),
  'a flood of unknown frames': () =>
    pour(
      times(1_000, () => h2(0xee, 0, 0, Buffer.alloc(32))),
      MANY / 1_000,
    ),
  'streams that are opened and reset': async () => {
    const { write, socket, closed } = raw();
    await write(HELLO);
    const reset = Buffer.from([0, 0, 0, 8]);
    for (let first = 0; first < MANY && !socket.destroyed; first += 500) {
      const some = times(500, (index) =>
        Buffer.concat([
          h2(FRAME.headers, END_HEADERS, idOf(first + index), REQUEST),
          h2(FRAME.reset, 0, idOf(first + index), reset),
        ]),
      );
      await Promise.race([write(some), closed]);
    }
  },
  'headers that never end': () =>
    pour(
      h2(FRAME.continuation, 0, 1, Buffer.alloc(16_000, 0x40)),
      2_000,
      Buffer.concat([HELLO, h2(FRAME.headers, 0, 1, REQUEST)]),
    ),
  'headers that unpack to megabytes': async () => {
    // one entry of 4 KB in the table, then its index over and over (RFC 7541, section 7.3)
    const entry = Buffer.concat([
      Buffer.from([0x40, 1]),
      Buffer.from('a'),
      Buffer.from([0x7f, 0x81, 0x1e]),
      Buffer.alloc(4_000, 0x62),
    ]);
    const bomb = Buffer.concat([REQUEST, entry, Buffer.alloc(11_000, 0x80 | 62)]);
    await pour(h2(FRAME.headers, END_HEADERS, 1, bomb), 1);
    await Promise.all(Array.from({ length: 20 }, () => pour(h2(FRAME.headers, END_HEADERS, 1, bomb), 1)));
  },
  'a window beyond all windows': () => pour(h2(FRAME.window, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])), 100),
  'a goaway, again and again': () => pour(h2(FRAME.goaway, 0, 0, Buffer.alloc(8)), 1_000),
  'connections that say nothing': async () => {
    const open = Array.from({ length: FULL ? 2_000 : 500 }, () => raw());
    await wait(1_000);
    for (const { socket } of open) socket.destroy();
  },
  'connections that stop in the middle of a frame': async () => {
    const open = Array.from({ length: 200 }, () => raw());
    const part = h2(FRAME.data, 0, 1, Buffer.alloc(10), 16_000);
    await Promise.all(
      open.map(({ write }) => write(Buffer.concat([HELLO, h2(FRAME.headers, END_HEADERS, 1, REQUEST), part]))),
    );
    await wait(500);
  },
};

describe('a hostile HTTP/2 peer', () => {
  it.each(Object.entries(CONNECTIONS))('%s', async (what, attack) => {
    await stage.attack(`a peer that sends ${what}`, GROWTH, async () => {
      await attack();
    });
  });
});

const open = () => stage.connect().open();

/** Says it all at once, and waits until the server has ended the stream or answered that often. */
async function talk(frames: readonly Buffer[], answers: number): Promise<PeerStream> {
  const stream = open();
  for (const frame of frames) void stream.write(frame);
  await eventually(
    () => stream.outcome() !== undefined || stream.replies() >= answers,
    () => `${stream.replies()} replies of ${answers}, and the stream is open`,
    10_000,
  );
  return stream;
}

const CHAT = [
  requestHeaders(),
  requestBody(chatRequest('m'), true),
  responseHeaders(),
  responseBody(chatAnswer('m'), true),
] as const satisfies ProcessingRequest[];

/** What is no gRPC, or no message of Envoy's; the stream is ended with a status, never left open. */
const REFUSED: Record<string, Buffer[]> = {
  'random messages': [frameOf(randomBytes(500))],
  'random bytes': [randomBytes(2_000)],
  'a message that says it is compressed': [frameOf(Buffer.alloc(40), 1)],
  'a message without a kind': [messageFrame({})],
  'an empty message': [frameOf(Buffer.alloc(0))],
  'a field that is cut': [frameOf(messageFrame(CHAT[0]).subarray(5, 40))],
  'a field that is longer than its message': [frameOf(Buffer.from([0x12, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3]))],
  'groups without end': [frameOf(Buffer.alloc(5_000, 0x0b))],
};

describe('a hostile gRPC peer', () => {
  it.each(Object.entries(REFUSED))('%s', async (_what, frames) => {
    const stream = await talk(frames, Number.POSITIVE_INFINITY);
    expect(stream.replies()).toBe(0);
    stream.reset();
  });

  it('messages in any order, twice, and behind the end: each has its reply, and the call is one', async () => {
    const before = await stage.samples();
    const orders = [
      [CHAT[3], CHAT[2], CHAT[1], CHAT[0]],
      [CHAT[2], CHAT[3], CHAT[0], CHAT[1]],
      [CHAT[0], CHAT[0], CHAT[1], CHAT[1], CHAT[2], CHAT[2], CHAT[3], CHAT[3]],
      [...CHAT, ...CHAT, ...CHAT],
      [{ requestTrailers: {} }, { responseTrailers: {} }, ...CHAT],
      [CHAT[0], { responseTrailers: {} }, CHAT[1], CHAT[3]],
    ];
    let known = 0;
    for (const order of orders) {
      const stream = await talk(order.map(messageFrame), order.length);
      if (stream.outcome() === undefined) expect(stream.replies()).toBe(order.length);
      stream.reset();
      // without request headers first there is no call to speak of
      if (order[0] === CHAT[0]) known += 1;
    }
    await eventually(async () => (await stage.samples()) === before + known);
  });

  it('methods that nobody has', async () => {
    const paths = [
      '/',
      '/a',
      '/envoy.service.ext_proc.v3.ExternalProcessor/Other',
      `/${'x'.repeat(8_000)}`,
      '//..//%00',
    ];
    for (const path of paths) {
      const stream = stage.connect().open({ ':path': path });
      expect(await stream.ended).toMatch(/^(12|reset \d+)$/);
    }
  });

  it('metadata of megabytes', async () => {
    await stage.attack('gRPC metadata of 2 MB', GROWTH, async () => {
      const values = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x-${index}`, 'v'.repeat(60_000)]));
      for (let round = 0; round < 10; round += 1) {
        const stream = stage.connect().open(values);
        await Promise.race([stream.ended, wait(2_000)]);
        stream.reset();
      }
    });
  });

  it('headers by the thousand, and headers of megabytes', async () => {
    await stage.attack('messages with 20,000 headers, or one of 10 MB', GROWTH, async () => {
      const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`x-${index}`, 'v'.repeat(20)]));
      const stream = await talk([messageFrame(requestHeaders(many))], 1);
      stream.reset();
      const big = await talk([messageFrame(requestHeaders({ 'x-big': 'v'.repeat(10 * MIB) }))], 1);
      big.reset();
    });
  });

  it('a message that says it has 4 GB', async () => {
    await stage.attack('a message that is announced with 4 GB, and 64 MiB of it', 200, async () => {
      const head = Buffer.from([0, 0xff, 0xff, 0xff, 0xff]);
      const stream = open();
      await stream.write(head);
      const piece = Buffer.alloc(MIB);
      for (let sent = 0; sent < 64 && stream.outcome() === undefined; sent += 1) {
        await Promise.race([stream.write(piece), stream.ended, wait(500)]);
      }
      stream.reset();
    });
  });

  it('a peer that never reads what it is told: no more of it is read than there is room for replies', async () => {
    await stage.attack('a peer that sends messages and never reads a reply', GROWTH, async () => {
      const { socket, write } = raw();
      socket.removeAllListeners('data').pause();
      // a window for the replies that never fills, so that only the socket itself is in the way
      const wide = Buffer.from([0, 4, 0x7f, 0xff, 0xff, 0xff]);
      await write(
        Buffer.concat([PREFACE, h2(FRAME.settings, 0, 0, wide), h2(FRAME.window, 0, 0, Buffer.from([0x7f, 0, 0, 0]))]),
      );
      await write(h2(FRAME.headers, END_HEADERS, 1, REQUEST));
      await write(h2(FRAME.data, 0, 1, messageFrame(requestHeaders())));
      const some = times(200, () => h2(FRAME.data, 0, 1, messageFrame(requestBody('x'))));
      let sent = 0;
      let taken: unknown = true;
      while (taken !== undefined && sent < UNREAD_MESSAGES) {
        taken = await Promise.race([write(some).then(() => true), wait(1_000)]);
        sent += 200;
      }
      expect(sent, 'messages that were taken without their replies being read').toBeLessThan(UNREAD_MESSAGES);
      socket.destroy();
    });
  });
});
