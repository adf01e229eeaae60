import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  answerOf,
  chatCompletion,
  chatEvents,
  chunkOf,
  embeddings,
  LAST_CHUNK,
  SSE_HEAD,
} from '../support/openai-answers.js';
import type { DecodedLog } from '../support/otlp-decode.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    genAi: {
      settings: {
        AI_GATEWAY_TRACING_SEMCONV: 'gen_ai',
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'Span_And_Event',
      },
    },
    both: { settings: { AI_GATEWAY_TRACING_SEMCONV: 'openinference,gen_ai' } },
    logOnly: {
      settings: { OTEL_TRACES_EXPORTER: 'none', OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'event_only' },
    },
    sampled: { settings: { GENAI_EXTPROC_LOG_SHARE: '0', GENAI_EXTPROC_LOG_EXPENSIVE_TOKENS: '31' } },
  });
});
afterAll(() => stage.close());

const messages = [{ role: 'user' as const, content: 'Say hello' }];
const options = (mark: Mark, run: UpstreamScript) => ({
  query: { t: mark.id, key: 'sk-secret' },
  headers: { 'x-script': stage.upstream.script(run), 'agent-session-id': 's-log', 'user-agent': 'test/1' },
});
const answers =
  (body: string, status?: string): UpstreamScript =>
  (exchange) =>
    exchange.write(answerOf(body, {}, status));
const streams: (model: string) => UpstreamScript = (model) => async (exchange) => {
  await exchange.write(SSE_HEAD);
  for (const event of chatEvents(model)) {
    await exchange.write(chunkOf(event));
    await exchange.pause(5);
  }
  await exchange.write(LAST_CHUNK);
};

const logOf = (mark: Mark): Promise<DecodedLog> =>
  eventually(
    () => stage.sink.logs().find((log) => log.attributes['gen_ai.request.model'] === mark.model),
    () => `no log record of ${mark.model}`,
  );

/** Fields that the sidecar and Envoy measure each by their own clock, or write in another form. */
const OF_THEIR_OWN = ['start_time', 'duration', 'request.path', 'x-envoy-upstream-service-time'];

test("a call's log record says what Envoy's access log says of it", async () => {
  const mark = stage.mark();
  await stage
    .client()
    .chat.completions.create({ model: mark.model, messages }, options(mark, answers(chatCompletion(mark.model))));
  const { row, span } = await stage.observe(mark);
  const log = await logOf(mark);
  expect(log).toMatchObject({
    severityText: 'INFO',
    traceId: span.traceId,
    spanId: span.spanId,
    flags: 1,
    eventName: '',
    resource: { 'service.name': 'ai-gateway' },
  });
  expect(log.body).toMatch(
    new RegExp(`^chat ${mark.model} → ${mark.model}-2024: 200, \\d+ ms, 11 tokens in, 20 tokens out$`),
  );
  const shared = Object.keys(log.attributes).filter((name) => name in row && !OF_THEIR_OWN.includes(name));
  expect(shared.length).toBeGreaterThan(18);
  for (const name of shared) expect([name, log.attributes[name]]).toEqual([name, row[name]]);
  expect(log.attributes).toMatchObject({
    start_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    'request.path': '/v1/chat/completions',
    'x-envoy-upstream-service-time': Number(row['x-envoy-upstream-service-time']),
    'session.id': 's-log',
  });
  expect(JSON.stringify(log)).not.toMatch(/sk-secret|sk-test|Say hello/);
  expect(log.integers).toEqual(
    expect.arrayContaining([
      'response_code',
      'duration',
      'bytes_received',
      'bytes_sent',
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.total_tokens',
    ]),
  );
});

test('an error is one of a higher severity', async () => {
  const mark = stage.mark();
  const failing = answers('{"error":{"message":"slow down"}}', '429 Too Many Requests');
  await stage
    .client()
    .chat.completions.create({ model: mark.model, messages }, options(mark, failing))
    .catch(() => undefined);
  expect(await logOf(mark)).toMatchObject({
    severityText: 'WARN',
    attributes: { response_code: 429, error_type: '429' },
  });
});

describe('the gen_ai conventions', () => {
  test('a streamed call: name, kind, status, facts and content of the span, content of the log record', async () => {
    const mark = stage.mark();
    const stream = await stage
      .client('genAi')
      .chat.completions.create(
        { model: mark.model, messages, stream: true, temperature: 0.5 },
        options(mark, streams(mark.model)),
      );
    for await (const _chunk of stream);
    const { span } = await stage.observe(mark, 'genAi');
    expect(span).toMatchObject({
      name: `chat ${mark.model}`,
      kind: 'CLIENT',
      status: { code: 'UNSET', message: '' },
      events: [],
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': mark.model,
        'gen_ai.request.temperature': 0.5,
        'gen_ai.request.stream': true,
        'gen_ai.response.model': `${mark.model}-2024`,
        'gen_ai.response.id': 'chatcmpl-test',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
        'gen_ai.usage.input_tokens': 11,
        'gen_ai.usage.output_tokens': 20,
        'session.id': 's-log',
      },
    });
    expect(Object.keys(span.attributes).filter((name) => /^(llm|openinference|input|output)\./.test(name))).toEqual([]);
    const content = {
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Say hello' }] }],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'Hello there' }], finish_reason: 'stop' },
      ],
    };
    const log = await logOf(mark);
    expect(log.eventName).toBe('gen_ai.client.inference.operation.details');
    for (const [name, value] of Object.entries(content)) {
      expect(JSON.parse(span.attributes[name] as string)).toEqual(value);
      expect(JSON.parse(log.attributes[name] as string)).toEqual(value);
    }
  });

  test('both vocabularies on one span: the first decides name and kind', async () => {
    const mark = stage.mark();
    await stage
      .client('both')
      .embeddings.create(
        { model: mark.model, input: 'Hi', dimensions: 2 },
        options(mark, answers(embeddings(mark.model))),
      );
    const { span } = await stage.observe(mark, 'both');
    expect(span).toMatchObject({
      name: 'CreateEmbeddings',
      kind: 'INTERNAL',
      status: { code: 'OK' },
      attributes: {
        'openinference.span.kind': 'EMBEDDING',
        'embedding.embeddings.0.embedding.text': 'Hi',
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.embeddings.dimension.count': 2,
        'gen_ai.usage.input_tokens': 7,
      },
    });
  });
});

test('content in the log alone, of a streamed call without a span', async () => {
  const mark = stage.mark();
  const stream = await stage
    .client('logOnly')
    .chat.completions.create({ model: mark.model, messages, stream: true }, options(mark, streams(mark.model)));
  for await (const _chunk of stream);
  const log = await logOf(mark);
  expect([log.traceId, log.spanId, log.flags]).toEqual(['', '', 0]);
  expect(JSON.parse(log.attributes['gen_ai.output.messages'] as string)).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: 'Hello there' }], finish_reason: 'stop' },
  ]);
});

test('sampled: the expensive has a record, the cheap is counted', async () => {
  const cheap = stage.mark();
  const expensive = stage.mark();
  await stage
    .client('sampled')
    .embeddings.create({ model: cheap.model, input: 'Hi' }, options(cheap, answers(embeddings(cheap.model))));
  await stage
    .client('sampled')
    .chat.completions.create(
      { model: expensive.model, messages },
      options(expensive, answers(chatCompletion(expensive.model))),
    );
  await logOf(expensive);
  expect(stage.sink.logs().some((log) => log.attributes['gen_ai.request.model'] === cheap.model)).toBe(false);
  const page = await (await fetch(`${stage.adminUrl('sampled')}/metrics`)).text();
  expect(page).toMatch(/^genai_extproc_logs_sampled_out_total\S* 1\b/m);
});
