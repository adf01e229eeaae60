import { chmodSync, existsSync, statSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import type { ListenAddress } from '../config/settings.js';

/** An address as gRPC takes it. */
export function grpcTarget(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** An address as people write it in settings. */
export function formatAddress(address: ListenAddress): string {
  return address.kind === 'unix' ? `unix://${address.path}` : grpcTarget(address);
}

/**
 * Removes a socket that a dead process left behind; binding to it would fail. One that answers, or a file that is no socket, is
 * somebody else's: throws an error that says so.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (!statSync(path).isSocket()) throw new Error(`${path} exists and is no socket`);
  if (await answers(path)) throw new Error(`another process listens on ${path}`);
  unlinkSync(path);
}

/** Sets who may connect: Envoy often runs as another user of the same group. */
export function setSocketMode(path: string, mode: number): void {
  chmodSync(path, mode);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => settle(true)); // it accepts and says nothing: somebody is there
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
