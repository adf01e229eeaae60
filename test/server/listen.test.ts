import { once } from 'node:events';
import { existsSync, linkSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { formatError } from '../../src/util/errors.js';
import { startOtlpSink } from '../support/otlp-sink.js';
import { freePort, isFree } from '../support/ports.js';
import { startTestSidecar } from '../support/sidecar.js';
import { connectClient } from './support/ext-proc-client.js';
import { requestHeaders } from './support/messages.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'genai-extproc-listen-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One message over the socket, so that it is known to serve. */
async function serves(target: string): Promise<void> {
  const client = connectClient(target);
  try {
    const stream = client.open();
    expect(await stream.ask(requestHeaders({ ':path': '/x' }))).toEqual({ requestHeaders: {} });
    stream.reset();
  } finally {
    client.close();
  }
}

const listening = (server: Server, address: string | number) =>
  new Promise<void>((resolve) => {
    if (typeof address === 'string') server.listen(address, resolve);
    else server.listen(address, '127.0.0.1', resolve);
  });
const closed = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));

const messageOf = async (starting: Promise<unknown>) =>
  formatError(
    await starting.then(
      () => new Error('it started'),
      (error: unknown) => error,
    ),
  );

/** What the kernel waits for on our side of a connection: 1 sends again, 2 asks whether the peer is there (proc(5), `tr`). */
function timerOf(port: number, peerPort: number): string | undefined {
  const hex = (number: number) => number.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  const row = rows.find(
    ([, local, remote]) => local?.endsWith(`:${hex(port)}`) && remote?.endsWith(`:${hex(peerPort)}`),
  );
  return row?.[5]?.split(':')[0];
}

test('a peer that vanishes is noticed: the system asks for it', async () => {
  const sidecar = await startTestSidecar();
  const socket = connect(sidecar.port, '127.0.0.1');
  try {
    await once(socket, 'data'); // its settings
    await expect.poll(() => timerOf(sidecar.port, socket.localPort ?? 0)).toBe('02');
  } finally {
    socket.destroy();
    await sidecar.close();
  }
});

describe('a unix socket', () => {
  const start = (path: string, more: Record<string, string> = {}) =>
    startTestSidecar({ GENAI_EXTPROC_LISTEN: `unix://${path}`, ...more });
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

  test('serves, for the group too, and is gone afterwards', async () => {
    const path = join(folder, 'a.sock');
    const sidecar = await start(path);
    expect(sidecar.address).toBe(`unix://${path}`);
    expect(modeOf(path)).toBe('660');
    await serves(`unix:${path}`);
    await sidecar.close();
    expect(existsSync(path)).toBe(false);
  });

  test('has the mode of the settings', async () => {
    const path = join(folder, 'a.sock');
    const sidecar = await start(path, { GENAI_EXTPROC_SOCKET_MODE: '600' });
    expect(modeOf(path)).toBe('600');
    await sidecar.close();
  });

  test('that a dead process left behind is replaced', async () => {
    const path = join(folder, 'stale.sock');
    const dead = createServer();
    await listening(dead, join(folder, 'first.sock'));
    linkSync(join(folder, 'first.sock'), path);
    await closed(dead);
    expect(statSync(path).isSocket()).toBe(true);
    const sidecar = await start(path);
    await serves(`unix:${path}`);
    await sidecar.close();
  });

  test('on which somebody listens is left alone', async () => {
    const path = join(folder, 'live.sock');
    const first = await start(path);
    const message = await messageOf(start(path));
    expect(message).toContain('LISTEN_FAILED');
    expect(message).toContain(`another process listens on ${path}`);
    expect(message).toContain('GENAI_EXTPROC_LISTEN (--listen)');
    await serves(`unix:${path}`);
    await first.close();
  });

  test('a file that is no socket is left alone', async () => {
    const path = join(folder, 'notes.txt');
    writeFileSync(path, 'mine');
    expect(await messageOf(start(path))).toContain(`${path} exists and is no socket`);
    expect(statSync(path).size).toBe(4);
  });

  test('in a folder that is not there: an error that names the path and the setting', async () => {
    const path = join(folder, 'missing', 'a.sock');
    const message = await messageOf(start(path));
    expect(message).toContain(path);
    expect(message).toContain('GENAI_EXTPROC_LISTEN (--listen)');
  });
});

describe('a port', () => {
  test('serves', async () => {
    const sidecar = await startTestSidecar();
    expect(sidecar.address).toBe(`127.0.0.1:${sidecar.port}`);
    await serves(sidecar.address);
    await sidecar.close();
    expect(await isFree(sidecar.port)).toBe(true);
  });

  test('of the service in use: an error that names it, and nothing is left running', async () => {
    const taken = createServer();
    const [port, admin] = [await freePort(), await freePort()];
    await listening(taken, port);
    const addresses = { GENAI_EXTPROC_LISTEN: `127.0.0.1:${port}`, GENAI_EXTPROC_ADMIN: `127.0.0.1:${admin}` };
    const message = await messageOf(startTestSidecar(addresses));
    expect(message).toContain(`LISTEN_FAILED: cannot listen on 127.0.0.1:${port}: the port is already in use`);
    expect(message).toContain('GENAI_EXTPROC_LISTEN (--listen)');
    expect(await isFree(admin)).toBe(true);
    await closed(taken);
  });

  test('of the admin endpoint in use: an error that names it, and nothing is left running', async () => {
    const taken = createServer();
    const [port, admin] = [await freePort(), await freePort()];
    await listening(taken, admin);
    const addresses = { GENAI_EXTPROC_LISTEN: `127.0.0.1:${port}`, GENAI_EXTPROC_ADMIN: `127.0.0.1:${admin}` };
    const message = await messageOf(startTestSidecar(addresses));
    expect(message).toContain(`ADMIN_FAILED: cannot listen on 127.0.0.1:${admin}: the port is already in use`);
    expect(message).toContain('GENAI_EXTPROC_ADMIN (--admin)');
    expect(await isFree(port)).toBe(true);
    await closed(taken);
  });

  test('of the admin endpoint in use: telemetry and watchdog are ended too', async () => {
    const taken = createServer();
    const admin = await freePort();
    await listening(taken, admin);
    const clearing = vi.spyOn(globalThis, 'clearInterval');
    const starting = vi.spyOn(globalThis, 'setInterval');
    const sink = await startOtlpSink();
    await messageOf(
      startTestSidecar({
        GENAI_EXTPROC_ADMIN: `127.0.0.1:${admin}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
        OTEL_METRIC_EXPORT_INTERVAL: '60000',
      }),
    );
    const begun = starting.mock.results.map(({ value }) => value as unknown);
    const ended = clearing.mock.calls.map(([timer]) => timer as unknown);
    expect(begun.length).toBeGreaterThan(0);
    for (const timer of begun) expect(ended).toContain(timer);
    vi.restoreAllMocks();
    await sink.close();
    await closed(taken);
  });
});
