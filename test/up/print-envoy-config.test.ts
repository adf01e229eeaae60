import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ENVOY_MODES } from '../../src/config/settings.js';
import { findEnvoy } from '../../src/up/find-envoy.js';
import { printEnvoyConfig } from '../../src/up/print-envoy-config.js';
import { createProgress } from '../../src/up/progress.js';
import { testSettings } from '../support/sidecar.js';
import { createCertificates } from './support/certificates.js';

const DEFAULTS = { GENAI_EXTPROC_LISTEN: '127.0.0.1:1063', GENAI_EXTPROC_ADMIN: '127.0.0.1:9' };

let folder: string;
let binary: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genai-extproc-print-'));
  binary = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
  // any PEM file does; the test machine's own place does not matter
  const authority = join(folder, 'ca.pem');
  writeFileSync(authority, createCertificates(folder).authority);
  env = { SSL_CERT_FILE: authority };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const print = (settings: Record<string, string> = {}) =>
  printEnvoyConfig(testSettings({ ...DEFAULTS, ...settings }), env);

interface Endpoint {
  endpoint: { address: object };
}

/** Where the sidecar's cluster leads. */
function sidecarsOf(text: string): object[] {
  const [sidecar] = parse(text).static_resources.clusters;
  expect(sidecar).toMatchObject({ name: 'genai_sidecar', lb_policy: 'LEAST_REQUEST' });
  const [locality] = sidecar.load_assignment.endpoints as [{ lb_endpoints: Endpoint[] }];
  return locality.lb_endpoints.map(({ endpoint }) => endpoint.address);
}

function managerOf(text: string) {
  return parse(text).static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
}

describe('the files of this repository are what the command prints', () => {
  test.each([
    ['inline', 'envoy.yaml'],
    ['observe', 'envoy.observe.yaml'],
    ['pair', 'envoy.pair.yaml'],
  ])('%s: %s', async (mode, file) => {
    expect(await print({ GENAI_EXTPROC_MODE: mode })).toBe(readFileSync(file, 'utf8'));
  });
});

describe('the real Envoy accepts, without a warning', () => {
  const combinations = ENVOY_MODES.flatMap((mode) =>
    ['1', '3'].flatMap((workers) =>
      ['127.0.0.1:1063', 'unix:///run/genai/ext.sock', '[::]:1063'].map((listen) => [mode, workers, listen] as const),
    ),
  );
  const upstreams = [undefined, 'http://127.0.0.1:8000/v1', 'https://api.groq.com/openai/v1', 'https://10.1.2.3:8443'];

  test.each(combinations)(
    '%s, %s workers, %s, every kind of upstream',
    async (mode, workers, listen) => {
      for (const upstream of upstreams) {
        const text = await print({
          GENAI_EXTPROC_MODE: mode,
          GENAI_EXTPROC_WORKERS: workers,
          GENAI_EXTPROC_LISTEN: listen,
          GENAI_EXTPROC_METADATA_NAMESPACE: upstream === undefined ? 'io.envoy.ai_gateway' : 'my.own-namespace',
          ...(upstream && { GENAI_EXTPROC_UPSTREAM: upstream }),
        });
        const path = join(folder, 'envoy.yaml');
        writeFileSync(path, text);
        const { stdout, stderr } = await promisify(execFile)(binary, ['-c', path, '--mode', 'validate']);
        expect(stdout + stderr).toContain('OK');
        expect(stdout + stderr).not.toMatch(/\[(?:warning|error|critical)\]/);
        expect(sidecarsOf(text)).toHaveLength(Number(workers));
      }
    },
    60_000,
  );
});

describe('several workers are several endpoints of one cluster', () => {
  test('sockets', async () => {
    const text = await print({ GENAI_EXTPROC_WORKERS: '2', GENAI_EXTPROC_LISTEN: 'unix:///run/genai/ext.sock' });
    expect(sidecarsOf(text)).toEqual([
      { pipe: { path: '/run/genai/ext-0.sock' } },
      { pipe: { path: '/run/genai/ext-1.sock' } },
    ]);
  });

  test('ports; a wildcard is reached on the loopback address', async () => {
    const at = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } });
    const text = await print({ GENAI_EXTPROC_WORKERS: '2', GENAI_EXTPROC_LISTEN: '0.0.0.0:1063' });
    expect(sidecarsOf(text)).toEqual([at(1063), at(1064)]);
  });
});

describe('what is printed says what it is', () => {
  test('the head has the addresses, and nothing of a place that is not this one', async () => {
    const text = await print({
      GENAI_EXTPROC_GATEWAY: '[::1]:8080',
      GENAI_EXTPROC_LISTEN: 'unix:///run/genai/ext.sock',
      GENAI_EXTPROC_WORKERS: '3',
      GENAI_EXTPROC_UPSTREAM: 'https://api.groq.com/openai/v1',
    });
    const head = text.slice(0, text.indexOf('\nadmin:'));
    expect(head).toContain('client ──▶ Envoy [::1]:8080 ──▶ api.groq.com\n');
    expect(head).toContain('genai-extproc /run/genai/ext-0.sock and 2 more');
    expect(text).not.toMatch(/Ollama|api\.openai\.com|127\.0\.0\.1:1063|Make it yours/u);
    expect(text).toContain('# Credentials are none of its business.');
  });

  test('another namespace of the metadata stands everywhere', async () => {
    for (const mode of ENVOY_MODES) {
      const text = await print({ GENAI_EXTPROC_MODE: mode, GENAI_EXTPROC_METADATA_NAMESPACE: 'my.own' });
      expect(text).not.toContain('io.envoy.ai_gateway');
    }
    expect(await print({ GENAI_EXTPROC_METADATA_NAMESPACE: 'my.own' })).toContain(
      '%DYNAMIC_METADATA(my.own:trace_id)%',
    );
  });

  test('the rows of the access log that a mode cannot fill are not there', async () => {
    const rows = async (mode: string) => {
      const [log] = managerOf(await print({ GENAI_EXTPROC_MODE: mode })).access_log;
      const formats = Object.entries<string>(log.typed_config.log_format.json_format);
      return formats.filter(([, format]) => format.includes('DYNAMIC_METADATA')).map(([name]) => name);
    };
    expect(await rows('observe')).toEqual([]);
    expect(await rows('pair')).toEqual([
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'backend_name',
      'session.id',
      'trace_id',
      'span_id',
      'sampled',
    ]);
  });

  test('each mode shows the sidecar the same headers and attributes, and no credential', async () => {
    const filters = async (mode: string) =>
      managerOf(await print({ GENAI_EXTPROC_MODE: mode })).http_filters.slice(0, -1) as {
        typed_config: Record<string, unknown>;
      }[];
    const [inline] = await filters('inline');
    for (const filter of [...(await filters('observe')), ...(await filters('pair'))]) {
      expect(filter.typed_config['forward_rules']).toEqual(inline?.typed_config['forward_rules']);
      expect(filter.typed_config['request_attributes']).toEqual(inline?.typed_config['request_attributes']);
      expect(filter.typed_config['failure_mode_allow']).toBe(true);
    }
  });
});

describe('what no file can say is refused, with the setting', () => {
  test.each([
    [{ GENAI_EXTPROC_LISTEN: '127.0.0.1:0' }, /port 0.*/u, 'GENAI_EXTPROC_LISTEN (--listen)'],
    [{ GENAI_EXTPROC_UPSTREAM: 'simulated' }, /simulated.*URL/u, 'GENAI_EXTPROC_UPSTREAM (--upstream)'],
    [
      { GENAI_EXTPROC_GATEWAY: 'no-such-host.invalid:80' },
      /no-such-host\.invalid/u,
      'GENAI_EXTPROC_GATEWAY (--gateway)',
    ],
  ])('%j', async (settings, message, setting) => {
    await expect(print(settings as Record<string, string>)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      setting,
    });
  });

  test('itself as upstream', async () => {
    await expect(print({ GENAI_EXTPROC_UPSTREAM: 'http://127.0.0.1:1975' })).rejects.toThrow(/this gateway itself/u);
  });
});
