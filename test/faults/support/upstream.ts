/** An upstream over HTTP/1.1 and HTTP/2 at once; each call brings its own script. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  constants,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createMeter } from './meter.js';
import { createDigest, readHeaders, type Transcript } from './transcript.js';

/** One request as it arrives, and full control over its answer. */
export interface UpstreamCall {
  /** Resolves when so many bytes of the request's body are there. */
  reached(bytes: number): Promise<void>;
  /** Resolves when the request is there as a whole; never when it is cut. */
  whole: Promise<void>;
  head(status: number, headers: Record<string, string>): void;
  /** Resolves when the bytes have left. */
  write(bytes: Buffer): Promise<void>;
  end(): void;
  /** RST: of the connection with HTTP/1.1, of the stream with HTTP/2. */
  reset(): void;
  /** With HTTP/1.1 the connection ends in order, in the middle of the answer; with HTTP/2 as {@link reset}. */
  close(): void;
  /** Resolves when the exchange is over or the other side has gone. */
  gone: Promise<void>;
}

/** What the upstream does with a request, from its head on. */
export type UpstreamScript = (call: UpstreamCall) => Promise<void>;

export interface FaultUpstream {
  http1Port: number;
  http2Port: number;
  /** What to do with requests whose header `x-call` is this id. */
  expect(id: string, script: UpstreamScript): void;
  /** What arrived for an id, one transcript for each attempt; its scripts have ended. Forgets the id. */
  finish(id: string): Promise<Transcript[]>;
  close(): Promise<void>;
}

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

interface Expected {
  script: UpstreamScript;
  attempts: { transcript(): Transcript; done: Promise<void> }[];
}

/** Starts it on free ports. Requests that nobody expects get a 404. */
export async function startFaultUpstream(): Promise<FaultUpstream> {
  const expected = new Map<string, Expected>();
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => void sockets.add(socket.on('close', () => sockets.delete(socket)));

  function serve(request: Incoming, response: Outgoing): void {
    const call = expected.get(String(request.headers['x-call']));
    if (!call) {
      response.writeHead(404).end();
      return;
    }
    const exchange = createUpstreamCall(request, response);
    const done = call.script(exchange.call);
    // whoever finishes the call is told
    done.catch(() => undefined);
    call.attempts.push({ transcript: exchange.transcript, done });
  }

  const http1 = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, serve);
  const http2 = createHttp2Server({ settings: { maxConcurrentStreams: 10_000 } }, serve);
  http1.on('connection', keep);
  http2.on('connection', keep);
  http1.listen(0, '127.0.0.1');
  http2.listen(0, '127.0.0.1');
  await Promise.all([once(http1, 'listening'), once(http2, 'listening')]);

  return {
    http1Port: (http1.address() as AddressInfo).port,
    http2Port: (http2.address() as AddressInfo).port,
    expect: (id, script) => void expected.set(id, { script, attempts: [] }),
    async finish(id) {
      const attempts = expected.get(id)?.attempts ?? [];
      await Promise.all(attempts.map(({ done }) => done));
      expected.delete(id);
      return attempts.map(({ transcript }) => transcript());
    },
    async close() {
      http1.close();
      http2.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function createUpstreamCall(request: Incoming, response: Outgoing) {
  const digest = createDigest();
  const meter = createMeter();
  let end: Transcript['end'] = 'cut';
  const whole = new Promise<void>((resolve) => {
    request.on('end', () => {
      end = 'whole';
      resolve();
    });
  });
  request.on('data', (chunk: Buffer) => {
    digest.add(chunk);
    meter.passed(chunk.length);
  });
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => void response.on('close', () => resolve()));
  const http2Stream = 'stream' in response ? response.stream : undefined;
  const reset = () => {
    if (http2Stream) http2Stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else (response.socket as Socket | null)?.resetAndDestroy();
  };
  const call: UpstreamCall = {
    reached: meter.reached,
    whole,
    gone,
    head(status, headers) {
      response.sendDate = false;
      // both kinds have it
      (response as ServerResponse).writeHead(status, headers).flushHeaders();
    },
    write: (bytes) =>
      new Promise((resolve) => {
        if (response.destroyed || response.writableEnded) return resolve();
        (response as ServerResponse).write(bytes, () => resolve());
      }),
    end: () => void response.end(),
    reset,
    close() {
      if (http2Stream) reset();
      else (response.socket as Socket | null)?.end();
    },
  };
  const transcript = (): Transcript => ({
    status: 0,
    headers: readHeaders(request.rawHeaders),
    trailers: readHeaders(request.rawTrailers),
    bytes: digest.bytes(),
    digest: digest.digest(),
    end,
  });
  return { call, transcript };
}
