import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AccessLogRow, startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { eventually } from '../support/eventually.js';
import { chatCompletion, chatEvents } from '../support/openai-answers.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, rawRequest } from '../support/raw-http.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.js';
import { buildProgram, logLines, startWorkersProcess, type WorkersProcess } from '../support/sidecar-process.js';
import { createGatewayConfig } from './support/gateway-config.js';
import { answers, streams } from './support/openai-calls.js';

/** Several workers behind a real Envoy, in traffic that does not stop: what a restart and a death do to it. */
const WORKERS = 3;
const CALLERS = 6;
/** What a killed worker takes with it: what it had counted since its last word, which is about a second old at most. */
const LOST_MILLIS = 2_500;

const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-rolling-'));
let upstream: ScriptedUpstream;
let sink: OtlpSink;
let envoy: TestEnvoy;
let workers: WorkersProcess;
let port: number;

beforeAll(async () => {
  buildProgram();
  [upstream, sink, port] = await Promise.all([startScriptedUpstream(), startOtlpSink(), freePort()]);
  workers = await startWorkersProcess(WORKERS, {
    GENAI_EXTPROC_LISTEN: `unix://${join(folder, 'ext.sock')}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    // health checks come every second, and may wait on a busy machine
    GENAI_EXTPROC_DRAIN_DELAY_MILLIS: '4000',
  });
  envoy = await startEnvoy(
    createGatewayConfig({ port, sidecar: workers.listen, upstreamPort: upstream.port, variants: {} }),
  );
  await found(WORKERS);
}, 120_000);
afterAll(async () => {
  await envoy?.close();
  await workers?.stop();
  await Promise.all([upstream?.close(), sink?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Waits until Envoy takes so many workers for healthy. */
const found = (count: number) =>
  eventually(
    async () => (await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') === count,
    () => `Envoy does not find ${count} workers`,
    30_000,
  );

const MODEL = 'rolling';
const JSON_ANSWER = chatCompletion(MODEL);
const EVENTS = chatEvents(MODEL);

interface Traffic {
  /** Calls that were begun. */
  calls: number;
  /** What clients got that was not the upstream's answer. */
  spoiled: string[];
  /** Ends it, and waits for the last answer. */
  stop(): Promise<void>;
}

/** Calls without a pause, JSON and streams in turns; every byte of every answer is looked at. */
function startTraffic(name: string): Traffic {
  const scripts = { json: upstream.script(answers(JSON_ANSWER)), stream: upstream.script(streams(EVENTS, 20)) };
  const traffic: Traffic = { calls: 0, spoiled: [], stop: async () => undefined };
  let over = false;
  async function caller(): Promise<void> {
    while (!over) {
      traffic.calls += 1;
      const stream = traffic.calls % 2 === 0;
      const answer = await askRaw(
        port,
        rawRequest(
          'POST',
          `/v1/chat/completions?t=${name}-`,
          { 'content-type': 'application/json', 'x-script': stream ? scripts.stream : scripts.json },
          JSON.stringify({ model: MODEL, stream, messages: [{ role: 'user', content: 'Hi' }] }),
        ),
      );
      const body = answer.body.toString();
      const whole = answer.statusLine.includes(' 200 ') && body === (stream ? EVENTS.join('') : JSON_ANSWER);
      if (!whole) traffic.spoiled.push(`${answer.statusLine} ${body}`);
      await sleep(10);
    }
  }
  const callers = Array.from({ length: CALLERS }, caller);
  traffic.stop = async () => {
    over = true;
    await Promise.all(callers);
  };
  return traffic;
}

const samples = async () =>
  sumOf(
    parsePrometheus(await (await fetch(`${workers.adminUrl}/metrics`)).text()),
    'gen_ai_server_request_duration_seconds_count',
  );
const extProc = async (name: string) => (await envoy.stats()).get(`http.llm.ext_proc.genai.${name}`) ?? Number.NaN;
const isUnobserved = (row: AccessLogRow) => row['trace_id'] === null;

/** The rows of one traffic, all of them. */
async function rowsOf(name: string, calls: number): Promise<AccessLogRow[]> {
  const rows = async () =>
    (await envoy.accessLog()).filter((row) => String(row['request.path']).includes(`t=${name}-`));
  await eventually(
    async () => (await rows()).length >= calls,
    () => `not ${calls} rows of ${name}`,
    10_000,
  );
  return rows();
}

const logged = (msg: string, count: number) =>
  eventually(
    () => logLines(workers).filter((line) => line['msg'] === msg).length >= count,
    () => `"${msg}" was not logged ${count} times: ${workers.stderr()}`,
    90_000,
  );

test('a rolling restart: no call fails, none is unobserved, each counts once', async () => {
  const before = workers.pids();
  const traffic = startTraffic('roll');
  const seen: number[] = [];
  await sleep(1_000);
  workers.process.kill('SIGUSR2');
  const done = logged('rolling restart is done', 1);
  let over = false;
  const watching = (async () => {
    while (!over) {
      seen.push(await samples());
      await sleep(100);
    }
  })();
  await done;
  await sleep(1_000);
  over = true;
  await watching;
  await traffic.stop();
  expect(workers.pids().some((pid) => before.includes(pid))).toBe(false);
  const rows = await rowsOf('roll', traffic.calls);
  const unobserved = rows.filter(isUnobserved).length;
  console.log(
    `rolling restart of ${WORKERS}: ${traffic.calls} calls, ${traffic.spoiled.length} spoiled, ${unobserved} unobserved`,
  );
  expect(traffic.spoiled).toEqual([]);
  expect(traffic.calls).toBeGreaterThan(100);
  expect({
    unobserved,
    failed: await extProc('streams_failed'),
    allowed: await extProc('failure_mode_allowed'),
  }).toEqual({
    unobserved: 0,
    failed: 0,
    allowed: 0,
  });
  await eventually(
    async () => (await samples()) >= traffic.calls,
    () => `not ${traffic.calls} samples`,
    10_000,
  );
  expect(await samples()).toBe(traffic.calls);
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  await sink.until(() => sink.spans().length >= traffic.calls, 20_000);
  expect(sink.spans()).toHaveLength(traffic.calls);
}, 180_000);

test('a worker killed: no call fails, and what is not counted is what it had not said yet', async () => {
  await found(WORKERS);
  const [before, served] = [await samples(), logLines(workers).filter(({ msg }) => msg === 'worker serves').length];
  const traffic = startTraffic('kill');
  await sleep(4_000);
  const calls = traffic.calls;
  await sleep(LOST_MILLIS);
  const recent = traffic.calls - calls;
  process.kill(workers.pids()[1]!, 'SIGKILL');
  await logged('worker serves', served + 1);
  await found(WORKERS);
  await sleep(2_000);
  await traffic.stop();
  const rows = await rowsOf('kill', traffic.calls);
  const unobserved = rows.filter(isUnobserved).length;
  await sleep(2_500);
  const counted = (await samples()) - before;
  const lost = traffic.calls - unobserved - counted;
  console.log(
    `a worker of ${WORKERS} killed: ${traffic.calls} calls, ${traffic.spoiled.length} spoiled, ${unobserved} unobserved, ${lost} observed and not counted`,
  );
  expect(traffic.spoiled).toEqual([]);
  expect(unobserved).toBeLessThan(traffic.calls / 10);
  expect(lost).toBeGreaterThanOrEqual(0);
  expect(lost).toBeLessThanOrEqual(recent);
  const counts = sink
    .metrics()
    .filter(({ name }) => name === 'gen_ai.server.request.duration')
    .map(({ points }) => points.reduce((sum, { count = 0 }) => sum + count, 0));
  expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  expect(new Set(sink.metrics().map(({ resource }) => resource['service.instance.id'])).size).toBe(1);
}, 180_000);
