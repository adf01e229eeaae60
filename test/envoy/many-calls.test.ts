import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import type { UpstreamExchange } from '../support/scripted-upstream.js';
import { sumOf } from '../support/prometheus-page.js';
import { RECOMMENDED, type Stage, startStage } from './support/stage.js';

/*
 * A gRPC server of Node.js closes a connection that brings more than 1000 stream resets at once, or more than 33 a second
 * then. Envoy's own way to end an observation is such a reset, so far more calls than that must leave no mark.
 */
const CALLS = Number(process.env['CALLS'] ?? 4000);
const ABORTS = Number(process.env['ABORTS'] ?? 1500);
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
      path: '/v1/chat/completions',
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

/** What Envoy's counters and the sidecar's say of the calls made since `before`. */
async function look() {
  const stats = await stage.envoy.stats();
  const samples = await stage.sidecar.metrics();
  const cluster = (name: string) => stats.get(`cluster.genai_sidecar.${name}`) ?? 0;
  const filter = (name: string) => stats.get(`http.${RECOMMENDED}.ext_proc.genai.${name}`) ?? 0;
  const durations = (error: string | undefined) =>
    samples
      .filter((sample) => sample.name === 'gen_ai_server_request_duration_seconds_count')
      .filter((sample) => sample.labels['error_type'] === error)
      .reduce((sum, sample) => sum + sample.value, 0);
  return {
    allowed: filter('failure_mode_allowed'),
    failed: filter('streams_failed'),
    streams: filter('streams_started'),
    ejections: cluster('outlier_detection.ejections_enforced_total'),
    connections: cluster('upstream_cx_total'),
    cut: cluster('upstream_cx_destroy_remote_with_active_rq'),
    resets: cluster('http2.tx_reset'),
    opened: sumOf(samples, 'genai_extproc_streams_opened_total'),
    succeeded: durations(undefined),
    interrupted: durations('interrupted'),
  };
}

test('thousands of calls', async () => {
  const statuses = await callMany(CALLS, (exchange) => exchange.write(JSON_HEAD + ANSWER));
  expect(statuses).toEqual(new Set([200]));
  await eventually(async () => (await look()).succeeded >= CALLS, () => 'calls are missing');
  console.log(await look());
}, 60000);

test('hang up', async () => {
  await callMany(ABORTS, async (exchange) => { await exchange.write(STREAM_HEAD + EVENT); }, true);
  await eventually(async () => (await look()).interrupted >= ABORTS, async () => JSON.stringify(await look())).catch(e => console.log(String(e)));
  console.log(await look());
}, 60000);
describe;
