import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ListenAddress } from '../../src/config/settings.js';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { eventually } from '../support/eventually.js';
import { answerOf, chatCompletion, chatEvents, chunkOf, LAST_CHUNK, SSE_HEAD } from '../support/openai-answers.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, openRaw, parseRaw, rawRequest } from '../support/raw-http.js';
import { type ScriptedUpstream, startScriptedUpstream, type UpstreamScript } from '../support/scripted-upstream.js';
import { buildProgram, type SidecarProcess, startSidecarProcess } from '../support/sidecar-process.js';
import { createGatewayConfig } from './support/gateway-config.js';

/** The sidecar as its own process, which dies, hangs, or is not there; Envoy's timers are the recommended ones. */
const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-loss-'));
const listen: ListenAddress = { kind: 'unix', path: join(folder, '0.sock') };
let port: number;
let upstream: ScriptedUpstream;
let sink: OtlpSink;
let envoy: TestEnvoy;
let sidecar: SidecarProcess | undefined;
let calls = 0;

beforeAll(async () => {
  buildProgram();
  [upstream, sink, port] = await Promise.all([startScriptedUpstream(), startOtlpSink(), freePort()]);
  const config = { port, sidecar: listen, upstreamPort: upstream.port, variants: {}, recommendedTimers: true };
  // no sidecar is there yet: Envoy has to start and serve all the same
  envoy = await startEnvoy(createGatewayConfig(config));
}, 120_000);
afterAll(async () => {
  await envoy?.close();
  await Promise.all([upstream?.close(), sink?.close()]);
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  sink.requests.length = 0;
});
afterEach(async () => {
  if (!sidecar) return;
  await sidecar.stop('SIGKILL');
  sidecar = undefined;
  // until Envoy knows, its health check could fail on the old connection and take the next sidecar out
  const known = async () => (await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') === 0;
  await eventually(known, () => 'Envoy does not see that the sidecar is gone', 10_000);
});

async function startSidecar(): Promise<SidecarProcess> {
  sidecar = await startSidecarProcess({
    GENAI_EXTPROC_LISTEN: `unix://${(listen as { path: string }).path}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  });
  const { adminUrl } = sidecar;
  // ejections of the one before it have their own time: the proof is a message that arrives
  const observed = async () => {
    await fetch(`http://127.0.0.1:${port}/v1/models`);
    const samples = parsePrometheus(await (await fetch(`${adminUrl}/metrics`)).text());
    return sumOf(samples, 'genai_extproc_messages_received_total') > 0;
  };
  await eventually(observed, () => 'Envoy does not find the sidecar', 15_000);
  return sidecar;
}

const models = () => sink.spans().map((span) => span.attributes['llm.request.model_name']);
const request = (model: string, run: UpstreamScript) =>
  rawRequest(
    'POST',
    `/v1/chat/completions?t=${model}-`,
    { 'x-script': upstream.script(run), 'content-type': 'application/json' },
    JSON.stringify({ model, stream: true, messages: [] }),
  );
const newModel = () => {
  calls += 1;
  return `model-${calls}`;
};
const json =
  (model: string): UpstreamScript =>
  (exchange) =>
    exchange.write(answerOf(chatCompletion(model)));

/** A stream that stops after two events until it is told to go on. */
function pausing(model: string) {
  let goOn = () => {};
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const events = chatEvents(model);
  const run: UpstreamScript = async (exchange) => {
    await exchange.write(SSE_HEAD);
    for (const event of events.slice(0, 2)) await exchange.write(chunkOf(event));
    await told;
    for (const event of events.slice(2)) {
      await exchange.write(chunkOf(event));
      await exchange.pause(10);
    }
    await exchange.write(LAST_CHUNK);
  };
  return { run, goOn, text: events.join('') };
}

const rowOf = (model: string) =>
  eventually(
    async () => (await envoy.accessLog()).find((row) => String(row['request.path']).includes(`t=${model}-`)),
    () => `no row of ${model}`,
  );

describe('no sidecar', () => {
  test('at the start: calls pass, unobserved', async () => {
    const model = newModel();
    const answer = await askRaw(port, request(model, json(model)));
    expect(answer.body.toString()).toBe(chatCompletion(model));
    expect(await rowOf(model)).toMatchObject({ response_code: 200, trace_id: null });
  });

  test('comes later: calls are observed from then on', async () => {
    await startSidecar();
    const model = newModel();
    expect((await askRaw(port, request(model, json(model)))).statusLine).toContain('200');
    expect(await rowOf(model)).toMatchObject({ 'gen_ai.usage.total_tokens': 31 });
    await sink.until(() => models().includes(model));
  });
});

describe('killed in mid-stream', () => {
  test('the client’s answer stays whole, and so do those after it', async () => {
    const running = await startSidecar();
    const [model, next] = [newModel(), newModel()];
    const stream = pausing(model);
    const connection = openRaw(port);
    connection.write(request(model, stream.run));
    await connection.until('Hel');
    await running.stop('SIGKILL');
    stream.goOn();
    await connection.closed;
    expect(parseRaw(connection.received()).body.toString()).toBe(stream.text);
    // what had been told before stays in the log
    expect(await rowOf(model)).toMatchObject({ response_flags: '-', 'gen_ai.request.model': model });
    expect((await askRaw(port, request(next, json(next)))).body.toString()).toBe(chatCompletion(next));
  });
});

describe('stopped in mid-stream with SIGTERM', () => {
  test('the stream is observed to its end, and its telemetry goes out before the process does', async () => {
    const running = await startSidecar();
    const model = newModel();
    const stream = pausing(model);
    const connection = openRaw(port);
    connection.write(request(model, stream.run));
    await connection.until('Hel');
    const stopped = running.stop('SIGTERM');
    await eventually(() => running.stderr().includes('draining'));
    // a call that comes before Envoy's health check is observed still
    const known = async () => (await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') === 0;
    await eventually(known, () => 'Envoy does not see that the sidecar ends', 10_000);
    const unobserved = newModel();
    expect((await askRaw(port, request(unobserved, json(unobserved)))).statusLine).toContain('200');
    stream.goOn();
    await connection.closed;
    expect(parseRaw(connection.received()).body.toString()).toBe(stream.text);
    expect(await stopped).toBe(0);
    expect(models()).toEqual([model]);
    expect(sink.spans()[0]?.status.code).toBe('OK');
    expect(await rowOf(model)).toMatchObject({ 'gen_ai.usage.total_tokens': 31 });
    expect(await rowOf(unobserved)).toMatchObject({ trace_id: null });
  });
});

describe('hanging in mid-stream', () => {
  test('Envoy lets the client go on once its keepalive fails', async () => {
    const running = await startSidecar();
    const model = newModel();
    const stream = pausing(model);
    const connection = openRaw(port);
    connection.write(request(model, stream.run));
    await connection.until('Hel');
    running.process.kill('SIGSTOP');
    const began = performance.now();
    stream.goOn();
    await connection.closed;
    expect(parseRaw(connection.received()).body.toString()).toBe(stream.text);
    expect(performance.now() - began).toBeLessThan(8_000);
  });
});
