import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type SimulatedModel, startSimulatedModel } from '../../src/up/simulated-model.js';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { readComposeFile } from './support/compose-file.js';
import { environmentOf, execForm, lastInstruction, parseDockerfile } from './support/dockerfile.js';
import { type EnvoyConfig, substituteAddresses } from './support/envoy-config.js';
import { eventually, type RunningProcess, startProcess } from './support/processes.js';
import { curlCalls, type ReadmeCall } from './support/readme-calls.js';

/**
 * The compose example without containers: its own commands, environment, envoy.yaml and README calls, with nothing
 * changed but host names and ports. The simulated model stands for Ollama, an OTLP sink for Phoenix.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(ROOT, 'examples/compose');
const service = readComposeFile(join(EXAMPLE, 'compose.yaml')).services['sidecar']!;
const image = parseDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).at(-1)!;
const [plainCall, streamedCall] = curlCalls(readFileSync(join(EXAMPLE, 'README.md'), 'utf8')) as [
  ReadmeCall,
  ReadmeCall,
];

let model: SimulatedModel;
let sink: OtlpSink;
let sidecar: RunningProcess;
let envoy: TestEnvoy;
let gatewayPort: number;
let adminPort: number;

beforeAll(async () => {
  gatewayPort = await freePort();
  adminPort = await freePort();
  const sidecarPort = await freePort();
  model = await startSimulatedModel();
  sink = await startOtlpSink();
  sidecar = startSidecar(sidecarPort);
  await eventually(isHealthy, () => `the sidecar is not healthy: ${sidecar.stdout()}${sidecar.stderr()}`);
  envoy = await startEnvoy(
    JSON.stringify(
      substituteAddresses(
        parse(readFileSync(join(EXAMPLE, 'envoy.yaml'), 'utf8')) as EnvoyConfig,
        new Map([
          ['0.0.0.0:9901', { address: '127.0.0.1', port_value: 0 }],
          ['0.0.0.0:1975', { address: '127.0.0.1', port_value: gatewayPort }],
          ['sidecar:1063', { address: '127.0.0.1', port_value: sidecarPort }],
          ['ollama:11434', { address: '127.0.0.1', port_value: model.port }],
        ]),
      ),
    ),
  );
});

afterAll(async () => {
  await envoy?.close();
  sidecar?.process.kill('SIGKILL');
  await sink?.close();
  await model?.close();
});

test('a call gives its answer, one span in Phoenix, and a row in the access log', async () => {
  const response = await send(plainCall);
  const answer = (await response.json()) as { choices: object[]; usage: Record<string, number> };
  expect(response.status).toBe(200);
  expect(answer.choices).toHaveLength(1);

  await sink.until(() => sink.spans().length >= 1);
  const [span] = sink.spans();
  expect(span?.name).toBe('ChatCompletion');
  expect(span?.resource).toMatchObject({ 'openinference.project.name': 'compose', 'service.name': 'genai-extproc' });
  expect(span?.attributes).toMatchObject({
    'session.id': 'tour-1',
    'llm.provider': 'ollama',
    'llm.request.model_name': 'smollm2:135m',
    'llm.input_messages.0.message.content': 'Say hello in five words.',
    'llm.token_count.prompt': answer.usage['prompt_tokens'],
    'llm.token_count.completion': answer.usage['completion_tokens'],
  });

  const [row] = await envoy.accessLog(1);
  expect(row).toMatchObject({
    response_code: 200,
    'gen_ai.request.model': 'smollm2:135m',
    'gen_ai.usage.input_tokens': answer.usage['prompt_tokens'],
    'gen_ai.usage.output_tokens': answer.usage['completion_tokens'],
    'session.id': 'tour-1',
    trace_id: span?.traceId,
  });
});

test('a streamed call arrives whole, with its first token marked, in the same session', async () => {
  const text = await (await send(streamedCall)).text();
  expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);

  await sink.until(() => sink.spans().length >= 2);
  const span = sink.spans()[1];
  expect(span?.events.map((event) => event.name)).toEqual(['First Token Stream Event']);
  expect(span?.attributes['session.id']).toBe('tour-1');

  const row = (await envoy.accessLog(2))[1];
  expect(row).toMatchObject({ streaming: true, token_latency_ttft: expect.any(Number), trace_id: span?.traceId });
});

test('the metrics are on /metrics, and none goes to Phoenix, which would refuse them', async () => {
  const page = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  for (const name of [
    'gen_ai_client_token_usage',
    'gen_ai_server_request_duration_seconds',
    'gen_ai_server_time_to_first_token_seconds',
    'gen_ai_server_time_per_output_token_seconds',
  ]) {
    expect(page).toContain(`${name}_count{`);
  }
  expect(new Set(sink.requests.map((request) => request.signal))).toEqual(new Set(['traces']));
});

test("Envoy's counters, by the names that the README tells, show a healthy filter", async () => {
  const stats = await envoy.stats();
  const counter = (name: string) => [...stats].find(([key]) => new RegExp(`genai.*${name}$`).test(key))?.[1];
  expect(counter('streams_started')).toBe(2);
  expect(counter('failure_mode_allowed')).toBe(0);
  expect(counter('message_timeouts')).toBe(0);
});

test('without the sidecar the call is answered all the same, and its row says that nobody watched', async () => {
  expect(await sidecar.stop('SIGTERM')).toBe(0);
  const response = await send(plainCall);
  expect(response.status).toBe(200);
  expect(await response.json()).toHaveProperty('choices');
  expect((await envoy.accessLog(3))[2]).toMatchObject({ response_code: 200, 'gen_ai.request.model': null });
});

function startSidecar(port: number): RunningProcess {
  const main = join(ROOT, 'dist/main.js');
  if (!existsSync(main)) throw new Error('dist/ is missing: run `npm test`, which builds it, or `npm run build`');
  const words = ['ENTRYPOINT', 'CMD'].flatMap((name) => execForm(lastInstruction(image, name)));
  const environment = { ...environmentOf(image), ...service.environment };
  const substituted = {
    ...environment,
    GENAI_EXTPROC_LISTEN: `127.0.0.1:${port}`,
    GENAI_EXTPROC_ADMIN: `127.0.0.1:${adminPort}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: environment['OTEL_EXPORTER_OTLP_ENDPOINT']?.replace(
      'http://phoenix:6006',
      sink.httpUrl,
    ),
  };
  return startProcess([process.execPath, ...words.slice(1)], { cwd: ROOT, env: substituted });
}

async function isHealthy(): Promise<true | undefined> {
  return (await fetch(`http://127.0.0.1:${adminPort}/health`)).ok ? true : undefined;
}

function send(call: ReadmeCall): Promise<Response> {
  const url = new URL(call.url);
  url.port = String(gatewayPort);
  return fetch(url, { method: 'POST', headers: call.headers, body: call.body });
}
