import { createServer } from 'node:http';
import type { ExchangeCase } from './exchange-case.js';

/** A server that gives one answer and keeps what was asked. */
export interface CaptureServer {
  url: string;
  /** The next requests get this answer. */
  answer(response: NonNullable<ExchangeCase['response']>): void;
  /** The last request as it came. */
  last(): NonNullable<ExchangeCase['request']>;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startCaptureServer(): Promise<CaptureServer> {
  let response: NonNullable<ExchangeCase['response']> = { status: 404 };
  let request: ExchangeCase['request'] | undefined;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const headers = { 'content-type': String(incoming.headers['content-type'] ?? '') };
      const { method = '', url: path = '' } = incoming;
      request = { method, path, headers, body: Buffer.concat(chunks) };
      outgoing.writeHead(response.status ?? 200, { 'content-type': 'application/json', ...response.headers });
      outgoing.end(response.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    answer(next) {
      response = next;
      request = undefined;
    },
    last() {
      if (!request) throw new Error('no request has come');
      return request;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
