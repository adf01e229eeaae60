import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../config/settings.js';
import type { CallServer } from './grpc/call.js';
import { createRouter } from './grpc/router.js';
import { createHealthService } from './health-service.js';
import { type Http2Connection, serveConnection } from './http2/connection.js';
import { formatAddress } from './listen-address.js';
import { bind, createSocketServer } from './server-socket.js';

export interface GrpcServer {
  /** What it listens on; a port 0 has become the real one. */
  address: string;
  port: number;
  /** Whether the health service says SERVING. */
  serving(): boolean;
  /**
   * Says NOT_SERVING at once, but takes new streams for the settings' delay, so that Envoy can choose another sidecar before this one
   * refuses. Then it takes none, lets the open ones end until the deadline, and ends those that are left in peace: Envoy goes on with
   * their calls.
   */
  close(deadlineMillis: number): Promise<void>;
}

type ServerSettings = Pick<Settings, 'listen' | 'socketMode' | 'limits' | 'tls' | 'drainDelayMillis'>;

/** The method that Envoy calls (envoy.service.ext_proc.v3). */
const PROCESS = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';
/** How long Envoy has to let go of streams that were ended at the deadline, in milliseconds. */
const LAST_MILLIS = 250;

/**
 * Starts the ext_proc server with its health service. `onRefused`: a client was refused in its TLS handshake. Throws an `AppError` when
 * the address cannot be had, or certificate and key are no good.
 */
export async function startGrpcServer(
  settings: ServerSettings,
  serve: CallServer,
  onRefused: (error: Error) => void = () => undefined,
): Promise<GrpcServer> {
  const health = createHealthService();
  const router = createRouter(new Map([...health.methods, [PROCESS, serve]]), settings.limits.messageBytes);
  const connections = new Set<Http2Connection>();
  let whenIdle = () => {};
  const server = createSocketServer(settings.tls, {
    onRefused,
    onConnection(socket) {
      const connection = serveConnection(socket, router, () => {
        connections.delete(connection);
        if (connections.size === 0) whenIdle();
      });
      connections.add(connection);
    },
  });
  // those in a handshake too
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await bind(server, settings);
  const { listen } = settings;
  let closing: Promise<void> | undefined;

  /** Resolves when nobody is connected, or after that time. */
  const idle = (millis: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis);
      whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
      if (connections.size === 0) whenIdle();
    });

  async function close(deadlineMillis: number): Promise<void> {
    const deadline = performance.now() + deadlineMillis;
    health.fail();
    await idle(Math.min(settings.drainDelayMillis, deadlineMillis));
    health.close();
    const closed = new Promise((resolve) => server.close(resolve));
    for (const connection of connections) connection.drain();
    await idle(Math.max(0, deadline - performance.now()));
    for (const connection of connections) connection.cut();
    await idle(LAST_MILLIS);
    for (const connection of connections) connection.close();
    await Promise.race([closed, wait(LAST_MILLIS)]);
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return {
    port,
    address: formatAddress(listen.kind === 'tcp' ? { ...listen, port } : listen),
    serving: () => closing === undefined,
    close(deadlineMillis) {
      closing ??= close(deadlineMillis);
      return closing;
    },
  };
}
