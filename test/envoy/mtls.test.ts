import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.js';
import { answerOf, chatCompletion } from '../support/openai-answers.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, rawRequest } from '../support/raw-http.js';
import type { ListenerParts, Part } from './support/gateway-config.js';
import { type Stage, startStage } from './support/stage.js';

const pathOf = (name: string) => fileURLToPath(new URL(`../telemetry/certificates/${name}`, import.meta.url));
const FILES: Record<string, string> = {
  '/etc/genai/envoy.pem': pathOf('client.pem'),
  '/etc/genai/envoy.key': pathOf('client.key'),
  '/etc/genai/ca.pem': pathOf('ca.pem'),
};

interface TransportSocket extends Part {
  typed_config: { common_tls_context: Part };
}

/** The example's part of the cluster, with the tests' certificates. */
function exampleSocket(): TransportSocket {
  let text = readFileSync('examples/mtls/transport-socket.yaml', 'utf8');
  for (const [there, here] of Object.entries(FILES)) {
    expect(text).toContain(there);
    text = text.replaceAll(there, here);
  }
  return (parse(text) as { transport_socket: TransportSocket }).transport_socket;
}

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    mtls: {
      settings: {
        GENAI_EXTPROC_TLS_CERTIFICATE: pathOf('server.pem'),
        GENAI_EXTPROC_TLS_KEY: pathOf('server.key'),
        GENAI_EXTPROC_TLS_CLIENT_CA: pathOf('ca.pem'),
      },
      change: ({ clusters }) => {
        clusterNamed(clusters, 'sidecar_mtls')['transport_socket'] = exampleSocket();
      },
    },
    // the same sidecar, by an Envoy that has no certificate
    stranger: {
      change({ clusters, filter }) {
        const cluster = structuredClone(clusterNamed(clusters, 'sidecar_mtls'));
        cluster.name = 'stranger';
        const socket = exampleSocket();
        delete socket.typed_config.common_tls_context['tls_certificates'];
        cluster['transport_socket'] = socket;
        clusters.push(cluster);
        Object.assign(filter['grpc_service'] as Part, { envoy_grpc: { cluster_name: 'stranger' } });
      },
    },
  });
}, 60_000);
afterAll(() => stage?.close());

function clusterNamed(clusters: ListenerParts['clusters'], name: string) {
  const found = clusters.find((cluster) => cluster.name === name);
  if (!found) throw new Error(`no cluster ${name}`);
  return found;
}

function call(variant: string, id: string, model: string) {
  const script = stage.upstream.script((exchange) => exchange.write(answerOf(chatCompletion(model))));
  const headers = { 'x-script': script, 'content-type': 'application/json', connection: 'close' };
  const body = JSON.stringify({ model, messages: [] });
  return askRaw(stage.port(variant), rawRequest('POST', `/v1/chat/completions?t=${id}`, headers, body));
}

test('Envoy with a certificate of the authority is observed', async () => {
  const mark = stage.mark();
  const answer = await call('mtls', mark.id, mark.model);
  expect(answer.body.toString()).toBe(chatCompletion(mark.model));
  const { span } = await stage.observe(mark, 'mtls');
  expect(span.attributes['llm.request.model_name']).toBe(mark.model);
  await stage.expectNoTrouble('mtls');
});

test('Envoy without one is refused, and its calls go on unobserved', async () => {
  const metric = async (name: string) =>
    sumOf(parsePrometheus(await (await fetch(`${stage.adminUrl('mtls')}/metrics`)).text()), name);
  const opened = await metric('genai_extproc_streams_opened_total');
  const mark = stage.mark('not recorded');
  const answer = await call('stranger', mark.id, mark.model);
  expect(answer.statusLine).toContain('200');
  expect(answer.body.toString()).toBe(chatCompletion(mark.model));
  expect(await stage.row(mark)).toMatchObject({ response_code: 200, trace_id: null });
  // the health check is refused as the call is
  await eventually(async () => (await metric('genai_extproc_connections_refused_total')) > 0);
  expect(await metric('genai_extproc_streams_opened_total')).toBe(opened);
});
