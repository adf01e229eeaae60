import type { ListenAddress } from './settings.js';

/**
 * Where each of `workers` processes listens, in their order. One worker listens at `listen` itself. Several take the socket's path with
 * their number before its ending (`/run/genai/ext.sock`: `/run/genai/ext-0.sock`, `/run/genai/ext-1.sock`), or the port and those that
 * follow it; port 0, which the system chooses, stays 0 for each. Does not judge them: a path may be longer than a unix socket takes, a
 * port above 65535 or the admin port.
 */
export function workerAddresses(listen: ListenAddress, workers: number): ListenAddress[] {
  if (workers === 1) return [listen];
  return Array.from({ length: workers }, (_, index) => ofWorker(listen, index));
}

function ofWorker(listen: ListenAddress, index: number): ListenAddress {
  if (listen.kind === 'tcp') return { ...listen, port: listen.port === 0 ? 0 : listen.port + index };
  return { ...listen, path: listen.path.replace(/(\.[^./]+)?$/, (ending) => `-${index}${ending}`) };
}
