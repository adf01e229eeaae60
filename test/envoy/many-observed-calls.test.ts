import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { sumOf } from '../support/prometheus-page.js';
import { type Stage, startStage } from './support/stage.js';

/*
 * In observability mode nothing holds calls back, and each of them ends with a stream that the sidecar closes: far more calls than a
 * connection of the cluster lasts for, at the speed of this machine, must all be seen.
 */
const CALLS = 3000;
const AT_A_TIME = 32;

const REQUEST = JSON.stringify({ model: 'many', messages: [{ role: 'user', content: 'Hi' }] });
const ANSWER = JSON.stringify({
  model: 'many-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
});
const RESPONSE = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${ANSWER.length}\r\n\r\n${ANSWER}`;

let stage: Stage;
let agent: Agent;

beforeAll(async () => {
  stage = await startStage({ observe: { mode: 'observe' }, pair: { mode: 'pair' } });
  agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
});
afterAll(async () => {
  agent.destroy();
  await stage.close();
});

function call(port: number, path: string, script: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': REQUEST.length, 'x-script': script };
    const request = httpRequest({ port, path, method: 'POST', agent, headers });
    request.on('response', (response) => response.on('end', () => resolve(response.statusCode)).resume());
    request.on('error', reject);
    request.end(REQUEST);
  });
}

/** Makes calls; resolves with their statuses. */
async function callMany(variant: string, count: number, path: string): Promise<Set<number | undefined>> {
  const script = stage.upstream.script((exchange) => exchange.write(RESPONSE));
  const statuses = new Set<number | undefined>();
  let started = 0;
  const caller = async () => {
    while (started < count) {
      started += 1;
      statuses.add(await call(stage.port(variant), path, script));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, caller));
  return statuses;
}

const recorded = async () => {
  const samples = (await stage.sidecar.metrics()).filter(({ labels }) => labels['error_type'] === undefined);
  return sumOf(samples, 'gen_ai_server_request_duration_seconds_count');
};
const seen = async (variant: string) => {
  const stats = await stage.envoy.stats();
  const { streams_started, streams_failed, failure_mode_allowed } = await stage.extProc(variant);
  const cluster = (name: string) => stats.get(`cluster.genai_sidecar.${name}`);
  return {
    streams_started,
    streams_failed,
    failure_mode_allowed,
    open: cluster('upstream_rq_active'),
    ejections: cluster('outlier_detection.ejections_enforced_total'),
    overflow: cluster('upstream_rq_pending_overflow'),
  };
};
const NO_TROUBLE = { streams_failed: 0, failure_mode_allowed: 0, open: 0, ejections: 0, overflow: 0 };

test.each(['observe', 'pair'])(
  '%s: every call is recorded, and none fails',
  async (variant) => {
    const before = await recorded();
    const path = '/v1/chat/completions';
    expect(await callMany(variant, CALLS, path)).toEqual(new Set([200]));
    let now = 0;
    await eventually(
      async () => {
        now = (await recorded()) - before;
        return now >= CALLS && (await seen(variant)).open === 0;
      },
      () => `${now} calls of ${CALLS} recorded`,
      30_000,
    );
    expect(now).toBe(CALLS);
    expect(await seen(variant)).toEqual({ ...NO_TROUBLE, streams_started: CALLS });
  },
  180_000,
);

test('requests that are none of ours: their streams end at once, and none fails', async () => {
  const before = await recorded();
  const { streams_started: started = 0 } = await seen('observe');
  expect(await callMany('observe', CALLS / 2, '/v1/models')).toEqual(new Set([200]));
  await eventually(async () => (await seen('observe')).open === 0, undefined, 30_000);
  expect(await seen('observe')).toEqual({ ...NO_TROUBLE, streams_started: started + CALLS / 2 });
  expect(await recorded()).toBe(before);
}, 180_000);
