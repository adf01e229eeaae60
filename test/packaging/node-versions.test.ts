import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGatewayConfig } from '../envoy/support/gateway-config.js';
import { zstdStored } from '../support/compress-case.js';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { answerOf, chatCompletion, chunkOf, eventOf, LAST_CHUNK, SSE_HEAD } from '../support/openai-answers.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, rawRequest } from '../support/raw-http.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.js';
import { buildProgram, type SidecarProcess, startSidecarProcess } from '../support/sidecar-process.js';
import { findNode, NODE_RELEASES } from './support/node-runtime.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where the first download of a Node counts in. */
const START_MILLIS = 240_000;

/** The log's level of what is no trouble. */
const INFO = 30;

const MODEL = 'node-versions';
const ANSWER = chatCompletion(MODEL);
/** The answers of one model, in every coding that clients ask for, and streamed. */
const CODINGS: Record<string, Buffer> = {
  plain: answerOf(ANSWER),
  gzip: answerOf(gzipSync(ANSWER), { 'content-encoding': 'gzip' }),
  br: answerOf(brotliCompressSync(ANSWER), { 'content-encoding': 'br' }),
  zstd: answerOf(Buffer.from(zstdStored(Buffer.from(ANSWER))), { 'content-encoding': 'zstd' }),
  streamed: Buffer.concat([
    Buffer.from(SSE_HEAD),
    chunkOf(eventOf({ model: `${MODEL}-2024`, choices: [{ index: 0, delta: { content: 'Hello there' } }] })),
    chunkOf(
      eventOf({
        model: `${MODEL}-2024`,
        choices: [],
        usage: { prompt_tokens: 11, completion_tokens: 20, total_tokens: 31 },
      }),
    ),
    chunkOf(eventOf('[DONE]')),
    Buffer.from(LAST_CHUNK),
  ]),
};

describe.each(NODE_RELEASES.map((release) => [release.version, release] as const))('on Node %s', (version, release) => {
  let node: string;
  let sink: OtlpSink;
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  let envoy: TestEnvoy;
  let port: number;

  beforeAll(async () => {
    node = findNode(release);
    buildProgram();
    [sink, upstream, port] = await Promise.all([startOtlpSink(), startScriptedUpstream(), freePort()]);
    sidecar = await startSidecarProcess(
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        GENAI_EXTPROC_DECODE_WAIT_MILLIS: '2000',
      },
      node,
    );
    envoy = await startEnvoy(
      createGatewayConfig({ port, sidecar: sidecar.listen, upstreamPort: upstream.port, variants: {} }),
    );
  }, START_MILLIS);
  afterAll(async () => {
    await envoy?.close();
    sidecar?.process.kill('SIGKILL');
    await Promise.all([sink?.close(), upstream?.close()]);
  });

  const page = async () => parsePrometheus(await (await fetch(`${sidecar.adminUrl}/metrics`)).text());

  test('that is the Node that runs', async () => {
    const build = (await page()).find(({ name }) => name === 'genai_extproc_build_info');
    expect(build?.labels['node_version']).toBe(version);
  });

  test('calls in every coding are seen in spans and metrics, and reach the client as they were', async () => {
    for (const bytes of Object.values(CODINGS)) {
      const script = upstream.script((exchange) => exchange.write(bytes));
      const body = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hi' }] });
      const headers = { 'content-type': 'application/json', 'x-script': script };
      const answer = await askRaw(port, rawRequest('POST', '/v1/chat/completions', headers, body));
      expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
    }
    const count = Object.keys(CODINGS).length;
    await sink.until(() => sink.spans().length >= count, 15_000);
    const facts = sink
      .spans()
      .map(({ attributes }) => [
        attributes['llm.model_name'],
        attributes['llm.token_count.total'],
        attributes['error.type'],
      ]);
    expect(facts).toEqual(new Array(count).fill([`${MODEL}-2024`, 31, undefined]));
    const samples = await page();
    expect(sumOf(samples, 'gen_ai_server_request_duration_seconds_count')).toBe(count);
    expect(sumOf(samples, 'genai_extproc_decode_failed_total')).toBe(0);
    await sink.until(() => sink.metrics().length > 0);
  });

  test('Envoy had no trouble, and it ends with 0 on SIGTERM, without a word of complaint', async () => {
    const stats = await envoy.stats();
    const trouble = ['failure_mode_allowed', 'message_timeouts', 'spurious_msgs_received', 'streams_failed'];
    expect(trouble.map((name) => stats.get(`http.llm.ext_proc.genai.${name}`))).toEqual([0, 0, 0, 0]);
    await envoy.close();
    expect(await sidecar.stop('SIGTERM')).toBe(0);
    const lines = sidecar.stderr().trim().split('\n');
    expect(lines.filter((line) => (JSON.parse(line) as { level: number }).level > INFO)).toEqual([]);
  });

  test('decodes as on every other Node: the same tests of content codings', () => {
    const vitest = [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', 'test/decode/content-encoding.test.ts'];
    const { status, stdout } = spawnSync(node, vitest, {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    expect(`${status} ${stdout}`).toMatch(/^0 /);
  }, 60_000);
});
