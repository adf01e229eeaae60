/** Clients that say exactly what they are told, over HTTP/1.1 and HTTP/2, and write down what comes back. */
import { Agent, request as httpRequest } from 'node:http';
import { type ClientHttp2Session, constants, connect as http2Connect, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { createMeter } from './meter.js';
import type { Protocol } from './shape.js';
import { createDigest, readHeaders, type Transcript } from './transcript.js';

/** How long a client's connection outlives its answer. */
const LINGER_MILLIS = 1500;

/** How a client leaves: by RST (a reset of the stream with HTTP/2), or by closing its connection. */
export type Leaving = 'reset' | 'close';

export interface ClientRequest {
  port: number;
  protocol: Protocol;
  path: string;
  headers: Record<string, string>;
  /** Bytes of the body that will be sent. */
  length: number;
}

/** One request that is under way. */
export interface ClientCall {
  write(bytes: Buffer): void;
  end(): void;
  leave(how: Leaving): void;
  /** The longest time between two arrivals since {@link watch} was called, or since then, in milliseconds. */
  stall(): number;
  watch(): void;
  /** Resolves when the answer's head is there. */
  head: Promise<void>;
  /** Resolves, in the very turn of the event loop, when so many bytes of the answer's body are there. */
  reached(bytes: number): Promise<void>;
  /** Resolves when the answer is over, in whatever way. */
  over: Promise<Transcript>;
}

/** Sends a request's head on a connection of its own. */
export function startCall(request: ClientRequest): ClientCall {
  return request.protocol === 'h1' ? startHttp1(request) : startHttp2(request);
}

/** Sends half of a request's head over HTTP/1.1 and leaves when told to. */
export function startHalfHead(request: ClientRequest): Pick<ClientCall, 'leave' | 'over'> {
  const socket = connect(request.port, '127.0.0.1');
  const digest = createDigest();
  socket.on('data', (chunk) => digest.add(chunk)).on('error', () => undefined);
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${request.path} HTTP/1.1\r\nhost: gateway.test\r\n${lines.join('')}`;
  socket.write(head.slice(0, -9));
  let left = false;
  return {
    leave(how) {
      left = true;
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    },
    over: new Promise((resolve) => {
      socket.on('close', () => {
        const end = left ? 'left' : 'cut';
        resolve({ status: 0, headers: [], trailers: [], bytes: digest.bytes(), digest: digest.digest(), end });
      });
    }),
  };
}

/** What comes back, protocol-independent. */
function createRecord() {
  const digest = createDigest();
  const meter = createMeter();
  let latest = performance.now();
  let longest = 0;
  const arrival = () => {
    const now = performance.now();
    longest = Math.max(longest, now - latest);
    latest = now;
  };
  let headCame = () => {};
  const head = new Promise<void>((resolve) => {
    headCame = resolve;
  });
  let status = 0;
  let headers: string[] = [];
  let trailers: string[] = [];
  let left = false;
  let settle: (transcript: Transcript) => void = () => undefined;
  const over = new Promise<Transcript>((resolve) => {
    settle = resolve;
  });
  return {
    over,
    came: head,
    reached: meter.reached,
    head(newStatus: number, raw: readonly string[]) {
      status = newStatus;
      headers = readHeaders(raw);
      arrival();
      headCame();
    },
    trailers(raw: readonly string[]) {
      trailers = readHeaders(raw);
    },
    data(chunk: Uint8Array) {
      digest.add(chunk);
      arrival();
      meter.passed(chunk.length);
    },
    leaving() {
      left = true;
    },
    watch() {
      latest = performance.now();
      longest = 0;
    },
    stall: () => longest,
    finish(end: 'whole' | 'cut') {
      arrival();
      const transcript = { status, headers, trailers, bytes: digest.bytes(), digest: digest.digest() };
      settle({ ...transcript, end: left ? 'left' : end });
    },
  };
}

function startHttp1({ port, path, headers, length }: ClientRequest): ClientCall {
  const record = createRecord();
  // its connection outlives the answer: closing it at the last byte is a fault of its own
  const agent = new Agent({ keepAlive: true });
  const request = httpRequest({
    port,
    path,
    method: 'POST',
    agent,
    headers: { host: 'gateway.test', ...headers, 'content-length': length },
  });
  request.setNoDelay(true);
  request.flushHeaders();
  request.on('error', () => record.finish('cut'));
  request.on('close', () => record.finish('cut'));
  request.on('response', (response) => {
    record.head(response.statusCode ?? 0, response.rawHeaders);
    response.on('data', record.data);
    response.on('error', () => record.finish('cut'));
    response.on('end', () => {
      record.trailers(response.rawTrailers);
      record.finish(response.complete ? 'whole' : 'cut');
      setTimeout(() => {
        // the rest of a request that was answered early is not sent
        request.destroy();
        agent.destroy();
      }, LINGER_MILLIS);
    });
  });
  return {
    write: (bytes) => void request.write(bytes),
    end: () => void request.end(),
    leave(how) {
      record.leaving();
      if (how === 'reset') request.socket?.resetAndDestroy();
      else request.destroy();
    },
    stall: record.stall,
    watch: record.watch,
    head: record.came,
    reached: record.reached,
    over: record.over,
  };
}

function startHttp2({ port, path, headers, length }: ClientRequest): ClientCall {
  const record = createRecord();
  const session: ClientHttp2Session = http2Connect(`http://127.0.0.1:${port}`);
  session.on('error', () => record.finish('cut'));
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    ':authority': 'gateway.test',
    ...headers,
    'content-length': String(length),
  });
  let ended = false;
  stream.on('response', (all: IncomingHttpHeaders, _flags: number, raw: string[]) =>
    record.head(Number(all[':status']), raw),
  );
  stream.on('trailers', (all: IncomingHttpHeaders) =>
    record.trailers(Object.entries(all).flatMap(([name, value]) => [name, String(value)])),
  );
  stream.on('data', record.data);
  stream.on('end', () => {
    ended = true;
  });
  stream.on('error', () => undefined);
  stream.on('close', () => {
    const whole = ended && !stream.aborted && [constants.NGHTTP2_NO_ERROR].includes(stream.rstCode);
    record.finish(whole ? 'whole' : 'cut');
    setTimeout(() => session.destroy(), LINGER_MILLIS);
  });
  return {
    write: (bytes) => void stream.write(bytes),
    end: () => void stream.end(),
    leave(how) {
      record.leaving();
      if (how === 'reset') stream.close(constants.NGHTTP2_CANCEL);
      else session.destroy();
    },
    stall: record.stall,
    watch: record.watch,
    head: record.came,
    reached: record.reached,
    over: record.over,
  };
}
