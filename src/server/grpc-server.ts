import { createServer, type Server, type Socket } from 'node:net';
import type { Settings } from '../config/settings.js';
import { AppError } from '../util/errors.js';
import type { CallServer } from './grpc/call.js';
import { createRouter } from './grpc/router.js';
import { createHealthService } from './health-service.js';
import { type Http2Connection, serveConnection } from './http2/connection.js';
import { formatAddress, removeStaleSocket, setSocketMode } from './listen-address.js';

export interface GrpcServer {
  /** What it listens on; a port 0 has become the real one. */
  address: string;
  port: number;
  /** Whether the health service says SERVING. */
  serving(): boolean;
  /** Says NOT_SERVING, takes no new streams, lets the open ones end until the deadline, then ends them in peace. */
  close(deadlineMillis: number): Promise<void>;
}

/** The method that Envoy calls (envoy.service.ext_proc.v3). */
const PROCESS = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';
/** How long Envoy has to let go of streams that were ended at the deadline, in milliseconds. */
const LAST_MILLIS = 250;
/** Bytes that may wait in a socket before its peer is told to read first. */
const SOCKET_BYTES = 262_144;

/** Starts the ext_proc server with its health service. Throws an {@link AppError} when the address cannot be had. */
export async function startGrpcServer(
  settings: Pick<Settings, 'listen' | 'socketMode' | 'limits'>,
  serve: CallServer,
): Promise<GrpcServer> {
  const health = createHealthService();
  const router = createRouter(new Map([...health.methods, [PROCESS, serve]]), settings.limits.messageBytes);
  const connections = new Set<Http2Connection>();
  let whenIdle = () => {};
  const server = createServer({ noDelay: true, highWaterMark: SOCKET_BYTES }, (socket: Socket) => {
    const connection = serveConnection(socket, router, () => {
      connections.delete(connection);
      if (connections.size === 0) whenIdle();
    });
    connections.add(connection);
  });
  const port = await bind(server, settings);
  let serving = true;

  /** Resolves when no connection is open, or after that time. */
  const idle = (millis: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis);
      whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
      if (connections.size === 0) whenIdle();
    });

  return {
    port,
    address: formatAddress(settings.listen.kind === 'tcp' ? { ...settings.listen, port } : settings.listen),
    serving: () => serving,
    async close(deadlineMillis) {
      serving = false;
      health.fail();
      health.close();
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of connections) connection.drain();
      await idle(deadlineMillis);
      for (const connection of connections) connection.cut();
      await idle(LAST_MILLIS);
      for (const connection of connections) connection.close();
      await closed;
    },
  };
}

async function bind(server: Server, settings: Pick<Settings, 'listen' | 'socketMode'>): Promise<number> {
  const { listen } = settings;
  try {
    if (listen.kind === 'unix') await removeStaleSocket(listen.path);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if (listen.kind === 'unix') server.listen(listen.path, resolve);
      else server.listen(listen.port, listen.host, resolve);
    });
    if (listen.kind === 'unix') setSocketMode(listen.path, settings.socketMode);
    const bound = server.address();
    return typeof bound === 'object' && bound ? bound.port : 0;
  } catch (error) {
    server.close();
    throw AppError.from(
      'LISTEN_FAILED',
      error,
      `cannot listen on ${formatAddress(listen)}`,
      'GENAI_EXTPROC_LISTEN (--listen)',
    );
  }
}
