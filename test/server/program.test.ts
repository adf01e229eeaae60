import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { grpcTarget } from '../../src/server/listen-address.js';
import { eventually } from '../support/eventually.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { buildProgram, type SidecarProcess, startProgram, startSidecarProcess } from '../support/sidecar-process.js';
import { connectClient } from './support/ext-proc-client.js';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from './support/messages.js';

/** The program as people run it: `genai-extproc`, built. */
const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-program-'));
let sink: OtlpSink;
// each of them starts processes, which takes its time on a busy machine
vi.setConfig({ testTimeout: 90_000 });

beforeAll(async () => {
  buildProgram();
  sink = await startOtlpSink();
}, 120_000);
afterAll(async () => {
  await sink.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  sink.requests.length = 0;
});

/** Runs to its end. */
async function run(parameters: string[], environment: Record<string, string> = {}) {
  const running = startProgram(parameters, environment);
  const [code] = await once(running.process, 'close');
  return { code: code as number, stdout: running.stdout(), stderr: running.stderr() };
}

async function call(sidecar: SidecarProcess, model: string): Promise<void> {
  const client = connectClient(grpcTarget(sidecar.listen));
  const stream = client.open();
  await stream.ask(requestHeaders());
  await stream.ask(requestBody(chatRequest(model), true));
  await stream.ask(responseHeaders());
  await stream.ask(responseBody(chatAnswer(model), true));
  stream.reset();
  client.close();
}

describe('serve', () => {
  test.each([
    ['SIGTERM', 'grpc'],
    ['SIGINT', 'http/protobuf'],
  ] as const)('%s: what waits goes out over %s, and the exit code is 0', async (signal, protocol) => {
    const sidecar = await startSidecarProcess({
      OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? sink.grpcUrl : sink.httpUrl,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      OTEL_METRIC_EXPORT_INTERVAL: '60000',
    });
    await call(sidecar, `m-${signal}`);
    expect(sink.requests).toEqual([]);
    const began = performance.now();
    expect(await sidecar.stop(signal)).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(sink.spans().map((span) => span.attributes['llm.request.model_name'])).toEqual([`m-${signal}`]);
    const durations = sink.metrics().filter((metric) => metric.name === 'gen_ai.server.request.duration');
    expect(durations.at(-1)?.points.map((point) => point.count)).toEqual([1]);
    expect(sidecar.stderr()).toContain('"msg":"ended"');
    expect(sidecar.stdout()).toBe('');
  });

  test('a second signal ends it at once', async () => {
    const sidecar = await startSidecarProcess({ GENAI_EXTPROC_DRAIN_MILLIS: '60000' });
    const client = connectClient(grpcTarget(sidecar.listen));
    const stream = client.open();
    await stream.ask(requestHeaders());
    sidecar.process.kill('SIGTERM');
    await eventually(() => sidecar.stderr().includes('draining'));
    // within a second it would count as the same key, which reaches us twice below npm
    await setTimeout(1_050);
    expect(await sidecar.stop('SIGINT')).toBe(130);
    client.close();
  });

  test('a unix socket that a killed one left behind does not keep the next from starting', async () => {
    const environment = { GENAI_EXTPROC_LISTEN: `unix://${join(folder, 'kill.sock')}` };
    const first = await startSidecarProcess(environment);
    await first.stop('SIGKILL');
    const second = await startSidecarProcess(environment);
    await call(second, 'm');
    expect(await second.stop()).toBe(0);
  });

  test.each(['GENAI_EXTPROC_LISTEN', 'GENAI_EXTPROC_ADMIN'])(
    '%s in use: exit code 1, the port and the setting',
    async (name) => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const { port } = taken.address() as { port: number };
      const free = { GENAI_EXTPROC_LISTEN: '127.0.0.1:0', GENAI_EXTPROC_ADMIN: '127.0.0.1:0' };
      const ended = await run(['serve'], {
        ...free,
        [name]: `127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
      });
      taken.close();
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(`127.0.0.1:${port}: the port is already in use`);
      expect(ended.stderr).toContain(name);
      // grpc-js would write lines of its own for the same trouble
      expect(ended.stderr).not.toMatch(/No address added|grpc/i);
      expect(ended.stdout).toBe('');
    },
  );

  test('settings that are not understood: exit code 1, every one of them with name, value and what is allowed', async () => {
    const ended = await run(['serve', '--drain-millis', 'soon'], {
      GENAI_EXTPROC_LISTEN: 'everywhere',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: 'a:b,,c',
      OPENINFERENCE_HIDE_INPUTS: 'perhaps',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    expect(ended.code).toBe(1);
    const told = [
      ['--drain-millis', 'soon'],
      ['GENAI_EXTPROC_LISTEN', 'everywhere'],
      ['OTEL_TRACES_SAMPLER', 'sometimes'],
      ['OTEL_TRACES_SAMPLER', 'parentbased_always_on'],
      ['OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES', 'c'],
      ['OPENINFERENCE_HIDE_INPUTS', 'perhaps'],
      ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json'],
    ];
    for (const texts of told) for (const text of texts) expect(ended.stderr).toContain(text);
    expect(ended.stderr).not.toContain('serving');
  });
});

describe('health', () => {
  test('0 while the sidecar serves, 1 with the address and the setting when none does', async () => {
    const admin = `127.0.0.1:${await freePort()}`;
    const sidecar = await startSidecarProcess({ GENAI_EXTPROC_ADMIN: admin });
    expect(await run(['health'], { GENAI_EXTPROC_ADMIN: admin })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await run(['health', '--admin', admin])).code).toBe(0);
    expect(await sidecar.stop()).toBe(0);
    const ended = await run(['health', '--admin', admin]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('UNHEALTHY');
    expect(ended.stderr).toContain(`http://${admin}/health`);
  });
});

describe('the command line', () => {
  test('--help and --version', async () => {
    const help = await run(['--help']);
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('GENAI_EXTPROC_LISTEN');
    expect((await run(['--version'])).stdout).toMatch(/^genai-extproc \d+\.\d+\.\d+\n$/);
  });

  test('a command that does not exist', async () => {
    const ended = await run(['server']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('"server" is no command');
  });

  test('settings from a file', async () => {
    const path = join(folder, 'settings.yaml');
    writeFileSync(path, 'drain-millis: never\n');
    const ended = await run(['serve'], { GENAI_EXTPROC_CONFIG: path });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('never');
  });
});
