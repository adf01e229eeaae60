import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AppError } from '../util/errors.js';

/** What the admin endpoint shows. */
export interface AdminPages {
  /** Whether the sidecar serves. */
  healthy(): boolean;
  /** Lines below that, for people. */
  describe?(): string;
  /** The Prometheus page, text format. */
  metrics(): Promise<string>;
}

export interface AdminServer {
  port: number;
  close(): Promise<void>;
}

/** How long a request to the admin endpoint may take to arrive, in milliseconds. */
const REQUEST_MILLIS = 10_000;

/**
 * Starts the admin endpoint: `GET /health` (200 only when serving) and `GET /metrics`. Throws an {@link AppError} when the address
 * cannot be had.
 */
export async function startAdminServer(
  address: { host: string; port: number },
  pages: AdminPages,
): Promise<AdminServer> {
  const server = createServer((request, response) => void respond(pages, request, response));
  server.requestTimeout = REQUEST_MILLIS;
  server.headersTimeout = REQUEST_MILLIS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        AppError.from(
          'ADMIN_FAILED',
          error,
          `cannot listen on ${address.host}:${address.port}`,
          'GENAI_EXTPROC_ADMIN (--admin)',
        ),
      ),
    );
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(pages: AdminPages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD'); // RFC 9110 section 15.5.6 asks for it
    return send(response, 405, 'only GET\n');
  }
  if (path === '/health') {
    const healthy = pages.healthy();
    return send(response, healthy ? 200 : 503, `${healthy ? 'serving' : 'not serving'}\n${pages.describe?.() ?? ''}`);
  }
  if (path !== '/metrics') return send(response, 404, 'there are /health and /metrics\n');
  try {
    send(response, 200, await pages.metrics(), 'text/plain; version=0.0.4; charset=utf-8');
  } catch (error) {
    send(response, 500, `metrics could not be collected: ${error instanceof Error ? error.message : 'unknown'}\n`);
  }
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
