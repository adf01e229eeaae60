import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../../../src/model/log-entry.js';
import { createLogRecorder } from '../../../src/recorders/log/log-recorder.js';
import { Counters } from '../../../src/util/counters.js';
import { type RecordParts, recordOf } from '../metrics/record-of.js';

const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const TRACE = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  sampled: true,
  recording: true,
  headers: [],
  baggage: () => undefined,
  end() {},
};

function write(parts: RecordParts, options: { keeps?: boolean; content?: Record<string, string> } = {}) {
  const entries: LogEntry[] = [];
  const counters = new Counters();
  createLogRecorder({
    log: { write: (entry) => void entries.push(entry) },
    keeps: () => options.keeps ?? true,
    counters,
    describeContent: options.content && (() => options.content as Record<string, string>),
  }).record(recordOf({ timing: { startTime: START, duration: 412.4 }, trace: TRACE, ...parts }));
  return { entries, counters };
}

const entryOf = (parts: RecordParts, content?: Record<string, string>) =>
  write(parts, content ? { content } : {}).entries[0] as LogEntry;

const FULL: RecordParts = {
  backend: 'llm_upstream',
  server: { address: 'api.openai.com', port: 443 },
  requestModel: 'gpt-4o-override',
  reportedModel: 'gpt-4o-2024',
  responseId: 'chatcmpl-1',
  streaming: true,
  usage: { input: 11, output: 21, total: 32, cachedInput: 4, cacheCreationInput: 2, reasoning: 6 },
  cost: { prompt: 0.01, completion: 0.02, total: 0.03 },
  customCosts: new Map([['billing', 7]]),
  timing: { startTime: START, duration: 412.4, firstContent: 100.5, lastContent: 300.5 },
  http: {
    method: 'POST',
    path: '/v1/chat/completions',
    userAgent: 'test/1',
    requestId: 'id-1',
    forwardedFor: '192.0.2.1',
    upstreamMillis: 400,
    upstreamHost: '127.0.0.1:11434',
    bytesReceived: 120,
    bytesSent: 340,
  },
  headers: {
    log: new Map([
      ['session.id', 's-1'],
      ['team.name', 'red'],
      ['duration', 'mine'],
    ]),
  },
};

test('everything that is known of a call, by the names of the access log', () => {
  expect(entryOf(FULL)).toEqual({
    time: START + 412.4,
    severity: 'INFO',
    body: 'chat gpt-4o → gpt-4o-2024: 200, 412 ms, 11 tokens in, 21 tokens out',
    attributes: {
      start_time: '2026-01-02T03:04:05.678Z',
      method: 'POST',
      'request.path': '/v1/chat/completions',
      response_code: 200,
      duration: 412,
      bytes_received: 120,
      bytes_sent: 340,
      'user-agent': 'test/1',
      'x-request-id': 'id-1',
      'x-forwarded-for': '192.0.2.1',
      'x-envoy-upstream-service-time': 400,
      upstream_host: '127.0.0.1:11434',
      upstream_cluster: 'llm_upstream',
      'server.address': 'api.openai.com',
      'server.port': 443,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024',
      'gen_ai.response.id': 'chatcmpl-1',
      model_name_override: 'gpt-4o-override',
      backend_name: 'llm_upstream',
      streaming: true,
      finish_reason: 'stop',
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 21,
      'gen_ai.usage.total_tokens': 32,
      'gen_ai.usage.cached_input_tokens': 4,
      'gen_ai.usage.cache_creation_input_tokens': 2,
      'gen_ai.usage.reasoning_tokens': 6,
      llm_cost: 0.03,
      billing: 7,
      token_latency_ttft: 100.5,
      token_latency_itl: 10,
      'session.id': 's-1',
      'team.name': 'red',
    },
    traceId: TRACE.traceId,
    spanId: TRACE.spanId,
    sampled: true,
  });
});

test('what is not known is not there', () => {
  const { attributes } = entryOf({ finishReasons: [], streaming: undefined });
  expect(Object.keys(attributes)).toEqual([
    'start_time',
    'response_code',
    'duration',
    'gen_ai.operation.name',
    'gen_ai.provider.name',
    'gen_ai.request.model',
    'gen_ai.response.model',
    'model_name_override',
  ]);
});

describe('severity and line', () => {
  const failed = (type: string, status?: number): RecordParts => ({ status, failure: { type } });
  test.each<[string, RecordParts, string, string]>([
    ['a success', {}, 'INFO', 'chat gpt-4o: 200, 412 ms'],
    ['a client error', failed('429', 429), 'WARN', 'chat gpt-4o: 429, 412 ms'],
    ['a server error', failed('503', 503), 'ERROR', 'chat gpt-4o: 503, 412 ms'],
    ['an error event', failed('overloaded_error', 200), 'ERROR', 'chat gpt-4o: 200 overloaded_error, 412 ms'],
    ['a cut stream', failed('interrupted', 200), 'WARN', 'chat gpt-4o: 200 interrupted, 412 ms'],
    ['no answer at all', failed('interrupted'), 'WARN', 'chat gpt-4o: interrupted, 412 ms'],
    [
      'an unparsable answer',
      failed('unparsable_response', 200),
      'ERROR',
      'chat gpt-4o: 200 unparsable_response, 412 ms',
    ],
    ['an unparsable request', failed('unparsable_request', 200), 'WARN', 'chat gpt-4o: 200 unparsable_request, 412 ms'],
    ['no model', { originalModel: undefined }, 'INFO', 'chat unknown model: 200, 412 ms'],
    ['a long call', { timing: { startTime: START, duration: 12_345 } }, 'INFO', 'chat gpt-4o: 200, 12.3 s'],
    ['input alone', { usage: { input: 7, total: 7 } }, 'INFO', 'chat gpt-4o: 200, 412 ms, 7 tokens in'],
  ])('%s', (_name, parts, severity, body) => {
    const entry = entryOf({ ...parts });
    expect([entry.severity, entry.body]).toEqual([severity, body]);
    if (parts.failure) expect(entry.attributes['error_type']).toBe(parts.failure.type);
  });
});

test("the parent's trace, where there is no span", () => {
  const entry = entryOf({ trace: { ...TRACE, spanId: undefined, sampled: false, recording: false } });
  expect([entry.traceId, entry.spanId, entry.sampled]).toEqual([TRACE.traceId, undefined, false]);
});

test('content only where it is described, and then the record is the event of the gen_ai conventions', () => {
  expect(entryOf({}).eventName).toBeUndefined();
  const entry = entryOf({}, { 'gen_ai.input.messages': '[]' });
  expect(entry.eventName).toBe('gen_ai.client.inference.operation.details');
  expect(entry.attributes['gen_ai.input.messages']).toBe('[]');
});

test('content that was cut says so', () => {
  const cut = { ...recordOf().response, truncated: true };
  expect(entryOf({ response: cut }).attributes['genai_extproc.content.truncated']).toBe(true);
});

test('what is not kept is counted', () => {
  const { entries, counters } = write({}, { keeps: false });
  expect(entries).toEqual([]);
  expect(counters.values['logs.sampled_out']).toBe(1);
});
