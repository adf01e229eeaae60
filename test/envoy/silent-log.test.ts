import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { eventually } from '../support/eventually.js';
import { FORM_HEADERS, form } from '../support/form.js';
import { answerOf, chatCompletion, chunkOf, eventOf, headOf, SSE_HEAD } from '../support/openai-answers.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, rawRequest } from '../support/raw-http.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.js';
import { buildProgram, type SidecarProcess, startSidecarProcess } from '../support/sidecar-process.js';
import { createGatewayConfig } from './support/gateway-config.js';

/*
 * What people say to models, and what they identify themselves with, may stand in spans when the settings say so, and never in the
 * process's own log: not at its most talkative, not when calls or exports fail.
 */

/** Stands in everything that a client, an upstream or a setting says. */
const CANARY = 'canary-7f3a';
const canary = (place: string) => `${CANARY}-${place}`;

let sink: OtlpSink;
let upstream: ScriptedUpstream;
let sidecar: SidecarProcess;
let envoy: TestEnvoy;
let port: number;

beforeAll(async () => {
  buildProgram();
  [sink, upstream, port] = await Promise.all([startOtlpSink(), startScriptedUpstream(), freePort()]);
  sidecar = await startSidecarProcess({
    AIGW_DEBUG: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${canary('collector')}`,
    OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: 'x-tenant:tenant.id',
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
    AI_GATEWAY_TRACING_SEMCONV: 'openinference,gen_ai',
  });
  envoy = await startEnvoy(
    createGatewayConfig({ port, sidecar: sidecar.listen, upstreamPort: upstream.port, variants: {} }),
  );
}, 120_000);
afterAll(async () => {
  await envoy?.close();
  sidecar?.process.kill('SIGKILL');
  await Promise.all([sink?.close(), upstream?.close()]);
});

const REQUEST = JSON.stringify({
  model: canary('model'),
  user: canary('user'),
  messages: [{ role: 'user', content: canary('prompt') }],
  tools: [{ type: 'mcp', server_label: 'x', authorization: canary('tool') }],
});
const answer = chatCompletion(canary('model'), { system_fingerprint: canary('answer') });
const error = JSON.stringify({ error: { message: canary('error'), type: canary('type'), code: canary('code') } });

/** Request body, its headers, and what the upstream writes. */
const CALLS: [name: string, body: string | Buffer, headers: Record<string, string>, bytes: Buffer][] = [
  ['an answer', REQUEST, {}, answerOf(answer, { 'set-cookie': canary('set-cookie') })],
  ['a compressed answer', REQUEST, {}, answerOf(gzipSync(answer), { 'content-encoding': 'gzip' })],
  ['bytes that are not in their coding', REQUEST, {}, answerOf(answer, { 'content-encoding': 'gzip' })],
  ['a coding that nobody knows', REQUEST, {}, answerOf(answer, { 'content-encoding': canary('coding') })],
  ['an error', REQUEST, {}, answerOf(error, {}, '429 Too Many Requests')],
  [
    'an error event, and the end of the connection',
    REQUEST,
    {},
    Buffer.concat([Buffer.from(SSE_HEAD), chunkOf(`data: ${error}\n\n`)]),
  ],
  [
    'events that are no JSON',
    REQUEST,
    {},
    Buffer.concat([Buffer.from(SSE_HEAD), chunkOf(`data: {"${canary('event')}\n\n`), chunkOf(eventOf('[DONE]'))]),
  ],
  ['a request that is no JSON', `{"model":"${canary('model')}","x":${canary('request')}`, {}, answerOf(answer)],
  [
    'an answer that is no JSON',
    REQUEST,
    {},
    answerOf(`<html>${canary('page')}</html>`, { 'content-type': canary('mime') }),
  ],
  [
    'a form',
    form(['model', canary('field')], ['file', { name: canary('file'), bytes: canary('bytes') }]),
    FORM_HEADERS,
    answerOf(answer),
  ],
  [
    'a broken form',
    `--x\r\n${canary('part')}`,
    { 'content-type': `multipart/form-data; boundary=${CANARY}` },
    answerOf(answer),
  ],
  [
    'an answer that stops',
    REQUEST,
    {},
    Buffer.from(headOf('200 OK', { 'content-type': 'application/json', 'content-length': '999' }) + answer),
  ],
];

async function drive(): Promise<void> {
  for (const [, body, more, bytes] of CALLS) {
    const script = upstream.script(async (exchange) => {
      await exchange.write(bytes);
      exchange.finish();
    });
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${canary('authorization')}`,
      'x-api-key': canary('api-key'),
      cookie: canary('cookie'),
      'x-tenant': canary('tenant'),
      'agent-session-id': canary('session'),
      traceparent: canary('traceparent'),
      baggage: `session.id=${canary('baggage')}%zz`,
      'user-agent': canary('agent'),
      ...more,
      'x-script': script,
    };
    const path = 'content-type' in more ? '/v1/audio/transcriptions' : '/v1/chat/completions';
    await askRaw(port, rawRequest('POST', `${path}?key=${canary('query')}`, headers, body));
  }
}

const recorded = async () =>
  sumOf(
    parsePrometheus(await (await fetch(`${sidecar.adminUrl}/metrics`)).text()),
    'gen_ai_server_request_duration_seconds_count',
  );

test('the log has no word of bodies, headers, queries or credentials, whatever goes wrong', async () => {
  await drive();
  await sink.until(() => sink.spans().length >= CALLS.length, 20_000);
  // the canary does stand where the settings put it: the calls were read
  expect(JSON.stringify(sink.spans())).toContain(canary('prompt'));
  sink.behave({ httpStatus: 401 });
  await drive();
  await eventually(
    async () => (await recorded()) === 2 * CALLS.length,
    () => 'the calls are not recorded',
    20_000,
  );
  await envoy.close();
  expect(await sidecar.stop('SIGTERM')).toBe(0);
  const said = sidecar.stdout() + sidecar.stderr();
  // it did speak: of the exports that were refused, too
  expect(said).toContain('"msg":"serving"');
  expect(said).toMatch(/export/i);
  expect(said.split('\n').filter((line) => line.includes(CANARY))).toEqual([]);
}, 90_000);
