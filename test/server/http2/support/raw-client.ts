import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FLAG, FRAME, PREFACE } from '../../../../src/server/http2/frames.js';
import { encodeHeaders } from '../../../../src/server/http2/header-encoder.js';
import { eventually } from '../../../support/eventually.js';

/** One frame as bytes. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A number of 32 bits. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** One frame that the server sent. */
export interface SeenFrame {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
}

/** A client that says what no library would. */
export interface RawClient {
  socket: Socket;
  send(...frames: readonly Uint8Array[]): void;
  frames: SeenFrame[];
  /** Waits for a frame. */
  until(isWanted: (frame: SeenFrame) => boolean): Promise<SeenFrame>;
  /** The code with which the server says that the connection is over. */
  goAway(): Promise<number>;
  /** The code with which it resets a stream. */
  reset(stream: number): Promise<number>;
  /** Settles when the server has answered what was sent before. */
  settled(): Promise<void>;
  closed: Promise<void>;
  close(): void;
}

/** Connects; `greets`: sends the preface and empty settings at once. */
export async function connectRaw(port: number, greets = true): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const frames: SeenFrame[] = [];
  let rest = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      frames.push({
        type: rest[3] as number,
        flags: rest[4] as number,
        stream: rest.readUInt32BE(5),
        payload: rest.subarray(9, end),
      });
      rest = rest.subarray(end);
    }
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  let pings = 0;
  const client: RawClient = {
    socket,
    send: (...parts) => void socket.write(Buffer.concat(parts)),
    frames,
    until: (isWanted) =>
      eventually(
        () => frames.find(isWanted),
        () => `no such frame among ${JSON.stringify(frames.map(({ type, stream }) => [type, stream]))}`,
      ),
    goAway: async () => (await client.until(({ type }) => type === FRAME.goAway)).payload.readUInt32BE(4),
    reset: async (id) =>
      (await client.until(({ type, stream }) => type === FRAME.resetStream && stream === id)).payload.readUInt32BE(0),
    async settled() {
      pings += 1;
      const payload = Buffer.alloc(8, pings);
      client.send(frame(FRAME.ping, 0, 0, payload));
      await client.until((seen) => seen.type === FRAME.ping && seen.flags === 1 && seen.payload.equals(payload));
    },
    closed,
    close: () => socket.destroy(),
  };
  if (greets) client.send(PREFACE, frame(FRAME.settings, 0, 0));
  return client;
}

/** The least that is a request, as a header block. */
export const REQUEST = encodeHeaders([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/x'],
]);

/** Flags of headers that are all, of a stream that has nothing else. */
export const BOTH = FLAG.endHeaders | FLAG.endStream;

/** Opens a stream. */
export function headersFrame(id: number, flags: number = FLAG.endHeaders, block = REQUEST): Buffer {
  return frame(FRAME.headers, flags, id, block);
}
