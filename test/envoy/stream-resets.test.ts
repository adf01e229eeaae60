import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { eventually } from '../support/eventually.js';
import { answerOf, chatCompletion } from '../support/openai-answers.js';
import { freePort } from '../support/ports.js';
import { sumOf } from '../support/prometheus-page.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.js';
import { startTestSidecar, type TestSidecar } from '../support/sidecar.js';
import { createGatewayConfig } from './support/gateway-config.js';

/*
 * Envoy's own way to end an observation is a stream reset. A server on Node's HTTP/2 closes a connection after some 1000 of them; ours
 * must not mind, whether or not the two settings of the recommended envoy.yaml that avoid resets are there.
 */
const CALLS = 3000;
const AT_A_TIME = 16;

let upstream: ScriptedUpstream;
let sidecar: TestSidecar;
let envoy: TestEnvoy;
let port: number;
const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });

interface Config {
  layered_runtime?: unknown;
  static_resources: { clusters: { name: string; typed_extension_protocol_options?: Record<string, object> }[] };
}

beforeAll(async () => {
  [upstream, sidecar, port] = await Promise.all([startScriptedUpstream(), startTestSidecar(), freePort()]);
  const text = createGatewayConfig({ port, sidecar: sidecar.listen, upstreamPort: upstream.port, variants: {} });
  const config = parse(text) as Config;
  delete config.layered_runtime;
  const cluster = config.static_resources.clusters.find(({ name }) => name === 'genai_sidecar');
  const [options] = Object.values(cluster?.typed_extension_protocol_options ?? {}) as [
    { common_http_protocol_options: { max_requests_per_connection?: number } },
  ];
  expect(options.common_http_protocol_options.max_requests_per_connection).toBeGreaterThan(0);
  delete options.common_http_protocol_options.max_requests_per_connection;
  envoy = await startEnvoy(stringify(config, { lineWidth: 0, aliasDuplicateObjects: false }));
}, 60_000);
afterAll(async () => {
  agent.destroy();
  await envoy?.close();
  await Promise.all([sidecar.close(), upstream.close()]);
});

function call(script: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ model: 'many', messages: [] });
    const headers = { 'content-type': 'application/json', 'content-length': body.length, 'x-script': script };
    const request = httpRequest({ port, path: '/v1/chat/completions', method: 'POST', agent, headers });
    request.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode)));
    request.on('error', reject).end(body);
  });
}

test('thousands of observations that Envoy ends with a reset pass on one connection', async () => {
  const script = upstream.script((exchange) => exchange.write(answerOf(chatCompletion('many'))));
  let started = 0;
  const caller = async () => {
    while (started < CALLS) {
      started += 1;
      expect(await call(script)).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, caller));
  await eventually(
    async () => sumOf(await sidecar.metrics(), 'gen_ai_server_request_duration_seconds_count') === CALLS,
    () => 'not every call was recorded',
  );
  const stats = await envoy.stats();
  const filter = (name: string) => stats.get(`http.llm.ext_proc.genai.${name}`);
  expect([filter('streams_started'), filter('failure_mode_allowed'), filter('streams_failed')]).toEqual([CALLS, 0, 0]);
  const cluster = (name: string) => stats.get(`cluster.genai_sidecar.${name}`);
  // else this would be no test
  expect(cluster('http2.tx_reset')).toBeGreaterThan(CALLS / 2);
  // one for calls, one for health checks
  expect(cluster('upstream_cx_total')).toBeLessThanOrEqual(2);
}, 120_000);
