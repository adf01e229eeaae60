import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createEnvoyConfig, type EnvoyConfigOptions } from '../../src/up/envoy-config.js';
import { findEnvoy } from '../../src/up/find-envoy.js';
import { createProgress } from '../../src/up/progress.js';
import { parseUpstream, type Upstream } from '../../src/up/upstream.js';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { freePort, isFree } from '../support/ports.js';
import { createCertificates } from './support/certificates.js';

const ADMIN = { host: '127.0.0.1', port: 0 };
const SYSTEM_CA = '/etc/ssl/certs/ca-certificates.crt';

let folder: string;
let binary: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genai-extproc-config-'));
  binary = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function upstreamOf(url: string, trustedCa = SYSTEM_CA): Upstream {
  const upstream = parseUpstream(url, () => trustedCa);
  if ('problem' in upstream) throw new Error(upstream.problem);
  return upstream;
}

function optionsFor(url: string, changes: Partial<EnvoyConfigOptions> = {}): EnvoyConfigOptions {
  return {
    listener: { host: '127.0.0.1', port: 1975 },
    admin: ADMIN,
    sidecars: [{ kind: 'tcp', host: '127.0.0.1', port: 1063 }],
    upstream: upstreamOf(url),
    ...changes,
  };
}

async function validate(config: string): Promise<string> {
  const path = join(folder, 'validate.yaml');
  writeFileSync(path, config);
  const { stdout, stderr } = await promisify(execFile)(binary, ['-c', path, '--mode', 'validate']);
  return stdout + stderr;
}

describe('the real Envoy accepts, without a warning', () => {
  const ca = (config: EnvoyConfigOptions): EnvoyConfigOptions => {
    // any PEM file does for validation; the test machine's own place does not matter
    const { upstream } = config;
    return upstream?.tls
      ? { ...config, upstream: { ...upstream, tls: { trustedCa: join(folder, 'ca.pem') } } }
      : config;
  };
  beforeAll(async () => {
    writeFileSync(join(folder, 'ca.pem'), createCertificates(folder).authority);
  });

  test('the recommended configuration as it stands', async () => {
    const output = await validate(readFileSync('envoy.yaml', 'utf8'));
    expect(output).toContain('OK');
    expect(output).not.toMatch(/\[(?:warning|error|critical)\]/);
  });

  test.each([
    ['a http upstream by address', optionsFor('http://127.0.0.1:11434')],
    ['a http upstream by name', optionsFor('http://localhost:8000/v1')],
    ['a https upstream', optionsFor('https://api.openai.com/v1')],
    ['a https upstream by address', optionsFor('https://10.1.2.3:8443')],
    ['a https upstream below a path', optionsFor('https://api.groq.com/openai/v1')],
    ['an IPv6 upstream', optionsFor('http://[::1]:9000/v1')],
    [
      'a unix socket to the sidecar',
      optionsFor('http://127.0.0.1:1', { sidecars: [{ kind: 'unix', path: '/tmp/a.sock' }] }),
    ],
    [
      'a sidecar on all interfaces',
      optionsFor('http://127.0.0.1:1', { sidecars: [{ kind: 'tcp', host: '::', port: 1063 }] }),
    ],
    ['an access log in a file', optionsFor('http://127.0.0.1:1', { accessLog: '/tmp/access.jsonl' })],
  ])('%s', async (_name, options) => {
    const output = await validate(createEnvoyConfig(ca(options)));
    expect(output).toContain('OK');
    expect(output).not.toMatch(/\[(?:warning|error|critical)\]/);
  });
});

describe('what changes and what does not', () => {
  const recommended = parse(readFileSync('envoy.yaml', 'utf8'));
  const derived = (options: EnvoyConfigOptions) => parse(createEnvoyConfig(options));
  const managerOf = (config: typeof recommended) =>
    config.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;

  test('the filter of the sidecar is the recommended one', () => {
    const config = derived(optionsFor('https://api.openai.com/v1'));
    expect(managerOf(config).http_filters).toEqual(managerOf(recommended).http_filters);
  });

  test('the access log keeps its rows when it goes to a file', () => {
    const [log] = managerOf(derived(optionsFor('http://127.0.0.1:1', { accessLog: '/tmp/x' }))).access_log;
    expect(log.typed_config.path).toBe('/tmp/x');
    expect(log.typed_config.log_format).toEqual(managerOf(recommended).access_log[0].typed_config.log_format);
  });

  test('the routes tell the upstream’s address, and its provider where the host names one', () => {
    const providers = (url: string) =>
      managerOf(derived(optionsFor(url)))
        .route_config.virtual_hosts[0].routes.slice(1)
        .map((route: { metadata?: { filter_metadata: { genai: object } } }) => route.metadata?.filter_metadata.genai);
    const groq = { provider: 'groq', 'server.address': 'api.groq.com', 'server.port': '443' };
    expect(providers('https://api.groq.com/openai/v1')).toEqual([groq, groq]);
    expect(providers('http://127.0.0.1:8000/v1')).toEqual([{ 'server.address': '127.0.0.1', 'server.port': '8000' }]);
  });

  test('without a path in the URL there is no rewrite', () => {
    const { routes } = managerOf(derived(optionsFor('http://127.0.0.1:11434'))).route_config.virtual_hosts[0];
    expect(routes.map((route: { name: string }) => route.name)).toEqual(['health', 'llm']);
  });
});

describe('through a real Envoy', () => {
  interface Seen {
    path: string | undefined;
    host: string | undefined;
    serverName: string | false | null | undefined;
  }
  const seen: Seen[] = [];
  const servers: Server[] = [];
  const envoys: TestEnvoy[] = [];

  function record(request: IncomingMessage): void {
    const serverName = (request.socket as TLSSocket).servername;
    seen.push({ path: request.url, host: request.headers.host, serverName });
  }

  async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return (server.address() as AddressInfo).port;
  }

  async function gatewayTo(upstream: Upstream): Promise<string> {
    const port = await freePort();
    const sidecars = [{ kind: 'unix', path: join(folder, 'nobody.sock') }] as const;
    const listener = { host: '127.0.0.1', port };
    envoys.push(await startEnvoy(createEnvoyConfig({ listener, admin: ADMIN, sidecars, upstream, exclusive: true })));
    return `http://127.0.0.1:${port}`;
  }

  afterAll(async () => {
    await Promise.all(envoys.map((envoy) => envoy.close()));
    for (const server of servers) server.close();
  });

  test('https: SNI and Host are the upstream’s, its certificate is checked, /v1 becomes the path of the URL', async () => {
    const certificates = createCertificates(folder, 'localhost');
    const server = createHttpsServer({ key: certificates.key, cert: certificates.certificate }, (request, response) => {
      record(request);
      response.end('ok');
    });
    const port = await listen(server);
    const ca = join(folder, 'authority.pem');
    writeFileSync(ca, certificates.authority);
    const gateway = await gatewayTo(upstreamOf(`https://localhost:${port}/api/openai/v1/`, ca));

    expect(await (await fetch(`${gateway}/v1/chat/completions?x=1`, { method: 'POST', body: '{}' })).text()).toBe('ok');
    expect(seen.pop()).toEqual({
      path: '/api/openai/v1/chat/completions?x=1',
      host: `localhost:${port}`,
      serverName: 'localhost',
    });
    await fetch(`${gateway}/v1beta/models`);
    expect(seen.pop()?.path).toBe('/v1beta/models');
    await fetch(`${gateway}/other`);
    expect(seen.pop()?.path).toBe('/other');

    const rows = await envoys.at(-1)?.accessLog(3);
    expect(rows?.[0]).toMatchObject({ 'x-envoy-origin-path': '/v1/chat/completions?x=1', response_code: 200 });
  });

  test('https: a certificate for another name is refused', async () => {
    const certificates = createCertificates(folder, 'elsewhere.example');
    const server = createHttpsServer({ key: certificates.key, cert: certificates.certificate }, (_request, response) =>
      response.end('must not be reached'),
    );
    const port = await listen(server);
    const ca = join(folder, 'other-authority.pem');
    writeFileSync(ca, certificates.authority);
    const gateway = await gatewayTo(upstreamOf(`https://127.0.0.1:${port}`, ca));
    const response = await fetch(`${gateway}/v1/models`);
    expect(response.status).toBe(503);
    expect((await envoys.at(-1)?.accessLog(1))?.[0]).toMatchObject({
      upstream_transport_failure_reason: expect.stringContaining('SAN_matcher'),
    });
  });

  test('https by address: the certificate must carry the address, and no SNI is sent', async () => {
    const certificates = createCertificates(folder, '127.0.0.1');
    const server = createHttpsServer({ key: certificates.key, cert: certificates.certificate }, (request, response) => {
      record(request);
      response.end('ok');
    });
    const port = await listen(server);
    const ca = join(folder, 'address-authority.pem');
    writeFileSync(ca, certificates.authority);
    const gateway = await gatewayTo(upstreamOf(`https://127.0.0.1:${port}`, ca));
    expect(await (await fetch(`${gateway}/v1/models`)).text()).toBe('ok');
    expect(seen.pop()).toEqual({ path: '/v1/models', host: `127.0.0.1:${port}`, serverName: false });
  });

  test('http: Host is rewritten, the path stays, a name with two addresses finds the one that answers', async () => {
    const server = createHttpServer((request, response) => {
      record(request);
      response.end('ok');
    });
    const port = await listen(server);
    const gateway = await gatewayTo(upstreamOf(`http://localhost:${port}`));
    expect(await (await fetch(`${gateway}/v1/models`)).text()).toBe('ok');
    expect(seen.pop()).toEqual({ path: '/v1/models', host: `localhost:${port}`, serverName: undefined });
  });

  test('the access log has every field of the contract, numbers as numbers, and null for what is not known', async () => {
    const server = createHttpServer((_request, response) => response.end('ok'));
    const gateway = await gatewayTo(upstreamOf(`http://127.0.0.1:${await listen(server)}`));
    await fetch(`${gateway}/v1/chat/completions`, { method: 'POST', body: '{}', headers: { 'user-agent': 'test' } });
    const [row] = (await envoys.at(-1)?.accessLog(1)) ?? [];
    expect(Object.keys(row ?? {})).toEqual(expect.arrayContaining(CONTRACT_FIELDS));
    expect(row).toMatchObject({
      method: 'POST',
      'request.path': '/v1/chat/completions',
      response_code: 200,
      bytes_received: 2,
      bytes_sent: 2,
      duration: expect.any(Number),
      'user-agent': 'test',
      upstream_cluster: 'llm_upstream',
      'gen_ai.request.model': null,
      'gen_ai.usage.input_tokens': null,
      'session.id': null,
    });
  });

  test('an Envoy that does not come up tells why and leaves nothing behind', async () => {
    await expect(startEnvoy('admin: { address: 5 }')).rejects.toThrow(
      /^Envoy did not start: it exited with code 1\.\n.*address/s,
    );
  });

  test('a closed Envoy is gone', async () => {
    const listener = { host: '127.0.0.1', port: await freePort() };
    const envoy = await startEnvoy(createEnvoyConfig(optionsFor('http://127.0.0.1:1', { listener })));
    expect(await isFree(listener.port)).toBe(false);
    await envoy.close();
    expect(await isFree(listener.port)).toBe(true);
    expect(await isFree(envoy.adminPort)).toBe(true);
  });
});

const CONTRACT_FIELDS = [
  'start_time',
  'method',
  'request.path',
  'x-envoy-origin-path',
  'response_code',
  'duration',
  'bytes_received',
  'bytes_sent',
  'user-agent',
  'x-request-id',
  'x-forwarded-for',
  'x-envoy-upstream-service-time',
  'upstream_host',
  'upstream_cluster',
  'upstream_local_address',
  'upstream_transport_failure_reason',
  'downstream_remote_address',
  'downstream_local_address',
  'connection_termination_details',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.provider.name',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.total_tokens',
  'session.id',
];
