import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { eventually } from '../support/eventually.js';
import { answerOf, chatCompletion, chatEvents, chunkOf, LAST_CHUNK, SSE_HEAD } from '../support/openai-answers.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { askRaw, openRaw, parseRaw, rawRequest } from '../support/raw-http.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.js';
import { buildProgram, type SidecarProcess, startSidecarProcess } from '../support/sidecar-process.js';
import { createGatewayConfig } from './support/gateway-config.js';

/** Sidecars as processes of their own that are told to end, behind a real Envoy. */
const CALLERS = 6;

let upstream: ScriptedUpstream;
let sink: OtlpSink;
let envoy: TestEnvoy;
let port: number;
let sidecars: SidecarProcess[] = [];
let models = 0;

beforeAll(buildProgram, 120_000);
beforeEach(async () => {
  [upstream, sink, port] = await Promise.all([startScriptedUpstream(), startOtlpSink(), freePort()]);
});
afterEach(async () => {
  await envoy?.close();
  await Promise.all(sidecars.splice(0).map((sidecar) => sidecar.stop('SIGKILL')));
  await Promise.all([upstream.close(), sink.close()]);
});

interface Cluster {
  name: string;
  load_assignment: { endpoints: [{ lb_endpoints: object[] }] };
}

/** Starts so many sidecars, and an Envoy that finds all of them well. */
async function start(count: number, settings: Record<string, string>): Promise<SidecarProcess[]> {
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    GENAI_EXTPROC_REPLY_MILLIS: '10000',
    ...settings,
  };
  sidecars = await Promise.all(Array.from({ length: count }, () => startSidecarProcess(environment)));
  const [first] = sidecars as [SidecarProcess];
  const config = parse(createGatewayConfig({ port, sidecar: first.listen, upstreamPort: upstream.port, variants: {} }));
  const clusters = config.static_resources.clusters as Cluster[];
  const cluster = clusters.find(({ name }) => name === 'genai_sidecar') as Cluster;
  cluster.load_assignment.endpoints[0].lb_endpoints = sidecars.map(({ listen }) => {
    if (listen.kind !== 'tcp') throw new Error('a port is expected');
    return { endpoint: { address: { socket_address: { address: listen.host, port_value: listen.port } } } };
  });
  envoy = await startEnvoy(stringify(config, { lineWidth: 0, aliasDuplicateObjects: false }));
  await healthy(count);
  return sidecars;
}

const healthy = (count: number) =>
  eventually(
    async () => (await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') === count,
    () => `Envoy does not find ${count} sidecars well`,
    20_000,
  );

/** What went wrong with the observation, by Envoy's counters. */
async function trouble(): Promise<string[]> {
  const stats = await envoy.stats();
  return ['failure_mode_allowed', 'streams_failed', 'message_timeouts', 'spurious_msgs_received'].filter(
    (name) => stats.get(`http.llm.ext_proc.genai.${name}`) !== 0,
  );
}

const request = (model: string, script: string) =>
  rawRequest(
    'POST',
    `/v1/chat/completions?t=${model}`,
    { 'x-script': script, 'content-type': 'application/json', connection: 'close' },
    JSON.stringify({ model, messages: [] }),
  );
const newModel = () => {
  models += 1;
  return `drain-${models}`;
};

/** Calls one after the other until it is told to stop; every answer must be whole. */
function keepCalling() {
  let stopped = false;
  const called: string[] = [];
  const caller = async () => {
    while (!stopped) {
      const model = newModel();
      called.push(model);
      const script = upstream.script((exchange) => exchange.write(answerOf(chatCompletion(model))));
      const answer = await askRaw(port, request(model, script));
      expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
      expect(answer.body.toString()).toBe(chatCompletion(model));
    }
  };
  const done = Promise.all(Array.from({ length: CALLERS }, caller));
  return {
    called,
    async stop() {
      stopped = true;
      await done;
    },
  };
}

/** A streamed call that goes on when it is told to. */
async function openStream() {
  const model = newModel();
  const events = chatEvents(model);
  let goOn = () => {};
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const script = upstream.script(async (exchange) => {
    await exchange.write(SSE_HEAD);
    for (const event of events.slice(0, 2)) await exchange.write(chunkOf(event));
    await told;
    for (const event of events.slice(2)) await exchange.write(chunkOf(event));
    await exchange.write(LAST_CHUNK);
  });
  const connection = openRaw(port);
  connection.write(request(model, script));
  await connection.until('Hel');
  return {
    model,
    async finish() {
      goOn();
      await connection.closed;
      expect(parseRaw(connection.received()).body.toString()).toBe(events.join(''));
    },
  };
}

const spansOf = (model: string) => sink.spans().filter((span) => span.attributes['llm.request.model_name'] === model);
const durations = () =>
  sink
    .metrics()
    .filter((metric) => metric.name === 'gen_ai.server.request.duration')
    .flatMap((metric) => metric.points);

test('one of two under load: no call fails, is changed, or goes unobserved; open streams are seen to their end', async () => {
  // a busy machine may take its time with the health check
  const [leaving] = await start(2, {
    GENAI_EXTPROC_DRAIN_DELAY_MILLIS: '6000',
    GENAI_EXTPROC_DRAIN_MILLIS: '30000',
  });
  const load = keepCalling();
  // enough that both sidecars have some
  const streams = await Promise.all(Array.from({ length: 6 }, openStream));
  await eventually(() => load.called.length > 50, undefined, 20_000);
  const stopped = (leaving as SidecarProcess).stop('SIGTERM');
  await eventually(async () => (await fetch(`${(leaving as SidecarProcess).adminUrl}/health`)).status === 503);
  await healthy(1);
  const before = load.called.length;
  await eventually(() => load.called.length > before + 50, undefined, 20_000);
  for (const stream of streams) await stream.finish();
  expect(await stopped).toBe(0);
  await eventually(() => load.called.length > before + 100, undefined, 20_000);
  await load.stop();
  expect(await trouble()).toEqual([]);
  const all = [...load.called, ...streams.map(({ model }) => model)];
  await eventually(
    () => sink.spans().length >= all.length,
    () => `${sink.spans().length} spans of ${all.length}`,
    20_000,
  );
  expect(sink.spans().length).toBe(all.length);
  expect(all.filter((model) => spansOf(model).length !== 1)).toEqual([]);
  expect(sink.spans().filter((span) => span.status.code === 'ERROR')).toEqual([]);
  const rows = await envoy.accessLog(all.length);
  expect(rows.filter((row) => row['trace_id'] === null)).toEqual([]);
}, 120_000);

test('a stream beyond the deadline is let go in peace: its client has every byte, and it is told of once', async () => {
  const [only] = await start(1, { GENAI_EXTPROC_DRAIN_DELAY_MILLIS: '100', GENAI_EXTPROC_DRAIN_MILLIS: '500' });
  const streams = await Promise.all([openStream(), openStream()]);
  expect(await (only as SidecarProcess).stop('SIGTERM')).toBe(0);
  for (const stream of streams) await stream.finish();
  expect(await trouble()).toEqual([]);
  for (const { model } of streams) {
    expect(spansOf(model).map((span) => span.attributes['error.type'])).toEqual(['interrupted']);
  }
  expect(sink.spans()).toHaveLength(2);
  const points = durations().filter((point) => point.attributes['error.type'] === 'interrupted');
  // cumulative: the last figure of each series counts
  const counted = new Map(points.map((point) => [point.attributes['gen_ai.request.model'], Number(point.count)]));
  expect([...counted.values()].reduce((sum, count) => sum + count, 0)).toBe(2);
}, 60_000);

test('a second signal ends it at once, and its call goes on', async () => {
  const [only] = await start(1, { GENAI_EXTPROC_DRAIN_MILLIS: '60000' });
  const stream = await openStream();
  const { process, stderr, stop } = only as SidecarProcess;
  process.kill('SIGTERM');
  await eventually(() => stderr().includes('draining'));
  // within a second it would count as the same key
  await wait(1_050);
  const began = performance.now();
  await stop('SIGTERM');
  expect(performance.now() - began).toBeLessThan(10_000);
  await stream.finish();
}, 60_000);
