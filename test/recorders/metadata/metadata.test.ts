import { expect, test } from 'vitest';
import { describeMetadata } from '../../../src/recorders/metadata/metadata.js';
import { recordOf } from '../metrics/record-of.js';

const NONE = { sampled: false, recording: false, headers: [], baggage: () => undefined, end: () => undefined };

test('every key of the contract, with its type', () => {
  const metadata = describeMetadata(
    recordOf({
      provider: 'groq',
      backend: 'llm_upstream',
      originalModel: 'asked',
      requestModel: 'sent',
      responseModel: 'answered',
      streaming: true,
      usage: { input: 10, output: 5, total: 15, cachedInput: 4, cacheCreationInput: 3, reasoning: 2 },
      finishReasons: ['stop', 'length'],
      failure: { type: 'stream_error' },
      timing: { startTime: 0, duration: 100, firstContent: 20, lastContent: 60 },
      headers: {
        log: new Map([
          ['session.id', 's-1'],
          ['team', 'a'],
        ]),
        span: new Map([['only.span', 'x']]),
      },
      trace: { ...NONE, traceId: 't', spanId: 's', sampled: true },
    }),
  );
  expect(Object.fromEntries(metadata)).toEqual({
    'session.id': 's-1',
    team: 'a',
    operation_name: 'chat',
    provider_name: 'groq',
    request_model: 'asked',
    model_name_override: 'sent',
    response_model: 'answered',
    backend_name: 'llm_upstream',
    streaming: true,
    trace_id: 't',
    span_id: 's',
    sampled: true,
    llm_input_token: 10,
    llm_output_token: 5,
    llm_total_token: 15,
    llm_cached_input_token: 4,
    llm_cache_creation_input_token: 3,
    llm_reasoning_token: 2,
    token_latency_ttft: 20,
    token_latency_itl: 10,
    finish_reason: 'stop',
    error_type: 'stream_error',
  });
});

test('what is not known is absent, and 0 and false are known', () => {
  const facts = recordOf({
    originalModel: '',
    requestModel: undefined,
    responseModel: undefined,
    usage: { input: 0 },
    finishReasons: [],
    trace: NONE,
  });
  expect(Object.fromEntries(describeMetadata(facts))).toEqual({
    operation_name: 'chat',
    provider_name: 'openai',
    streaming: false,
    sampled: false,
    llm_input_token: 0,
  });
});

test("the request's model stands for the answer's only once there is an answer", () => {
  expect(describeMetadata(recordOf({ status: undefined, responseModel: 'm' })).has('response_model')).toBe(false);
});

test('a mapped header cannot take the place of a key of ours', () => {
  const log = new Map([
    ['llm_total_token', 'forged'],
    ['operation_name', 'forged'],
    ['error_type', 'told'],
  ]);
  const metadata = describeMetadata(recordOf({ headers: { log }, usage: { total: 3 } }));
  expect([metadata.get('llm_total_token'), metadata.get('operation_name')]).toEqual([3, 'chat']);
});
