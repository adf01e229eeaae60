import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { CallServer } from '../../../src/server/grpc/call.js';
import { createRouter } from '../../../src/server/grpc/router.js';
import { serveConnection } from '../../../src/server/http2/connection.js';
import { createFrameReader } from '../../../src/server/http2/frame-reader.js';
import { ConnectionError, FLAG, FRAME, PREFACE } from '../../../src/server/http2/frames.js';
import { createHeaderDecoder } from '../../../src/server/http2/header-decoder.js';
import { encodeHeaders } from '../../../src/server/http2/header-encoder.js';
import { frame, uint32 } from '../../server/http2/support/raw-client.js';
import { type FuzzTarget, INPUT_BYTES } from '../engine/fuzz-target.js';
import { cutByContent } from '../engine/random.js';
import { assertSame, assertThat } from './assert.js';

const PATH = '/service/Method';
const HEADERS = encodeHeaders([
  [':method', 'POST'],
  [':path', PATH],
  [':scheme', 'http'],
  [':authority', 'sidecar'],
  ['content-type', 'application/grpc'],
  ['te', 'trailers'],
  ['grpc-timeout', '20S'],
]);
const message = (text: string) => Buffer.concat([Buffer.alloc(1), uint32(text.length), Buffer.from(text)]);
const SETTINGS = frame(FRAME.settings, 0, 0);
const open = (stream: number, flags: number) => frame(FRAME.headers, flags, stream, HEADERS);

/** What a client may say after the preface, in order and out of it. */
const CONVERSATIONS = [
  [
    SETTINGS,
    open(1, FLAG.endHeaders),
    frame(FRAME.data, 0, 1, message('one')),
    frame(FRAME.data, FLAG.endStream, 1, message('two')),
  ],
  [
    frame(FRAME.settings, 0, 0, Buffer.from('000400000001', 'hex')),
    open(1, FLAG.endHeaders),
    frame(FRAME.data, FLAG.padded, 1, Buffer.concat([Buffer.from([2]), message('one'), Buffer.alloc(2)])),
    frame(FRAME.windowUpdate, 0, 1, uint32(5)),
    frame(FRAME.windowUpdate, 0, 0, uint32(0x7fffffff)),
    frame(FRAME.resetStream, 0, 1, uint32(8)),
  ],
  [
    SETTINGS,
    frame(FRAME.headers, FLAG.endStream, 3, HEADERS.subarray(0, 5)),
    frame(FRAME.continuation, FLAG.endHeaders, 3, HEADERS.subarray(5)),
    frame(FRAME.ping, 0, 0, Buffer.alloc(8, 7)),
    frame(FRAME.priority, 0, 5, Buffer.alloc(5)),
    frame(FRAME.goAway, 0, 0, Buffer.alloc(8)),
    frame(FRAME.pushPromise, FLAG.endHeaders, 1, uint32(2)),
  ],
] as const;

/** Frame heads, so that mutations make frames of other kinds. */
const WORDS = [0, 1, 3, 4, 8, 9].map((type) => frame(type, type === 1 ? 5 : 0, 1, Buffer.alloc(4)).toString('latin1'));

/** Bytes up to their problem: what came of them, and how they ended. */
function until(work: () => void): string {
  try {
    work();
    return 'read';
  } catch (error) {
    if (error instanceof ConnectionError) return `refused ${error.code}`;
    throw error;
  }
}

const frames: FuzzTarget = {
  name: 'http2-frames',
  seeds: () => CONVERSATIONS.map((parts) => Buffer.concat([PREFACE, ...parts])),
  words: WORDS,
  run(input) {
    const read = (pieces: readonly Uint8Array[]) => {
      const seen: string[] = [];
      const reader = createFrameReader((type, flags, stream, bytes, from, to) => {
        seen.push(`${type} ${flags} ${stream} ${bytes.toString('hex', from, to)}`);
      });
      const end = until(() => pieces.forEach((piece) => void reader.read(Buffer.from(piece))));
      return { seen, end };
    };
    assertSame(read(cutByContent(input)), read([input]), 'a split');
  },
};

const HEADER_LIMIT = 2000;

const headerBlocks: FuzzTarget = {
  name: 'http2-headers',
  seeds: () => [
    HEADERS,
    // RFC 7541, appendix C.3 and C.4: three requests on one connection, as texts and in Huffman's code
    Buffer.from('828684410f7777772e6578616d706c652e636f6d', 'hex'),
    Buffer.from('828684be58086e6f2d6361636865', 'hex'),
    Buffer.from('828684418cf1e3c2e5f23a6ba0ab90f4ff', 'hex'),
    Buffer.from('828684be5886a8eb10649cbf', 'hex'),
    Buffer.from('3fe11f20408825a849e95ba97d7f8925a849e95bb8e8b4bf', 'hex'),
  ],
  words: ['\x3f\xe1\x1f', '\x20', '\x40', '\x7f\x00', '\xbe', '\xff\xff\xff\xff\x0f', '\x00'],
  run(input) {
    // each block may lean on those before it: the input is read in pieces, one block each
    const decoder = createHeaderDecoder(HEADER_LIMIT);
    for (const block of cutByContent(input)) {
      const outcome = until(() => {
        const headers = decoder.decode(Buffer.from(block), 0, block.length);
        if (headers === undefined) return;
        const size = headers.reduce((sum, text) => sum + text.length, 0) + 16 * headers.length;
        assertThat(headers.length % 2 === 0 && size <= HEADER_LIMIT, `${size} bytes are within the limit`);
        assertThat(!headers.some((text) => text === undefined), 'each has a name and a value');
      });
      if (outcome !== 'read') return;
    }
  },
};

/** Conversations with a whole connection, gRPC calls on it that are answered with what they sent. */
const connection: FuzzTarget = {
  name: 'http2-connection',
  seeds: () => CONVERSATIONS.map((parts) => Buffer.concat(parts)),
  words: WORDS,
  run(input) {
    const talk = (pieces: readonly Uint8Array[]) => {
      const socket = createSocket();
      const seen: string[] = [];
      let opened = 0;
      let closed = 0;
      let connections = 1;
      const echo: CallServer = (call) => {
        opened += 1;
        const id = opened;
        return {
          message(bytes) {
            seen.push(`${id} ${bytes.toString('hex')}`);
            call.write(bytes);
          },
          ended() {
            seen.push(`${id} ended`);
            call.end();
          },
          writable: () => undefined,
          closed() {
            seen.push(`${id} closed`);
            closed += 1;
          },
        };
      };
      const router = createRouter(new Map([[PATH, echo]]), INPUT_BYTES);
      const served = serveConnection(socket as unknown as Socket, router, () => {
        connections -= 1;
      });
      socket.emit('data', PREFACE);
      for (const piece of pieces) socket.emit('data', Buffer.from(piece));
      served.close();
      if (!socket.destroyed) socket.destroy();
      assertSame([connections, opened - closed], [0, 0], 'every connection and call is over once');
      assertThat(socket.sent <= 4096 + 64 * input.length, `${socket.sent} bytes are no flood of answers`);
      return seen;
    };
    assertSame(talk(cutByContent(input)), talk([input]), 'a split');
  },
};

/** What a connection needs of a socket; everything that is sent is taken at once. */
function createSocket() {
  const socket = Object.assign(new EventEmitter(), {
    writable: true,
    destroyed: false,
    sent: 0,
    write(bytes: Uint8Array) {
      socket.sent += bytes.length;
      return true;
    },
    end(bytes?: Uint8Array) {
      socket.sent += bytes?.length ?? 0;
      socket.destroy();
    },
    destroy() {
      if (socket.destroyed) return;
      socket.destroyed = true;
      socket.writable = false;
      socket.emit('close');
    },
    destroySoon: () => socket.destroy(),
    pause: () => undefined,
    resume: () => undefined,
    setNoDelay: () => undefined,
    setTimeout: () => undefined,
  });
  return socket;
}

export const HTTP2_TARGETS: readonly FuzzTarget[] = [frames, headerBlocks, connection];
