import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  answerOf,
  chatCompletion,
  chatEvents,
  chunkOf,
  embeddings,
  headOf,
  LAST_CHUNK,
  SSE_HEAD,
} from '../support/openai-answers.js';
import type { DecodedLog, DecodedSpan } from '../support/otlp-decode.js';
import { freePort } from '../support/ports.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, openRaw, parseRaw, rawRequest } from '../support/raw-http.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { clusterAt, type ListenerParts } from './support/gateway-config.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

/** envoy.observe.yaml: what it tells is what inline tells, but for what the mode cannot know. */
let stage: Stage;

const CLOSE_MILLIS = 5000; // deferred_close_timeout
const observe = { mode: 'observe' } as const;
const down = (dead: number) => ({
  change({ routes, clusters }: ListenerParts) {
    if (!clusters.some(({ name }) => name === 'llm_down')) clusters.push(clusterAt('llm_down', dead));
    for (const route of routes) if (route.route) route.route['cluster'] = 'llm_down';
  },
});
const slow = {
  change({ routes }: ListenerParts) {
    for (const route of routes) if (route.route) route.route['timeout'] = '0.3s';
  },
};

beforeAll(async () => {
  const dead = await freePort();
  stage = await startStage({
    observe,
    inlineDown: down(dead),
    observeDown: { ...observe, ...down(dead) },
    inlineSlow: slow,
    observeSlow: { ...observe, ...slow },
  });
});
afterAll(() => stage?.close());

const labels = (mark: Mark) => ({ gen_ai_original_model: mark.model });
const chat = (mark: Mark, more: object = {}) =>
  JSON.stringify({ model: mark.model, messages: [{ role: 'user', content: 'Hi' }], ...more });

/** One call in every signal that a mode cannot take away. */
async function told(mark: Mark): Promise<{ span: DecodedSpan; log: DecodedLog }> {
  const log = await eventually(
    () => stage.sink.logs().find((each) => each.attributes['gen_ai.request.model'] === mark.model),
    () => `no log record of ${mark.model}`,
    CLOSE_MILLIS + 15_000,
  );
  const span = await eventually(
    () => stage.sink.spans().find((each) => each.spanId === log.spanId),
    () => `no span of ${mark.model}`,
  );
  const samples = parsePrometheus(await (await fetch(`${stage.adminUrl()}/metrics`)).text());
  expect(sumOf(samples, 'gen_ai_server_request_duration_seconds_count', labels(mark))).toBe(1);
  return { span, log };
}

const TIMES = ['start_time', 'duration', 'token_latency_ttft', 'token_latency_itl', 'x-envoy-upstream-service-time'];
/** Marks are not all of one length. */
const OWN = ['x-request-id', 'upstream_host', 'bytes_received', 'bytes_sent'];

/** What must be the same in both modes: everything but times, ids and the marks themselves. */
function steady(mark: Mark, { span, log }: { span: DecodedSpan; log: DecodedLog }): object {
  const attributes = Object.entries(log.attributes).map(([name, value]) => {
    if (TIMES.includes(name) || OWN.includes(name)) return [name, typeof value];
    return [name, value];
  });
  const shown = {
    name: span.name,
    kind: span.kind,
    parent: span.parentSpanId,
    status: span.status,
    attributes: span.attributes,
    events: span.events.map(({ name, attributes: each }) => ({ name, each })),
    severity: log.severityText,
    log: Object.fromEntries(attributes),
  };
  const text = JSON.stringify(shown).replaceAll(mark.model, 'MODEL').replaceAll(mark.id, 'MARK');
  return JSON.parse(text.replace(/x{9,}|y{9,}/gu, 'PADDING'));
}

interface Case {
  path?: string;
  body?(mark: Mark): string;
  run(mark: Mark): UpstreamScript;
  /** Listeners by mode, where the call needs others. */
  listeners?: readonly [string, string];
}

const whole = (body: (model: string) => string | Buffer, headers: Record<string, string> = {}, status?: string) => ({
  run:
    (mark: Mark): UpstreamScript =>
    (exchange) =>
      exchange.write(answerOf(body(mark.model), headers, status)),
});
const pieces = (head: string, events: (model: string) => readonly (string | Buffer)[]) => ({
  run:
    (mark: Mark): UpstreamScript =>
    async (exchange) => {
      await exchange.write(head);
      for (const event of events(mark.model)) {
        await exchange.write(chunkOf(event));
        await exchange.pause(2);
      }
      await exchange.write(LAST_CHUNK);
    },
});
const CHUNKED = { 'transfer-encoding': 'chunked' };
const GZIPPED = headOf('200 OK', { 'content-type': 'text/event-stream', 'content-encoding': 'gzip', ...CHUNKED });
const NDJSON = headOf('200 OK', { 'content-type': 'application/x-ndjson', ...CHUNKED });
const ollamaLine = (model: string, more: object) =>
  `${JSON.stringify({ model, created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: 'Hel' }, done: false, ...more })}\n`;
const halves = (bytes: Buffer) => [bytes.subarray(0, 40), bytes.subarray(40)];
const anthropic = (model: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model,
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 5 },
});
const streamed = { body: (mark: Mark) => chat(mark, { stream: true, stream_options: { include_usage: true } }) };

const CASES: Record<string, Case> = {
  'chat, JSON': whole(chatCompletion),
  'chat, JSON, gzip': whole((model) => gzipSync(chatCompletion(model)), { 'content-encoding': 'gzip' }),
  'chat, SSE': { ...streamed, ...pieces(SSE_HEAD, chatEvents) },
  'chat, SSE, gzip': {
    ...streamed,
    ...pieces(GZIPPED, (model) => halves(gzipSync(chatEvents(model).join('')))),
  },
  'chat, SSE, an error event': {
    ...streamed,
    ...pieces(SSE_HEAD, (model) => [
      chatEvents(model)[0]!,
      'data: {"error":{"message":"no","type":"server_error"}}\n\n',
    ]),
  },
  embeddings: {
    path: '/v1/embeddings',
    body: (mark) => JSON.stringify({ model: mark.model, input: 'Hi' }),
    ...whole(embeddings),
  },
  'messages, JSON': {
    path: '/v1/messages',
    body: (mark) => chat(mark, { max_tokens: 9 }),
    ...whole((model) => JSON.stringify(anthropic(model))),
  },
  'Ollama, NDJSON': {
    path: '/api/chat',
    ...pieces(NDJSON, (model) => [
      ollamaLine(model, {}),
      ollamaLine(model, { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 4 }),
    ]),
  },
  'a request of 10 MiB': { body: (mark) => chat(mark, { padding: 'x'.repeat(10 << 20) }), ...whole(chatCompletion) },
  'an answer of 10 MiB': whole((model) => chatCompletion(model, { padding: 'y'.repeat(10 << 20) })),
  'HTTP 429 with a body': whole(() => '{"error":{"message":"slow down"}}', {}, '429 Too Many Requests'),
  'HTTP 503 without one': {
    run: () => (exchange) => exchange.write(headOf('503 No', { 'content-length': '0' })),
  },
  'no JSON': whole(() => 'hello', { 'content-type': 'text/plain' }),
  'the upstream refuses the connection': { ...whole(() => ''), listeners: ['inlineDown', 'observeDown'] },
  'the route times out': {
    run: () => (exchange) => exchange.gone,
    listeners: ['inlineSlow', 'observeSlow'],
  },
  'the upstream resets before it answers': { run: () => (exchange) => exchange.reset() },
  'the upstream resets amid its answer': {
    ...streamed,
    run: (mark) => async (exchange) => {
      await exchange.write(SSE_HEAD + chunkOf(chatEvents(mark.model)[1]!).toString());
      await exchange.pause(50);
      exchange.reset();
    },
  },
};

describe('the same as inline', () => {
  test.each(Object.entries(CASES))(
    '%s',
    async (_name, one) => {
      const [inline, observing] = one.listeners ?? [undefined, 'observe'];
      const marks = [stage.mark(), stage.mark()] as const;
      const answers: unknown[] = [];
      for (const [mark, listener] of [
        [marks[0], inline],
        [marks[1], observing],
      ] as const) {
        const script = stage.upstream.script(one.run(mark));
        const headers = { 'x-script': script, 'content-type': 'application/json', 'user-agent': 'test' };
        const path = `${one.path ?? '/v1/chat/completions'}?t=${mark.id}`;
        const request = rawRequest('POST', path, headers, one.body?.(mark) ?? chat(mark));
        const { statusLine } = await askRaw(stage.port(listener), request);
        answers.push(statusLine);
      }
      expect(answers[1]).toEqual(answers[0]);
      const records = [await told(marks[0]), await told(marks[1])] as const;
      expect(steady(marks[1], records[1])).toEqual(steady(marks[0], records[0]));
    },
    60_000,
  );
});

describe('what the mode knows differently', () => {
  /** Sends a call whose client hangs up; resolves with its record. */
  async function hangUp(at: string, after: number) {
    const mark = stage.mark();
    const script = stage.upstream.script(async (exchange) => {
      if (at === 'Hel') {
        await exchange.write(SSE_HEAD);
        for (const event of chatEvents(mark.model).slice(0, 3)) await exchange.write(chunkOf(event));
      }
      await exchange.gone;
    });
    const client = openRaw(stage.port('observe'));
    const headers = { 'x-script': script, 'content-type': 'application/json' };
    client.write(rawRequest('POST', `/v1/chat/completions?t=${mark.id}`, headers, chat(mark, { stream: true })));
    if (at === 'Hel') await client.until('Hel');
    else await eventually(() => stage.upstream.requests(script).length === 1);
    await new Promise((resolve) => setTimeout(resolve, after));
    client.close();
    return told(mark);
  }

  test('a client that hangs up amid the answer: its call ended with the latest message', async () => {
    const { span, log } = await hangUp('Hel', 300);
    expect(span.attributes['error.type']).toBe('interrupted');
    expect(span.endTime - span.startTime).toBeLessThan(300);
    expect(log.attributes['duration']).toBeLessThan(300);
    // the duration is a whole number of milliseconds
    expect(log.attributes['token_latency_ttft']).toBeLessThan((log.attributes['duration'] as number) + 1);
  });

  test('a client that hangs up before there is one', async () => {
    const { span } = await hangUp('request', 0);
    expect(span.attributes['error.type']).toBe('interrupted');
    expect(span.endTime).toBeGreaterThanOrEqual(span.startTime);
    expect(span.endTime - span.startTime).toBeLessThan(CLOSE_MILLIS * 0.9);
  });

  test('time to the first token is the time of its arrival', async () => {
    const mark = stage.mark();
    const script = stage.upstream.script(async (exchange) => {
      await exchange.write(SSE_HEAD);
      await exchange.pause(400);
      for (const event of chatEvents(mark.model)) await exchange.write(chunkOf(event));
      await exchange.write(LAST_CHUNK);
    });
    const headers = { 'x-script': script, 'content-type': 'application/json' };
    const request = rawRequest('POST', `/v1/chat/completions?t=${mark.id}`, headers, chat(mark, { stream: true }));
    await askRaw(stage.port('observe'), request);
    const { log } = await told(mark);
    expect(log.attributes['token_latency_ttft']).toBeGreaterThan(380);
    expect(log.attributes['token_latency_ttft']).toBeLessThan(2000);
  });

  test('nothing of ours is in the access log, and no header goes upstream', async () => {
    const mark = stage.mark();
    const script = stage.upstream.script((exchange) => exchange.write(answerOf(chatCompletion(mark.model))));
    const headers = { 'x-script': script, 'content-type': 'application/json' };
    await askRaw(stage.port('observe'), rawRequest('POST', `/v1/chat/completions?t=${mark.id}`, headers, chat(mark)));
    const row = await stage.row(mark);
    expect(Object.keys(row).filter((name) => /gen_ai|trace_id|session/.test(name))).toEqual([]);
    expect(stage.upstream.requests(script)[0]?.headers('traceparent')).toEqual([]);
    await told(mark);
  });
});

describe('what is no call', () => {
  test.each([
    ['garbage', 'GARBAGE\r\n\r\n', '400'],
    ['a head of 70 KB', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'l'.repeat(70_000)}\r\n\r\n`, '431'],
    ['HTTP/1.0', 'GET /v1/chat/completions HTTP/1.0\r\n\r\n', '426'],
  ])('%s: the client has Envoy’s own answer, and no call is recorded', async (_name, request, status) => {
    const recorded = stage.sidecar.counters.values['calls.recorded'];
    const client = openRaw(stage.port('observe'));
    client.write(request);
    await client.closed;
    expect(parseRaw(client.received()).statusLine).toContain(status);
    expect(stage.sidecar.counters.values['calls.recorded']).toBe(recorded);
  });

  test('a path of no interest: one message is looked at, both bodies pass whole', async () => {
    const mark = stage.mark('not recorded');
    const received = stage.sidecar.counters.values['messages.received'];
    const up = 'u'.repeat(5 << 20);
    const down = 'd'.repeat(5 << 20);
    const script = stage.upstream.script((exchange) => exchange.write(answerOf(down)));
    const answer = await askRaw(
      stage.port('observe'),
      rawRequest('POST', `/v1/files?t=${mark.id}`, { 'x-script': script }, up),
    );
    expect(answer.body.toString() === down).toBe(true);
    expect(stage.upstream.requests(script)[0]?.body.toString() === up).toBe(true);
    expect(stage.sidecar.counters.values['messages.received'] - received).toBe(1);
  });

  test('a websocket: untouched, and its frames are not looked at', async () => {
    const mark = stage.mark('not recorded');
    const received = stage.sidecar.counters.values['messages.received'];
    const script = stage.upstream.earlyScript(async (exchange) => {
      await exchange.write(headOf('101 Switching Protocols', { upgrade: 'websocket', connection: 'upgrade' }));
      for (let frame = 0; frame < 5; frame += 1) {
        await exchange.write('frame');
        await exchange.pause(5);
      }
      exchange.finish();
    });
    const client = openRaw(stage.port('observe'));
    const lines = ['host: x', 'upgrade: websocket', 'connection: upgrade', `x-script: ${script}`];
    client.write(`GET /v1/realtime?t=${mark.id} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    await client.until('frameframeframeframeframe');
    client.close();
    await stage.row(mark);
    expect(stage.sidecar.counters.values['messages.received'] - received).toBe(1);
    expect(stage.sidecar.counters.values['streams.unsupported_mode']).toBe(0);
  });
});

describe('all of them', () => {
  test('every call gave exactly one span and one duration sample', () => stage.expectOneRecordPerCall());

  test('no stream stays open', async () => {
    const open = async () => (await stage.envoy.stats()).get('cluster.genai_sidecar.upstream_rq_active');
    await eventually(async () => (await open()) === 0, undefined, CLOSE_MILLIS + 15_000);
  });

  test('Envoy had no trouble with the observation', () =>
    stage.expectNoTrouble('llm', 'observe', 'inlineDown', 'observeDown', 'inlineSlow', 'observeSlow'));
});
