import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChannelCredentials, credentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import type { ListenAddress } from '../../src/config/settings.js';
import { formatError } from '../../src/util/errors.js';
import { eventually } from '../support/eventually.js';
import { sumOf } from '../support/prometheus-page.js';
import { startTestSidecar } from '../support/sidecar.js';
import { connectPeer, type EchoServer, startEcho } from './grpc/support/grpc-peer.js';

const pathOf = (name: string) => fileURLToPath(new URL(`../telemetry/certificates/${name}`, import.meta.url));
const [ca, certificate, key, clientCertificate, clientKey] = [
  'ca.pem',
  'server.pem',
  'server.key',
  'client.pem',
  'client.key',
].map(pathOf) as [string, string, string, string, string];
const read = (path: string) => readFileSync(path);

const TRUSTED = credentials.createSsl(read(ca), read(clientKey), read(clientCertificate));
const NAMELESS = credentials.createSsl(read(ca));

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(clientCa?: string, listen?: ListenAddress): Promise<EchoServer> {
  const server = await startEcho({ tls: { certificate, key, clientCa }, ...(listen && { listen }) });
  cleanups.push(() => server.close(0));
  return server;
}

/** One call; the status with which it ends. */
async function call(target: string, trust: ChannelCredentials): Promise<number> {
  const peer = connectPeer(target, trust, { 'grpc.default_authority': '127.0.0.1' });
  cleanups.push(() => peer.close());
  const one = peer.open({ deadline: Date.now() + 8_000 });
  one.stream.write(Buffer.from('hello'));
  one.stream.end();
  const { code } = await one.ended;
  if (code === status.OK) expect(one.received.map(String)).toEqual(['hello']);
  return code;
}

describe('an encrypted port', () => {
  test('takes whoever trusts its certificate', async () => {
    const server = await start();
    expect(await call(server.address, NAMELESS)).toBe(status.OK);
    expect(server.refused).toEqual([]);
  });

  test('with a client CA takes who has a certificate of it', async () => {
    const server = await start(ca);
    expect(await call(server.address, TRUSTED)).toBe(status.OK);
    expect(server.refused).toEqual([]);
  });

  test('may be a unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-tls-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'a.sock');
    await start(ca, { kind: 'unix', path });
    expect(await call(`unix:${path}`, TRUSTED)).toBe(status.OK);
  });

  test.each([
    ['without a certificate', ca, NAMELESS],
    ['with a certificate of another authority', certificate, TRUSTED],
    ['that does not encrypt', ca, credentials.createInsecure()],
  ])('refuses a client %s', async (_name, clientCa, trust) => {
    const server = await start(clientCa);
    const told = call(server.address, trust);
    await eventually(() => server.refused.length > 0);
    expect(await told).not.toBe(status.OK);
    expect(server.calls).toEqual([]);
  });

  test('counts whom it refuses', async () => {
    const sidecar = await startTestSidecar({
      GENAI_EXTPROC_TLS_CERTIFICATE: certificate,
      GENAI_EXTPROC_TLS_KEY: key,
      GENAI_EXTPROC_TLS_CLIENT_CA: ca,
    });
    cleanups.push(() => sidecar.close());
    await new Promise((resolve) => {
      const socket = connectTcp(sidecar.port, '127.0.0.1', () => socket.end('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
      socket
        .on('error', () => undefined)
        .on('close', resolve)
        .resume();
    });
    await eventually(async () => sumOf(await sidecar.metrics(), 'genai_extproc_connections_refused_total') === 1);
  });

  test('is not held up by a client that says nothing', async () => {
    const server = await start(ca);
    const socket = connectTcp(server.port, '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    const began = performance.now();
    await server.close(5_000);
    await gone;
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  test.each([
    ['a key of another certificate', { certificate, key: clientKey }],
    ['a key that is none', { certificate, key: certificate }],
    ['a file that has gone', { certificate: `${certificate}.gone`, key }],
  ])('does not come up with %s', async (_name, tls) => {
    const error = await startEcho({ tls }).catch((thrown: unknown) => thrown);
    expect(formatError(error)).toMatch(
      /^error TLS_FAILED: the ext_proc port cannot be encrypted: .+\n {2}change it with GENAI_EXTPROC_TLS_CERTIFICATE, /,
    );
  });
});
