import { connect, type Socket } from 'node:net';
import { eventually } from './eventually.js';

/** What came back on a socket, byte for byte. */
export interface RawAnswer {
  /** Everything. */
  bytes: Buffer;
  statusLine: string;
  /** `name: value` in the order of arrival, as written. */
  headers: string[];
  /** With chunks joined. */
  body: Buffer;
  /** Header lines behind the last chunk. */
  trailers: string[];
}

/** A connection that says what it is told. */
export interface RawConnection {
  write(bytes: string | Buffer): void;
  received(): Buffer;
  /** Waits until the text came. */
  until(text: string): Promise<void>;
  /** Resolves when the other side has closed. */
  closed: Promise<void>;
  /** Breaks it (RST). */
  reset(): void;
  close(): void;
}

/** Connects to a port of 127.0.0.1. */
export function openRaw(port: number): RawConnection {
  const chunks: Buffer[] = [];
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('error', () => undefined).on('data', (chunk) => chunks.push(chunk));
  const received = () => Buffer.concat(chunks);
  return {
    write: (bytes) => void socket.write(bytes),
    received,
    async until(text) {
      await eventually(
        () => received().includes(text),
        () => `${JSON.stringify(text)} did not come: ${received()}`,
      );
    },
    closed,
    reset: () => void socket.resetAndDestroy(),
    close: () => void socket.destroy(),
  };
}

/** Sends bytes and reads until the other side closes; let the request ask for that with `connection: close`. */
export async function askRaw(port: number, request: string | Buffer): Promise<RawAnswer> {
  const connection = openRaw(port);
  connection.write(request);
  await connection.closed;
  return parseRaw(connection.received());
}

/** An HTTP/1.1 request that asks to close the connection afterwards. */
export function rawRequest(method: string, path: string, headers: Record<string, string>, body: string | Buffer = '') {
  const all = { host: 'gateway.test', connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = method === 'GET' || method === 'HEAD' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}${length}\r\n`),
    Buffer.from(body),
  ]);
}

/** Takes an answer apart. */
export function parseRaw(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...headers] = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const rest = bytes.subarray(end + 4);
  if (!headers.includes('transfer-encoding: chunked')) return { bytes, statusLine, headers, body: rest, trailers: [] };
  return { bytes, statusLine, headers, ...joinChunks(rest) };
}

/** The body of a chunked answer; one that was cut gives what came. */
function joinChunks(bytes: Buffer): { body: Buffer; trailers: string[] } {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    const size = line === -1 ? Number.NaN : Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    if (Number.isNaN(size)) return { body: Buffer.concat(pieces), trailers: [] };
    if (size === 0) {
      const trailers = bytes
        .subarray(line + 2)
        .toString('latin1')
        .split('\r\n')
        .filter((text) => text !== '');
      return { body: Buffer.concat(pieces), trailers };
    }
    pieces.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
