import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessingRequest } from '../../src/wire/messages.js';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from '../server/support/messages.js';
import { eventually } from '../support/eventually.js';
import { FORM_HEADERS, form } from '../support/form.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { messageFrame } from './support/peer.js';
import { type LimitStage, startLimitStage } from './support/stage.js';

/** As deep as an attacker may write into a body of 200 KB. */
const DEPTH = 100_000;
/** Shallower, so that a body is below what is parsed whole before its reply. */
const SMALL_DEPTH = 20_000;
/** MiB. */
const GROWTH = 150;

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

let sink: OtlpSink;
let stage: LimitStage;
beforeAll(async () => {
  sink = await startOtlpSink();
  stage = await startLimitStage({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_LOGS_EXPORTER: 'otlp',
    AI_GATEWAY_TRACING_SEMCONV: 'openinference,gen_ai',
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_AND_EVENT',
  });
});
afterAll(async () => {
  await stage?.close();
  await sink?.close();
});

interface Case {
  path?: string;
  requestHeaders?: Record<string, string>;
  request: string | Buffer;
  answerHeaders?: Record<string, string>;
  answer: string;
}

const PLACES: Record<string, (nested: string) => Case> = {
  'the messages of a request': (nested) => ({
    request: `{"model":"m","messages":${nested}}`,
    answer: chatAnswer('m'),
  }),
  "a message's content": (nested) => ({
    request: `{"model":"m","messages":[{"role":"user","content":${nested}}]}`,
    answer: chatAnswer('m'),
  }),
  'the tools and the metadata of a request': (nested) => ({
    request: `{"model":"m","messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":${nested}}}],"metadata":${nested}}`,
    answer: chatAnswer('m'),
  }),
  'an Anthropic request that may hold credentials': (nested) => ({
    path: '/v1/messages',
    request: `{"model":"m","max_tokens":1,"mcp_servers":[{"authorization_token":"t"}],"messages":[{"role":"user","content":[{"type":"tool_result","content":${nested}}]}]}`,
    answer:
      '{"id":"a","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}',
  }),
  'an answer': (nested) => ({
    request: chatRequest('m'),
    answer: `{"id":"a","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":${nested}},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}}`,
  }),
  'an event': (nested) => ({
    request: chatRequest('m', { stream: true }),
    answerHeaders: { 'content-type': 'text/event-stream' },
    answer: `data: {"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"x","extra":${nested}}}],"usage":{"prompt_tokens":3,"completion_tokens":5}}\n\ndata: [DONE]\n\n`,
  }),
  'an item of a Responses stream': (nested) => ({
    path: '/v1/responses',
    request: '{"model":"m","input":"x","stream":true}',
    answerHeaders: { 'content-type': 'text/event-stream' },
    answer: `data: {"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":${nested}}}\n\ndata: {"type":"response.completed","response":{"id":"r","model":"m","output":[${nested}],"usage":{"input_tokens":3,"output_tokens":5}}}\n\n`,
  }),
  'a line': (nested) => ({
    path: '/api/chat',
    request: '{"model":"m","messages":[]}',
    answerHeaders: { 'content-type': 'application/x-ndjson' },
    answer: `{"model":"m","message":{"role":"assistant","content":"x","tool_calls":${nested}},"done":false}\n{"model":"m","done":true,"prompt_eval_count":3,"eval_count":5}\n`,
  }),
  'a field of a form': (nested) => ({
    path: '/v1/audio/transcriptions',
    requestHeaders: FORM_HEADERS,
    request: form(['model', 'm'], ['prompt', nested]),
    answer: '{"text":"x"}',
  }),
};

async function callOf({ path, requestHeaders: head, request, answerHeaders, answer }: Case): Promise<void> {
  const stream = stage.connect().open();
  const messages: ProcessingRequest[] = [
    requestHeaders({ ...(path === undefined ? {} : { ':path': path }), ...head }),
    requestBody(request, true),
    responseHeaders(answerHeaders ?? {}),
    responseBody(answer, true),
  ];
  for (const [index, message] of messages.entries()) {
    await stream.write(messageFrame(message));
    await stream.until(index + 1);
  }
  stream.reset();
}

describe.each(Object.entries(PLACES))('nested without end: %s', (place, caseOf) => {
  it('is read, or passed over, and counted as any other call', async () => {
    const before = { samples: await stage.samples(), spans: spansOfCalls() };
    const shapes = [deep(DEPTH), deepObject(DEPTH), deep(SMALL_DEPTH), deepObject(SMALL_DEPTH / 4)];
    await stage.attack(`JSON nested ${DEPTH} deep: ${place}`, GROWTH, async () => {
      for (const nested of shapes) await callOf(caseOf(nested));
    });
    await eventually(async () => (await stage.samples()) >= before.samples + shapes.length);
    expect(await stage.samples()).toBe(before.samples + shapes.length);
    // every call has a span, and both vocabularies could say something
    await eventually(
      () => spansOfCalls() >= before.spans + shapes.length,
      () => `${spansOfCalls() - before.spans} spans of ${shapes.length}`,
      20_000,
    );
    expect(spansOfCalls()).toBe(before.spans + shapes.length);
  });
});

/** Spans of calls other than the ordinary ones. */
function spansOfCalls(): number {
  return sink.spans().filter(({ attributes }) => attributes['gen_ai.request.model'] !== 'honest').length;
}
