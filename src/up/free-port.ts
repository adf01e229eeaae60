import { type AddressInfo, createServer } from 'node:net';
import type { HostPort } from '../config/settings.js';
import { AppError, type ErrorCode } from '../util/errors.js';

/** Rejects with `code`, the port and the setting to change, when nobody can listen there. */
export async function assertPortFree({ host, port }: HostPort, code: ErrorCode, setting: string): Promise<void> {
  const server = createServer();
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (error) throw new AppError(code, explain(error, host, port), setting);
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `port ${port} on ${host} is in use. Stop what listens there, or take another.`;
  if (error.code === 'EACCES') return `port ${port} needs more rights than you have. Take one above 1023.`;
  return `nothing can listen on ${host}:${port} (${error.code ?? error.message}).`;
}

/** A port of 127.0.0.1 that is free at this moment, for a program that cannot choose one and tell it. */
export async function pickFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
