import { createServer } from 'node:net';

/** Below the range that systems take for outgoing connections, so that nothing of ours is hit by chance. */
const FIRST = 14_000;
const COUNT = 16_000;
const handedOut = new Set<number>();

/** A port on 127.0.0.1 that nothing listens on and that was not given before in this process. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (!handedOut.has(port) && (await isFree(port))) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error('no free port on 127.0.0.1');
}

/** Whether nothing listens on a port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
