import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import type { Settings } from '../config/settings.js';
import { AppError } from '../util/errors.js';
import type { Contract } from '../wire/contract.js';
import { addHealthService } from './health-service.js';
import { formatAddress, grpcTarget, removeStaleSocket, setSocketMode } from './listen-address.js';
import type { ProcessCall } from './stream.js';

export interface GrpcServer {
  /** What it listens on; a port 0 has become the real one. */
  address: string;
  port: number;
  /** Whether the health service says SERVING. */
  serving(): boolean;
  /** Says NOT_SERVING, takes no new streams, lets the open ones end until the deadline, then cuts them. */
  close(deadlineMillis: number): Promise<void>;
}

const OPTIONS = {
  // Envoy may send 2x its buffer limit in one message; the default of 4 MiB would end the stream
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
};

/** Starts the ext_proc server with its health service. Throws an {@link AppError} when the address cannot be had. */
export async function startGrpcServer(
  settings: Pick<Settings, 'listen' | 'socketMode' | 'limits' | 'debug'>,
  contract: Contract,
  serve: (call: ProcessCall) => void,
): Promise<GrpcServer> {
  const { listen } = settings;
  // it would write lines of its own beside ours, for the same trouble
  if (!settings.debug) setLogVerbosity(logVerbosity.NONE);
  const server = new Server({ ...OPTIONS, 'grpc.max_receive_message_length': settings.limits.messageBytes });
  server.addService(contract.service, { Process: serve });
  const health = addHealthService(server);
  const port = await bind(server, settings);
  let serving = true;
  return {
    port,
    address: formatAddress(listen.kind === 'tcp' ? { ...listen, port } : listen),
    serving: () => serving,
    close(deadlineMillis) {
      serving = false;
      health.close();
      return new Promise((resolve) => {
        const cut = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, deadlineMillis);
        server.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      });
    },
  };
}

async function bind(server: Server, settings: Pick<Settings, 'listen' | 'socketMode'>): Promise<number> {
  const { listen } = settings;
  try {
    if (listen.kind === 'unix') await removeStaleSocket(listen.path);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(grpcTarget(listen), ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    if (listen.kind === 'unix') setSocketMode(listen.path, settings.socketMode);
    return port;
  } catch (error) {
    server.forceShutdown();
    throw AppError.from(
      'LISTEN_FAILED',
      error,
      `cannot listen on ${formatAddress(listen)}`,
      'GENAI_EXTPROC_LISTEN (--listen)',
    );
  }
}
