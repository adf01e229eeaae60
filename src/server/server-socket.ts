import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Settings } from '../config/settings.js';
import { AppError } from '../util/errors.js';
import { formatAddress, removeStaleSocket, setSocketMode } from './listen-address.js';

/** Bytes that may wait in a socket before its peer is told to read first. */
const SOCKET_BYTES = 262_144;
/** Silence after which the system asks whether a peer is still there: one that vanished would keep its calls open for ever. */
const KEEP_ALIVE_MILLIS = 30_000;
/** What a TLS handshake may take, in milliseconds. */
const HANDSHAKE_MILLIS = 10_000;

/** Who comes to a server. */
export interface SocketListener {
  onConnection(socket: Socket): void;
  /** A TLS handshake failed: it was refused. */
  onRefused(error: Error): void;
}

/**
 * Makes the server of the ext_proc port, encrypted when the settings have a certificate. Throws an {@link AppError} when certificate,
 * key and authorities are no good.
 */
export function createSocketServer(tls: Settings['tls'], listener: SocketListener): Server {
  const options = {
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MILLIS,
    highWaterMark: SOCKET_BYTES,
  };
  if (!tls) return createServer(options, listener.onConnection);
  const setting = 'GENAI_EXTPROC_TLS_CERTIFICATE, GENAI_EXTPROC_TLS_KEY, GENAI_EXTPROC_TLS_CLIENT_CA';
  try {
    const server = createTlsServer(
      {
        ...options,
        cert: readFileSync(tls.certificate),
        key: readFileSync(tls.key),
        ...(tls.clientCa !== undefined && { ca: readFileSync(tls.clientCa), requestCert: true }),
        rejectUnauthorized: tls.clientCa !== undefined,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['h2'],
        handshakeTimeout: HANDSHAKE_MILLIS,
      },
      listener.onConnection,
    );
    return server.on('tlsClientError', listener.onRefused);
  } catch (error) {
    throw AppError.from('TLS_FAILED', error, 'the ext_proc port cannot be encrypted', setting);
  }
}

/** Makes a server listen; resolves with its port, 0 for a socket. Throws an {@link AppError} when the address cannot be had. */
export async function bind(server: Server, settings: Pick<Settings, 'listen' | 'socketMode'>): Promise<number> {
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
