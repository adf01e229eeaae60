import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { eventually } from '../support/eventually.js';
import { answerOf, chatCompletion, chatEvents, chunkOf, LAST_CHUNK, SSE_HEAD } from '../support/openai-answers.js';
import { freePort } from '../support/ports.js';
import { askRaw, rawRequest } from '../support/raw-http.js';
import { type ScriptedUpstream, startScriptedUpstream, type UpstreamScript } from '../support/scripted-upstream.js';
import { buildProgram, type SidecarProcess, startSidecarProcess } from '../support/sidecar-process.js';
import { createGatewayConfig } from './support/gateway-config.js';

/** A sidecar that hangs while it watches in observability mode. Envoy's keepalive would notice after 20 s at the earliest. */
const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-observed-'));
const path = join(folder, '0.sock');
const BIG = 32 << 20;
const UNNOTICED_MILLIS = 18_000;

let inlinePort: number;
let observedPort: number;
let upstream: ScriptedUpstream;
let envoy: TestEnvoy;
let sidecar: SidecarProcess;

beforeAll(async () => {
  buildProgram();
  [upstream, inlinePort, observedPort] = await Promise.all([startScriptedUpstream(), freePort(), freePort()]);
  sidecar = await startSidecarProcess({ GENAI_EXTPROC_LISTEN: `unix://${path}` });
  envoy = await startEnvoy(
    createGatewayConfig({
      port: inlinePort,
      sidecar: { kind: 'unix', path },
      upstreamPort: upstream.port,
      variants: { observe: { mode: 'observe', port: observedPort } },
    }),
  );
  const healthy = async () => (await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') === 1;
  await eventually(healthy, () => 'Envoy does not find the sidecar', 10_000);
}, 120_000);
afterAll(async () => {
  sidecar?.process.kill('SIGCONT');
  await sidecar?.stop('SIGKILL');
  await envoy?.close();
  await upstream?.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (run: UpstreamScript, port = observedPort) =>
  askRaw(
    port,
    rawRequest(
      'POST',
      '/v1/chat/completions',
      { 'x-script': upstream.script(run), 'content-type': 'application/json' },
      JSON.stringify({ model: 'm', stream: true, messages: [] }),
    ),
  );
const counter = async (name: string) => (await envoy.stats()).get(`http.observe.ext_proc.genai.${name}`) ?? 0;

test('a big answer and a stream pass as if nobody watched, and so do the calls after them', async () => {
  // two streams are open and watched when the sidecar stops
  let goOn = () => {};
  const stopped = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const stream = ask(async (exchange) => {
    await exchange.write(SSE_HEAD);
    await stopped;
    for (const event of chatEvents('m')) {
      await exchange.write(chunkOf(event));
      await exchange.pause(20);
    }
    await exchange.write(LAST_CHUNK);
  });
  const big = ask(async (exchange) => {
    await stopped;
    await exchange.write(answerOf(chatCompletion('m', { padding: 'y'.repeat(BIG) })));
  });
  await eventually(async () => (await counter('streams_started')) === 2, undefined, 10_000);
  sidecar.process.kill('SIGSTOP');
  const began = performance.now();
  goOn();
  expect((await stream).body.toString()).toBe(chatEvents('m').join(''));
  expect((await big).body.length).toBeGreaterThan(BIG);
  expect((await ask((exchange) => exchange.write(answerOf(chatCompletion('m'))))).statusLine).toContain('200');
  expect(performance.now() - began).toBeLessThan(UNNOTICED_MILLIS);
}, 60_000);

test('Envoy lets go of what it holds for the sidecar', async () => {
  await eventually(
    async () => (await envoy.stats()).get('cluster.genai_sidecar.upstream_rq_active') === 0,
    () => 'streams are still open',
    15_000,
  );
});

test('it comes back: calls are observed again', async () => {
  sidecar.process.kill('SIGCONT');
  const recorded = async () => {
    await ask((exchange) => exchange.write(answerOf(chatCompletion('back'))));
    const page = await (await fetch(`${sidecar.adminUrl}/metrics`)).text();
    return page.includes('back-2024');
  };
  await eventually(recorded, () => 'no call is observed', 20_000);
}, 40_000);
