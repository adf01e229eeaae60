import { createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A request as it arrived, and full control over what goes back, byte by byte. */
export interface UpstreamExchange {
  /** The request line and the headers as they were sent. */
  head: string;
  /** A request header's values in order; lower-case names. */
  headers(name: string): string[];
  body: Buffer;
  /** Bytes as they are; resolves when they have left, so that pauses between writes are pauses on the wire. */
  write(bytes: string | Buffer): Promise<void>;
  pause(millis: number): Promise<void>;
  /** Ends the connection in order (FIN). */
  finish(): void;
  /** Breaks the connection (RST). */
  reset(): void;
  /** Resolves when the other side has gone. */
  gone: Promise<void>;
}

/** What the upstream does with one request; a connection that it leaves open serves the next. */
export type UpstreamScript = (exchange: UpstreamExchange) => Promise<void> | void;

/** An HTTP/1.1 server whose every byte is the test's. */
export interface ScriptedUpstream {
  port: number;
  /** Registers a script; a request runs it when its header `x-script` has the name that is returned. */
  script(run: UpstreamScript): string;
  /** The same, but it runs as soon as the request's headers are there; it must end the connection itself. */
  earlyScript(run: UpstreamScript): string;
  /** The requests that were read, by the name of their script, in order. */
  requests(script: string): UpstreamExchange[];
  close(): Promise<void>;
}

/** Starts an upstream on a free port of 127.0.0.1 (or on `port`). Requests without a script get a 404. */
export async function startScriptedUpstream(port = 0): Promise<ScriptedUpstream> {
  const scripts = new Map<string, UpstreamScript>();
  const early = new Set<string>();
  const seen = new Map<string, UpstreamExchange[]>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.setNoDelay(true);
    const isEarly = (head: string) => early.has(valuesOf(head, 'x-script')[0] ?? '');
    serve(socket, isEarly, async (exchange) => {
      const name = exchange.headers('x-script')[0] ?? '';
      seen.set(name, [...(seen.get(name) ?? []), exchange]);
      const run = scripts.get(name);
      if (run) await run(exchange);
      else await exchange.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  function add(run: UpstreamScript): string {
    const name = `s${scripts.size + 1}`;
    scripts.set(name, run);
    return name;
  }

  return {
    port: (server.address() as { port: number }).port,
    script: add,
    earlyScript(run) {
      const name = add(run);
      early.add(name);
      return name;
    },
    requests: (script) => seen.get(script) ?? [],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Reads requests one after the other and gives each to `answer`. */
function serve(
  socket: Socket,
  isEarly: (head: string) => boolean,
  answer: (exchange: UpstreamExchange) => Promise<void>,
): void {
  let chunks: Buffer[] = [];
  let length = 0;
  let busy = false;
  const gone = new Promise<void>((resolve) => socket.on('close', () => resolve()));

  async function next(): Promise<void> {
    if (busy) return;
    const input = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length);
    chunks = [input];
    const request = readRequest(input, isEarly);
    if (!request) return;
    chunks = [input.subarray(request.end)];
    length = chunks[0]?.length ?? 0;
    busy = true;
    await answer(createExchange(socket, request, gone));
    busy = false;
    if (length > 0) await next();
  }

  socket.on('data', (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    void next();
  });
}

interface RawRequest {
  head: string;
  body: Buffer;
  /** Where the next request begins. */
  end: number;
}

/** The first whole request of the input. */
function readRequest(input: Buffer, isEarly: (head: string) => boolean): RawRequest | undefined {
  const headEnd = input.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = input.subarray(0, headEnd).toString('latin1');
  const bodyStart = headEnd + 4;
  if (isEarly(head)) return { head, body: input.subarray(bodyStart), end: input.length };
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const chunked = readChunked(input, bodyStart);
    return chunked && { head, ...chunked };
  }
  const bodyLength = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const end = bodyStart + bodyLength;
  return input.length < end ? undefined : { head, body: input.subarray(bodyStart, end), end };
}

function readChunked(input: Buffer, start: number): { body: Buffer; end: number } | undefined {
  const pieces: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = input.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(input.subarray(at, lineEnd).toString('latin1'), 16);
    at = lineEnd + 2;
    if (size === 0) {
      // trailers, if any, end with an empty line
      const end = input.subarray(at, at + 2).equals(CRLF) ? at : input.indexOf('\r\n\r\n', at) + 2;
      return end < at || input.length < end + 2 ? undefined : { body: Buffer.concat(pieces), end: end + 2 };
    }
    if (input.length < at + size + 2) return undefined;
    pieces.push(input.subarray(at, at + size));
    at += size + 2;
  }
}

const CRLF = Buffer.from('\r\n');

function createExchange(socket: Socket, request: RawRequest, gone: Promise<void>): UpstreamExchange {
  return {
    head: request.head,
    body: request.body,
    headers: (name) => valuesOf(request.head, name),
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    pause: (millis) => wait(millis),
    finish: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    gone,
  };
}

function valuesOf(head: string, name: string): string[] {
  return [...head.matchAll(/^([^:\r\n]+): *(.*)$/gm)]
    .filter(([, key]) => key?.toLowerCase() === name)
    .map(([, , value]) => (value ?? '').trim());
}
