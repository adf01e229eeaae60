import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGatewayConfig } from '../envoy/support/gateway-config.js';
import { startEnvoy, type TestEnvoy } from '../support/envoy.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/ports.js';
import { FULL, type LimitStage, MIB, startLimitStage } from './support/stage.js';

/** MiB of each body. */
const SIZE = FULL ? 1024 : 48;
/** MiB: what is kept each way, what Envoy sends in one message, and garbage. */
const GROWTH = 150;

const PIECE = Buffer.alloc(MIB, 'All work and no play makes a dull body. ');
const BEGIN = '{"model":"long","messages":[{"role":"user","content":"';
const END = '"}]}';
const ANSWER_BEGIN = '{"id":"a","object":"chat.completion","model":"long","choices":[{"index":0,"message":{"content":"';
const ANSWER_END = '"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}}';

let stage: LimitStage;
let envoy: TestEnvoy;
let upstream: Server;
let port: number;
beforeAll(async () => {
  upstream = createServer((incoming, outgoing) => {
    void digest(incoming).then(async (seen) => {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'x-seen': seen });
      await pour(outgoing, ANSWER_BEGIN, ANSWER_END);
    });
  });
  upstream.requestTimeout = 0;
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  stage = await startLimitStage();
  port = await freePort();
  envoy = await startEnvoy(
    createGatewayConfig({
      port,
      sidecar: { kind: 'tcp', host: '127.0.0.1', port: stage.port },
      upstreamPort: (upstream.address() as AddressInfo).port,
      variants: {},
    }),
  );
  await eventually(
    async () => ((await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') ?? 0) === 1,
    () => 'Envoy does not find the sidecar',
    20_000,
  );
});
afterAll(async () => {
  await envoy?.close();
  await stage?.close();
  upstream?.close();
});

/** Writes a body of {@link SIZE}; waits where the other side is slower. */
async function pour(to: NodeJS.WritableStream, begin: string, end: string): Promise<void> {
  to.write(begin);
  for (let done = 0; done < SIZE; done += 1) {
    if (!to.write(PIECE)) await new Promise((resolve) => to.once('drain', resolve));
  }
  to.end(end);
}

async function digest(from: IncomingMessage): Promise<string> {
  const hash = createHash('sha1');
  for await (const chunk of from) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function digestOf(begin: string, end: string): string {
  const hash = createHash('sha1').update(begin);
  for (let done = 0; done < SIZE; done += 1) hash.update(PIECE);
  return hash.update(end).digest('hex');
}

it('a request and an answer that are long flow through Envoy as they are, and are one call with its usage', async () => {
  await stage.attack(`a request and an answer of ${SIZE} MiB each, through Envoy`, GROWTH, async () => {
    const asked = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      asked.on('response', resolve).on('error', reject),
    );
    await pour(asked, BEGIN, END);
    const answer = await answered;
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['x-seen']).toBe(digestOf(BEGIN, END));
    expect(await digest(answer)).toBe(digestOf(ANSWER_BEGIN, ANSWER_END));
  });
  await eventually(async () => (await stage.samples()) === 1);
  expect(await stage.counter('content_truncated')).toBe(1);
  const output = (await stage.metrics()).find(
    ({ name, labels }) =>
      name === 'gen_ai_client_token_usage_sum' &&
      labels['gen_ai_token_type'] === 'output' &&
      labels['gen_ai_original_model'] === 'long',
  );
  expect(output?.value).toBe(5);
  const stats = await envoy.stats();
  const trouble = [
    'failure_mode_allowed',
    'message_timeouts',
    'spurious_msgs_received',
    'rejected_header_mutations',
    'streams_failed',
  ];
  const counted = trouble.map((name) => [name, stats.get(`http.llm.ext_proc.genai.${name}`)]);
  expect(counted).toEqual(trouble.map((name) => [name, 0]));
});
