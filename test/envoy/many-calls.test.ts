import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { sumOf } from '../support/prometheus-page.js';
import type { UpstreamExchange } from '../support/scripted-upstream.js';
import { RECOMMENDED, type Stage, startStage } from './support/stage.js';

/*
 * A gRPC server of Node.js closes a connection that brings more than 1000 stream resets at once, or more than 33 a second
 * then. Envoy's own way to end an observation is such a reset, so far more calls than that must leave no mark.
 */
const CALLS = 2000;
const HANG_UPS = 1200;
const OTHERS = 1200;
const AT_A_TIME = 16;

const REQUEST = JSON.stringify({ model: 'many', messages: [{ role: 'user', content: 'Hi' }] });
const ANSWER = JSON.stringify({
  model: 'many-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
});
const JSON_HEAD = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${ANSWER.length}\r\n\r\n`;
const EVENT = 'data: {"model":"many-1","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n';
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000\r\n\r\n';

let stage: Stage;
let agent: Agent;
let path = '/v1/chat/completions';

beforeAll(async () => {
  stage = await startStage();
  agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
});
afterAll(async () => {
  agent.destroy();
  await stage.close();
});

/** Makes one call; `abort`: hangs up at the first byte of the answer. Resolves with the status. */
function call(script: string, abort: boolean): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      port: stage.port(),
      path,
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': REQUEST.length, 'x-script': script },
    });
    request.on('response', (response) => {
      response.on('end', () => resolve(response.statusCode));
      response.on('data', () => {
        if (!abort) return;
        request.destroy();
        resolve(response.statusCode);
      });
      response.on('error', () => undefined);
    });
    request.on('error', (error) => (abort ? undefined : reject(error)));
    request.end(REQUEST);
  });
}

async function callMany(count: number, answer: (exchange: UpstreamExchange) => Promise<void>, abort = false) {
  const script = stage.upstream.script(answer);
  let started = 0;
  const statuses = new Set<number | undefined>();
  const caller = async () => {
    while (started < count) {
      started += 1;
      statuses.add(await call(script, abort));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, caller));
  return statuses;
}

/** What Envoy's counters and the sidecar's say. */
async function look() {
  const stats = await stage.envoy.stats();
  const samples = await stage.sidecar.metrics();
  const cluster = (name: string) => stats.get(`cluster.genai_sidecar.${name}`) ?? Number.NaN;
  const filter = (name: string) => stats.get(`http.${RECOMMENDED}.ext_proc.genai.${name}`) ?? Number.NaN;
  const durations = (error: string | undefined) =>
    sumOf(
      samples.filter((sample) => sample.labels['error_type'] === error),
      'gen_ai_server_request_duration_seconds_count',
    );
  return {
    trouble: {
      unobserved: filter('failure_mode_allowed'),
      failed: filter('streams_failed'),
      timeouts: filter('message_timeouts'),
      ejections: cluster('outlier_detection.ejections_enforced_total'),
      resets: cluster('http2.tx_reset'),
      stillOpen: cluster('upstream_rq_active'),
    },
    streams: filter('streams_started'),
    opened: sumOf(samples, 'genai_extproc_streams_opened_total'),
    connections: cluster('upstream_cx_total'),
    succeeded: durations(undefined),
    interrupted: durations('interrupted'),
  };
}

type Look = Awaited<ReturnType<typeof look>>;

/** Looks again until it is as it should be. */
async function expectLook(isThere: (seen: Look) => boolean): Promise<Look> {
  let seen = await look();
  await eventually(
    async () => {
      seen = await look();
      return isThere(seen) && seen.trouble.stillOpen === 0;
    },
    () => JSON.stringify(seen),
  );
  expect(seen.trouble).toEqual({ unobserved: 0, failed: 0, timeouts: 0, ejections: 0, resets: 0, stillOpen: 0 });
  expect(seen.opened).toBe(seen.streams);
  return seen;
}

test('calls that end well', async () => {
  expect(await callMany(CALLS, (exchange) => exchange.write(JSON_HEAD + ANSWER))).toEqual(new Set([200]));
  const seen = await expectLook(({ succeeded }) => succeeded >= CALLS);
  expect(seen).toMatchObject({ streams: CALLS, succeeded: CALLS, interrupted: 0 });
  // one connection is followed by the next before it is full
  expect(seen.connections).toBeGreaterThanOrEqual(Math.floor(CALLS / 900));
}, 60_000);

test('calls whose client hangs up', async () => {
  const before = await look();
  await callMany(HANG_UPS, (exchange) => exchange.write(STREAM_HEAD + EVENT), true);
  const seen = await expectLook(({ interrupted }) => interrupted >= HANG_UPS);
  expect(seen.streams - before.streams).toBe(HANG_UPS);
  expect(seen).toMatchObject({ succeeded: before.succeeded, interrupted: HANG_UPS });
}, 60_000);

test('requests that are none of ours', async () => {
  const before = await look();
  path = '/v1/models';
  expect(await callMany(OTHERS, (exchange) => exchange.write(JSON_HEAD + ANSWER))).toEqual(new Set([200]));
  const seen = await expectLook(({ streams }) => streams - before.streams >= OTHERS);
  expect(seen).toMatchObject({ succeeded: before.succeeded, interrupted: before.interrupted });
}, 60_000);
