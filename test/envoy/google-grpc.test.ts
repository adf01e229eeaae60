import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { startEnvoy } from '../support/envoy.js';
import { eventually } from '../support/eventually.js';
import { chatCompletion, chatEvents } from '../support/openai-answers.js';
import { freePort } from '../support/ports.js';
import { sumOf } from '../support/prometheus-page.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.js';
import { startTestSidecar } from '../support/sidecar.js';
import { createGatewayConfig } from './support/gateway-config.js';
import { answers, streams } from './support/openai-calls.js';
import { RECOMMENDED } from './support/stage.js';

/*
 * Other ways of an Envoy to reach the sidecar than the recommended one: Google's own gRPC library (`google_grpc`), whose HTTP/2
 * has nothing in common with Envoy's, and Envoy's with a header table that holds nothing; two threads, each with connections of its own.
 */
const CALLS = 200;
const AT_A_TIME = 8;
const MODEL = 'other-ways';
const JSON_ANSWER = chatCompletion(MODEL);
const EVENTS = chatEvents(MODEL);

const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-google-'));
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Change = (filter: Record<string, unknown>, sidecar: Record<string, unknown>, target: string) => void;

const googleGrpc: Change = (filter, _cluster, target) => {
  filter['grpc_service'] = { google_grpc: { target_uri: target, stat_prefix: 'sidecar' } };
};
const noHeaderTable: Change = (_filter, cluster) => {
  const [options] = Object.values(cluster['typed_extension_protocol_options'] as Record<string, unknown>) as [
    { explicit_http_config: { http2_protocol_options: Record<string, unknown> } },
  ];
  options.explicit_http_config.http2_protocol_options['hpack_table_size'] = 0;
};

/** A sidecar at `listen`, an upstream, and an Envoy of two threads that reaches the sidecar as `change` has it. */
async function start(listen: string, change: Change) {
  const [upstream, sidecar, port] = await Promise.all([
    startScriptedUpstream(),
    startTestSidecar({ GENAI_EXTPROC_LISTEN: listen }),
    freePort(),
  ]);
  cleanups.push(upstream.close, sidecar.close);
  const config = parse(
    createGatewayConfig({ port, sidecar: sidecar.listen, upstreamPort: upstream.port, variants: {} }),
  );
  const [{ typed_config: manager }] = config.static_resources.listeners[0].filter_chains[0].filters;
  const filter = manager.http_filters.find(({ name }: { name: string }) => name === 'genai.observe').typed_config;
  const cluster = config.static_resources.clusters.find(({ name }: { name: string }) => name === 'genai_sidecar');
  change(filter, cluster, sidecar.address.replace(/^unix:\/\//, 'unix:'));
  const envoy = await startEnvoy(stringify(config, { aliasDuplicateObjects: false }), { concurrency: 2 });
  cleanups.push(envoy.close);
  await eventually(
    async () => (await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') === 1,
    () => 'Envoy does not find the sidecar',
    10_000,
  );
  return { upstream, sidecar, envoy, port };
}

/** Makes the calls, JSON and streams in turns; resolves with what clients got that was not the upstream's answer. */
async function callMany(upstream: ScriptedUpstream, port: number): Promise<string[]> {
  const scripts = [upstream.script(answers(JSON_ANSWER)), upstream.script(streams(EVENTS, 1))] as const;
  const expected = [JSON_ANSWER, EVENTS.join('')] as const;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
  const spoiled: string[] = [];
  let started = 0;
  const caller = async () => {
    while (started < CALLS) {
      started += 1;
      const kind = (started % 2) as 0 | 1;
      const body = JSON.stringify({ model: MODEL, stream: kind === 1, messages: [{ role: 'user', content: 'Hi' }] });
      const answer = await call(agent, port, scripts[kind], body);
      if (answer !== expected[kind]) spoiled.push(answer);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, caller));
  agent.destroy();
  return spoiled;
}

function call(agent: Agent, port: number, script: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-script': script, 'content-length': body.length };
    const request = httpRequest({ port, path: '/v1/chat/completions', method: 'POST', agent, headers });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    request.end(body);
  });
}

test.each([
  ['google_grpc over TCP', '127.0.0.1:0', googleGrpc],
  ['google_grpc over a unix socket', `unix://${join(folder, 'ext.sock')}`, googleGrpc],
  ['envoy_grpc without a header table', '127.0.0.1:0', noHeaderTable],
])(
  '%s, two threads: every call is observed, none fails',
  async (_name, listen, change) => {
    const { upstream, sidecar, envoy, port } = await start(listen, change);
    expect(await callMany(upstream, port)).toEqual([]);
    const sum = async (name: string) => sumOf(await sidecar.metrics(), name);
    await eventually(
      async () => (await sum('gen_ai_server_request_duration_seconds_count')) >= CALLS,
      () => 'not every call was counted',
      10_000,
    );
    const stats = await envoy.stats();
    const filter = (name: string) => stats.get(`http.${RECOMMENDED}.ext_proc.genai.${name}`);
    expect({
      counted: await sum('gen_ai_server_request_duration_seconds_count'),
      opened: await sum('genai_extproc_streams_opened_total'),
      started: filter('streams_started'),
      unobserved: filter('failure_mode_allowed'),
      failed: filter('streams_failed'),
      timeouts: filter('message_timeouts'),
      spurious: filter('spurious_msgs_received'),
    }).toEqual({ counted: CALLS, opened: CALLS, started: CALLS, unobserved: 0, failed: 0, timeouts: 0, spurious: 0 });
    await eventually(
      async () => (await sum('genai_extproc_streams_open')) === 0,
      () => 'streams stay open',
      10_000,
    );
  },
  60_000,
);
