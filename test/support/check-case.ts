import { expect } from 'vitest';
import type { GenAiRecord } from '../../src/model/record.js';
import { hasUsage, totalTokens } from '../../src/model/usage.js';
import { type Cutting, type Driven, driveExchange, START, TRACE } from './drive-exchange.js';
import type { ExchangeCase, ExpectedCall } from './exchange-case.js';

/** Runs a case in one cutting and holds record, span, metadata and replies to what it expects. */
export async function checkCase(one: ExchangeCase, cutting: Cutting): Promise<Driven> {
  const driven = await driveExchange(one, cutting);
  expect(driven.errors).toEqual([]);
  if (one.expected === 'ignored') {
    expect(driven.records).toEqual([]);
    expect(driven.spans).toEqual([]);
    expect(driven.metadata).toEqual({});
    return driven;
  }
  expect(driven.records).toHaveLength(1);
  expect(driven.spans).toHaveLength(1);
  const record = driven.records[0] as GenAiRecord;
  expect(factsOf(record)).toEqual(expectedFacts(one, one.expected));
  checkMetadata(one, one.expected, driven.metadata, record.endpoint.operation);
  checkSpan(driven, record, one.expected);
  return driven;
}

function factsOf(record: GenAiRecord) {
  return {
    requestModel: record.requestModel,
    originalModel: record.originalModel,
    reportedModel: record.reportedModel,
    responseModel: record.responseModel,
    responseId: record.responseId,
    streaming: record.streaming,
    provider: record.provider,
    status: record.status,
    usage: known(record.usage),
    finishReasons: record.finishReasons,
    failure: record.failure,
    timing: known(record.timing),
    truncated: record.request.truncated || record.response.truncated,
  };
}

function expectedFacts(one: ExchangeCase, expected: ExpectedCall): ReturnType<typeof factsOf> {
  const { requestModel, reportedModel, usage = {} } = expected;
  const total = totalTokens(usage);
  const { response } = one;
  // the clock stands still from the answer's first byte on
  const answered = response?.body === undefined && (response?.end ?? 'complete') === 'complete' ? 20 : 30;
  const timing = { startTime: START, duration: response ? answered : 10 };
  return {
    requestModel,
    originalModel: requestModel,
    reportedModel,
    responseModel: reportedModel ?? requestModel,
    responseId: expected.responseId,
    streaming: expected.streaming ?? false,
    provider: expected.provider ?? 'openai',
    status: one.response && (one.response.status ?? 200),
    usage: known(total === undefined ? usage : { ...usage, total }),
    finishReasons: expected.finishReasons ?? [],
    failure: expected.failure,
    timing: known(expected.content ? { ...timing, firstContent: 30, lastContent: 30 } : timing),
    truncated: expected.truncated ?? false,
  };
}

function checkMetadata(one: ExchangeCase, call: ExpectedCall, metadata: Driven['metadata'], operation: string): void {
  const expected = expectedMetadata(one, call, operation);
  if (one.response !== undefined && one.response.end !== 'cut') {
    expect(metadata).toEqual(expected);
    return;
  }
  // when a stream is cut no further reply is owed: what was learned after the last one is in the span and the metrics only
  expect(expected).toMatchObject(metadata);
  const prompt = [
    'operation_name',
    'request_model',
    'streaming',
    'trace_id',
    'backend_name',
    'llm_input_token',
    'llm_output_token',
  ];
  for (const key of prompt) expect([key, metadata[key]]).toEqual([key, expected[key]]);
}

/** The metadata that all replies together must have given, written down anew from the contract. */
function expectedMetadata(one: ExchangeCase, expected: ExpectedCall, operation: string): Driven['metadata'] {
  const { usage = {}, requestModel, reportedModel } = expected;
  return known({
    operation_name: operation,
    provider_name: expected.provider ?? 'openai',
    request_model: requestModel,
    model_name_override: requestModel,
    response_model: one.response ? (reportedModel ?? requestModel) : undefined,
    backend_name: one.response ? 'llm_upstream' : undefined,
    streaming: expected.streaming ?? false,
    trace_id: TRACE.traceId,
    span_id: TRACE.spanId,
    sampled: true,
    llm_input_token: usage.input,
    llm_output_token: usage.output,
    llm_total_token: totalTokens(usage),
    llm_cached_input_token: usage.cachedInput,
    llm_cache_creation_input_token: usage.cacheCreationInput,
    llm_reasoning_token: usage.reasoning,
    finish_reason: expected.finishReasons?.[0],
    token_latency_ttft: expected.content ? 30 : undefined,
    token_latency_itl: expected.content && (usage.output ?? 0) > 1 ? 0 : undefined,
    error_type: expected.failure?.type,
  }) as Driven['metadata'];
}

function checkSpan(driven: Driven, record: GenAiRecord, expected: ExpectedCall): void {
  const span = driven.spans[0];
  const attributes = span?.attributes ?? {};
  expect(attributes['error.type']).toBe(expected.failure?.type);
  expect(span?.status.code).toBe(expected.failure === undefined ? 'OK' : 'ERROR');
  const events = [
    ...(expected.content ? ['First Token Stream Event'] : []),
    ...(expected.failure?.exception ? ['exception'] : []),
  ];
  expect(span?.events.map((event) => event.name)).toEqual(events);
  for (const [name, value] of Object.entries(expected.attributes ?? {})) {
    expect([name, attributes[name]]).toEqual([name, value]);
  }
  if ('output' in expected) {
    const output = attributes['output.value'];
    const isText = typeof expected.output !== 'object';
    expect(isText || output === undefined ? output : JSON.parse(String(output))).toEqual(expected.output);
  }
  const missing = record.failure === undefined && !hasUsage(record.usage) ? 1 : 0;
  expect(driven.counters.values['calls.usage_missing']).toBe(missing);
  expect(driven.counters.values['calls.recorded']).toBe(1);
}

/** The members that have a value. */
function known<Value>(values: Record<string, Value> | object): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
