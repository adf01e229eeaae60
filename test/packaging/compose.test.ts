import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseSettings } from '../../src/config/parse-settings.js';
import { SETTINGS } from '../../src/config/table/table.js';
import { findEnvoy } from '../../src/up/find-envoy.js';
import { createProgress } from '../../src/up/progress.js';
import { publishedPorts, readComposeFile } from './support/compose-file.js';
import { environmentOf, parseDockerfile } from './support/dockerfile.js';
import { clusterAddresses, type EnvoyConfig, httpConnectionManager, listenerPort } from './support/envoy-config.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(ROOT, 'examples/compose');
const ENVOY_FILE = join(EXAMPLE, 'envoy.yaml');

const compose = readComposeFile(join(EXAMPLE, 'compose.yaml'));
const { services } = compose;
const readme = readFileSync(join(EXAMPLE, 'README.md'), 'utf8');
const envoy = parse(readFileSync(ENVOY_FILE, 'utf8')) as EnvoyConfig;
const recommended = parse(readFileSync(join(ROOT, 'envoy.yaml'), 'utf8')) as EnvoyConfig;
const image = environmentOf(parseDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).at(-1)!);

const sidecarEnvironment = { ...image, ...services['sidecar']?.environment };
const insidePort = (address: string | undefined) => Number(address?.split(':').at(-1));

describe('the compose file', () => {
  test('pins every image that it pulls', () => {
    const pulled = Object.values(services).filter((service) => service.build === undefined);
    const loose = pulled.map((service) => service.image).filter((name) => !/:\D*\d+\.\d+\.\d+$/.test(name));
    expect(loose).toEqual([]);
  });

  test('publishes on the loopback address only', () => {
    const hosts = Object.values(services).flatMap((service) => publishedPorts(service).map(({ host }) => host));
    expect(new Set(hosts)).toEqual(new Set(['127.0.0.1']));
  });

  test('gives the sidecar no privilege, no file to write, and no way to get either', () => {
    const { sidecar } = parse(readFileSync(join(EXAMPLE, 'compose.yaml'), 'utf8')).services;
    expect(sidecar).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    for (const name of ['privileged', 'cap_add', 'user', 'volumes', 'devices', 'pid', 'network_mode', 'tmpfs']) {
      expect(sidecar, 'it takes the image as it is').not.toHaveProperty(name);
    }
  });

  test('waits for services that exist, and mounts volumes and files that exist', () => {
    const names = Object.keys(services);
    const awaited = Object.values(services).flatMap((service) => Object.keys(service.depends_on ?? {}));
    expect(awaited.filter((name) => !names.includes(name))).toEqual([]);
    const sources = Object.values(services).flatMap((service) =>
      (service.volumes ?? []).map((text) => text.split(':')[0]!),
    );
    const missing = sources.filter((source) =>
      source.startsWith('.') ? !existsSync(join(EXAMPLE, source)) : !(source in compose.volumes),
    );
    expect(missing).toEqual([]);
  });

  test('builds the sidecar from this repository', () => {
    expect(existsSync(join(EXAMPLE, services['sidecar']!.build!, 'Dockerfile'))).toBe(true);
  });

  test('publishes the ports on which things listen', () => {
    const inside = (name: string) => publishedPorts(services[name]!).map((port) => port.inside);
    expect(inside('envoy')).toEqual([listenerPort(envoy), envoy.admin.address.socket_address.port_value]);
    expect(inside('sidecar')).toEqual([insidePort(sidecarEnvironment['GENAI_EXTPROC_ADMIN'])]);
    expect(inside('phoenix')).toEqual([insidePort(sidecarEnvironment['OTEL_EXPORTER_OTLP_ENDPOINT'])]);
  });

  test('sends Envoy, the sidecar and the model job to services by their names and ports', () => {
    const sidecarPort = insidePort(sidecarEnvironment['GENAI_EXTPROC_LISTEN']);
    expect(clusterAddresses(envoy, 'genai_sidecar')).toEqual([{ address: 'sidecar', port_value: sidecarPort }]);
    expect(clusterAddresses(envoy, 'llm_upstream')).toEqual([{ address: 'ollama', port_value: 11434 }]);
    expect(services['pull-model']?.environment?.['OLLAMA_HOST']).toBe('http://ollama:11434');
    expect(sidecarEnvironment['OTEL_EXPORTER_OTLP_ENDPOINT']).toMatch(/^http:\/\/phoenix:/);
    for (const name of ['sidecar', 'ollama', 'phoenix']) expect(services).toHaveProperty(name);
  });

  test('gives the sidecar settings that it knows and accepts', () => {
    const ours = Object.keys(sidecarEnvironment).filter((name) => /^(GENAI_EXTPROC_|OTEL_)/.test(name));
    expect(ours.length).toBeGreaterThan(5);
    expect(ours.filter((name) => !SETTINGS.has(name))).toEqual([]);
    const parsed = parseSettings({ argv: [], env: sidecarEnvironment, readFile: () => '' });
    expect(parsed).toMatchObject({
      ok: true,
      warnings: [],
      settings: {
        admin: { host: '0.0.0.0' },
        traces: { exporters: ['otlp'], otlp: { protocol: 'http/protobuf', endpoint: 'http://phoenix:6006/v1/traces' } },
        resourceAttributes: { 'openinference.project.name': 'compose' },
      },
    });
    expect(parsed.ok && parsed.settings.metrics.exporters).not.toContain('otlp');
    expect(parsed.ok && parsed.settings.logs.exporters).not.toContain('otlp');
  });

  test('is told in the README: every published port, and the model that is pulled', () => {
    const ports = Object.values(services).flatMap((service) => publishedPorts(service).map(({ outside }) => outside));
    expect(ports.filter((port) => !readme.includes(`127.0.0.1:${port}`))).toEqual([]);
    expect(readme).toContain(services['pull-model']!.command!.at(-1));
  });
});

describe("the example's envoy.yaml", () => {
  test('is accepted by Envoy', async () => {
    const binary = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
    const words = ['--mode', 'validate', '--config-path', ENVOY_FILE, '--disable-hot-restart', '--log-level', 'error'];
    const { status, stderr } = spawnSync(binary, words, { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('observes exactly as the recommended envoy.yaml does', () => {
    const ours = httpConnectionManager(envoy);
    const theirs = httpConnectionManager(recommended);
    expect(ours.http_filters).toEqual(theirs.http_filters);
    expect(ours.access_log).toEqual(theirs.access_log);
    expect(ours.stream_idle_timeout).toEqual(theirs.stream_idle_timeout);
    const guards = (config: EnvoyConfig) => {
      const {
        type: _type,
        load_assignment: _hosts,
        ...rest
      } = config.static_resources.clusters.find((cluster) => cluster.name === 'genai_sidecar')!;
      return rest;
    };
    expect(guards(envoy)).toEqual(guards(recommended));
    expect(envoy.layered_runtime).toEqual(recommended.layered_runtime);
  });
});
