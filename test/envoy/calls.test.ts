import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  answerOf,
  chatCompletion,
  chatEvents,
  completion,
  completionEvents,
  embeddings,
} from '../support/openai-answers.js';
import { sumOf } from '../support/prometheus-page.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { answers, callOptions, streams } from './support/openai-calls.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

const messages = [{ role: 'user' as const, content: 'Say hello' }];
const options = (mark: Mark, run: UpstreamScript, headers: Record<string, string> = {}) =>
  callOptions(stage, mark, run, headers);

/** The labels of a token count. */
const tokens = (type: string) => ({ gen_ai_token_type: type });

describe('the official client, JSON answers', () => {
  test('chat completions, in every signal', async () => {
    const mark = stage.mark();
    const answer = await stage
      .client()
      .chat.completions.create(
        { model: mark.model, messages, temperature: 0.5 },
        options(mark, answers(chatCompletion(mark.model)), { 'agent-session-id': 's-chat', 'user-agent': 'test/1' }),
      );
    expect(answer.choices[0]?.message.content).toBe('Hello there');

    const { row, span, metrics } = await stage.observe(mark);
    expect(span).toMatchObject({ name: 'ChatCompletion', kind: 'INTERNAL', status: { code: 'OK', message: '' } });
    expect(span.attributes).toMatchObject({
      'openinference.span.kind': 'LLM',
      'llm.system': 'openai',
      'llm.provider': 'openai',
      'llm.model_name': `${mark.model}-2024`,
      'llm.request.model_name': mark.model,
      'llm.response.model_name': `${mark.model}-2024`,
      'llm.finish_reason': 'stop',
      'input.value': JSON.stringify({ model: mark.model, messages, temperature: 0.5 }),
      'input.mime_type': 'application/json',
      'output.value': chatCompletion(mark.model),
      'output.mime_type': 'application/json',
      'llm.invocation_parameters': JSON.stringify({ model: mark.model, temperature: 0.5 }),
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': 'Say hello',
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.content': 'Hello there',
      'llm.token_count.prompt': 11,
      'llm.token_count.completion': 20,
      'llm.token_count.total': 31,
      'llm.token_count.prompt_details.cache_read': 4,
      'llm.token_count.completion_details.reasoning': 6,
      'session.id': 's-chat',
    });
    expect(span.resource['service.name']).toBe('ai-gateway');
    expect(span.scope.name).toBe('genai-extproc');
    expect(span.endTime).toBeGreaterThan(span.startTime);

    const labels = {
      gen_ai_operation_name: 'chat',
      gen_ai_provider_name: 'openai',
      gen_ai_original_model: mark.model,
      gen_ai_request_model: mark.model,
      gen_ai_response_model: `${mark.model}-2024`,
    };
    const tokenUsage = (type: string) =>
      sumOf(metrics, 'gen_ai_client_token_usage_sum', { ...labels, ...tokens(type) });
    expect(['input', 'output', 'cached_input', 'reasoning'].map(tokenUsage)).toEqual([11, 20, 4, 6]);
    expect(sumOf(metrics, 'gen_ai_client_token_usage_count')).toBe(4);
    expect(sumOf(metrics, 'gen_ai_server_request_duration_seconds_count', labels)).toBe(1);
    expect(sumOf(metrics, 'gen_ai_server_time_to_first_token_seconds_count')).toBe(0);
    expect(metrics.some((sample) => 'error_type' in sample.labels || 'session_id' in sample.labels)).toBe(false);

    const upstream = `127.0.0.1:${stage.upstream.port}`;
    const local = expect.stringMatching(/^127\.0\.0\.1:\d+$/);
    expect(row).toEqual({
      start_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      method: 'POST',
      'request.path': `/v1/chat/completions?t=${mark.id}`,
      'x-envoy-origin-path': `/v1/chat/completions?t=${mark.id}`,
      response_code: 200,
      response_code_details: 'via_upstream',
      response_flags: '-',
      duration: expect.any(Number),
      bytes_received: JSON.stringify({ model: mark.model, messages, temperature: 0.5 }).length,
      bytes_sent: chatCompletion(mark.model).length,
      'user-agent': 'test/1',
      'x-request-id': expect.any(String),
      'x-forwarded-for': null,
      'x-envoy-upstream-service-time': expect.stringMatching(/^\d+$/),
      upstream_host: upstream,
      upstream_cluster: 'llm_upstream',
      upstream_local_address: local,
      upstream_transport_failure_reason: null,
      downstream_remote_address: local,
      downstream_local_address: `127.0.0.1:${stage.port()}`,
      connection_termination_details: null,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': mark.model,
      'gen_ai.response.model': `${mark.model}-2024`,
      model_name_override: mark.model,
      backend_name: 'llm_upstream',
      streaming: false,
      finish_reason: 'stop',
      error_type: null,
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.total_tokens': 31,
      'gen_ai.usage.cached_input_tokens': 4,
      'gen_ai.usage.cache_creation_input_tokens': null,
      'gen_ai.usage.reasoning_tokens': 6,
      token_latency_ttft: null,
      token_latency_itl: null,
      'session.id': 's-chat',
      trace_id: span.traceId,
      span_id: span.spanId,
      sampled: true,
      ext_proc: expect.stringContaining('rh:'),
    });
  });

  test('the same call at the OTLP sink: four histograms with their units, bounds and attributes', async () => {
    const mark = stage.mark();
    await stage
      .client()
      .chat.completions.create(
        { model: mark.model, messages, stream: true },
        options(mark, streams(chatEvents(mark.model))),
      )
      .then(async (stream) => {
        for await (const _chunk of stream);
      });
    await stage.observe(mark);
    const pointsOf = (name: string) => {
      const latest = stage.sink
        .metrics()
        .filter((metric) => metric.name === name)
        .at(-1);
      const points = latest?.points.filter((point) => point.attributes['gen_ai.original.model'] === mark.model) ?? [];
      return { unit: latest?.unit, type: latest?.type, temporality: latest?.temporality, points };
    };
    await eventually(() => pointsOf('gen_ai.server.request.duration').points.length > 0);
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.original.model': mark.model,
      'gen_ai.request.model': mark.model,
      'gen_ai.response.model': `${mark.model}-2024`,
    };
    const histogram = { type: 'histogram', temporality: 'cumulative' };
    expect(pointsOf('gen_ai.server.request.duration')).toMatchObject({
      ...histogram,
      unit: 's',
      points: [{ count: 1, attributes, bounds: expect.arrayContaining([0.01, 81.92]) }],
    });
    expect(pointsOf('gen_ai.server.time_to_first_token')).toMatchObject({
      ...histogram,
      unit: 's',
      points: [{ count: 1, attributes, bounds: expect.arrayContaining([0.001, 60]) }],
    });
    expect(pointsOf('gen_ai.server.time_per_output_token')).toMatchObject({
      ...histogram,
      unit: 's',
      points: [{ count: 1, attributes, bounds: expect.arrayContaining([0.01, 2.5]) }],
    });
    const usage = pointsOf('gen_ai.client.token.usage');
    expect(usage).toMatchObject({ ...histogram, unit: 'token' });
    expect(Object.fromEntries(usage.points.map((point) => [point.attributes['gen_ai.token.type'], point.sum]))).toEqual(
      {
        input: 11,
        output: 20,
        cached_input: 4,
        reasoning: 6,
      },
    );
  });

  test('legacy completions', async () => {
    const mark = stage.mark();
    const run = answers(completion(mark.model));
    const answer = await stage
      .client()
      .completions.create({ model: mark.model, prompt: ['One', 'Two'] }, options(mark, run));
    expect(answer.choices[0]?.text).toBe('Hello there');
    const { row, span, metrics } = await stage.observe(mark);
    expect(span.name).toBe('Completion');
    expect(span.attributes).toMatchObject({
      'openinference.span.kind': 'LLM',
      'llm.prompts.0.prompt.text': 'One',
      'llm.prompts.1.prompt.text': 'Two',
      'llm.choices.0.completion.text': 'Hello there',
      'llm.finish_reason': 'length',
      'llm.token_count.total': 5,
    });
    expect(sumOf(metrics, 'gen_ai_client_token_usage_sum', { gen_ai_operation_name: 'completion' })).toBe(5);
    expect(row).toMatchObject({
      'gen_ai.operation.name': 'completion',
      'gen_ai.usage.total_tokens': 5,
      error_type: null,
    });
  });

  test('embeddings', async () => {
    const mark = stage.mark();
    const run = answers(embeddings(mark.model));
    const answer = await stage
      .client()
      .embeddings.create({ model: mark.model, input: ['One', 'Two'] }, options(mark, run));
    expect(Array.from(answer.data[0]?.embedding ?? [])).toEqual([0.5, -0.25]);
    const { row, span, metrics } = await stage.observe(mark);
    expect(span.name).toBe('CreateEmbeddings');
    expect(span.attributes).toMatchObject({
      'openinference.span.kind': 'EMBEDDING',
      'embedding.model_name': `${mark.model}-2024`,
      'embedding.embeddings.0.embedding.text': 'One',
      'embedding.embeddings.0.embedding.vector': [0.5, -0.25],
      'embedding.embeddings.1.embedding.vector': [1, 2],
      'llm.token_count.prompt': 7,
      'llm.token_count.total': 7,
    });
    expect(span.attributes).not.toHaveProperty(['llm.system']);
    expect(sumOf(metrics, 'gen_ai_client_token_usage_count', { gen_ai_operation_name: 'embeddings' })).toBe(1);
    expect(row).toMatchObject({ 'gen_ai.usage.input_tokens': 7, 'gen_ai.usage.output_tokens': null });
  });

  test('an error that the client raises', async () => {
    const mark = stage.mark();
    const body = '{"error":{"message":"no such model","type":"invalid_request_error","code":"model_not_found"}}';
    const run: UpstreamScript = (exchange) => exchange.write(answerOf(body, {}, '404 Not Found'));
    const asked = stage.client().chat.completions.create({ model: mark.model, messages }, options(mark, run));
    await expect(asked).rejects.toThrow(OpenAI.NotFoundError);
    const { row, span, metrics } = await stage.observe(mark);
    expect(span.status).toEqual({ code: 'ERROR', message: `Error code: 404 - ${body}` });
    expect(span.events).toMatchObject([
      {
        name: 'exception',
        attributes: { 'exception.type': 'NotFoundError', 'exception.message': `Error code: 404 - ${body}` },
      },
    ]);
    expect(sumOf(metrics, 'gen_ai_server_request_duration_seconds_count', { error_type: '404' })).toBe(1);
    expect(row).toMatchObject({ error_type: '404', response_code: 404, 'gen_ai.request.model': mark.model });
  });
});

describe('the official client, streams', () => {
  test('chat completions: folded, timed, and with usage where the chunk had it', async () => {
    const mark = stage.mark();
    const stream = await stage
      .client()
      .chat.completions.create(
        { model: mark.model, messages, stream: true, stream_options: { include_usage: true } },
        options(mark, streams(chatEvents(mark.model), 15), { 'Agent-Session-Id': 's-stream' }),
      );
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('Hello there');
    const { row, span, metrics } = await stage.observe(mark);
    expect(span.status.code).toBe('OK');
    expect(span.attributes).toMatchObject({
      'llm.output_messages.0.message.content': 'Hello there',
      'llm.finish_reason': 'stop',
      'llm.token_count.total': 31,
      'session.id': 's-stream',
    });
    expect(JSON.parse(String(span.attributes['output.value']))).toMatchObject({
      id: 'chatcmpl-test',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello there' } }],
      usage: { total_tokens: 31 },
    });
    const [first] = span.events;
    expect(first?.name).toBe('First Token Stream Event');
    const ttft = sumOf(metrics, 'gen_ai_server_time_to_first_token_seconds_sum');
    // the role came first, 15 ms before the first content
    expect(ttft).toBeGreaterThan(0.014);
    expect((first?.time ?? 0) - span.startTime).toBeCloseTo(ttft * 1000, 0);
    expect(sumOf(metrics, 'gen_ai_server_time_per_output_token_seconds_count')).toBe(1);
    const perToken = sumOf(metrics, 'gen_ai_server_time_per_output_token_seconds_sum');
    expect(perToken).toBeGreaterThan(0.028 / 19);
    expect(row).toMatchObject({
      streaming: true,
      finish_reason: 'stop',
      'gen_ai.usage.output_tokens': 20,
      'session.id': 's-stream',
    });
    expect(row['token_latency_ttft']).toBeCloseTo(ttft * 1000, 6);
    expect(row['token_latency_itl']).toBeCloseTo(perToken * 1000, 6);
  });

  test('legacy completions', async () => {
    const mark = stage.mark();
    const stream = await stage
      .client()
      .completions.create(
        { model: mark.model, prompt: 'One', stream: true },
        options(mark, streams(completionEvents(mark.model))),
      );
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
    expect(text).toBe('Hello there');
    const { row, span } = await stage.observe(mark);
    expect(span.attributes).toMatchObject({
      'llm.choices.0.completion.text': 'Hello there',
      'llm.token_count.total': 5,
    });
    expect(row).toMatchObject({ streaming: true, 'gen_ai.usage.total_tokens': 5, finish_reason: 'stop' });
  });

  test('an error event in mid-stream', async () => {
    const mark = stage.mark();
    const failing = [
      ...chatEvents(mark.model).slice(0, 2),
      'data: {"error":{"type":"overloaded_error","message":"x"}}\n\n',
    ];
    const stream = await stage
      .client()
      .chat.completions.create({ model: mark.model, messages, stream: true }, options(mark, streams(failing)));
    await expect(
      (async () => {
        for await (const _chunk of stream);
      })(),
    ).rejects.toThrow(OpenAI.APIError);
    const { row, span, metrics } = await stage.observe(mark);
    expect(span.attributes).toMatchObject({
      'error.type': 'overloaded_error',
      'llm.output_messages.0.message.content': 'Hel',
    });
    expect(sumOf(metrics, 'gen_ai_server_request_duration_seconds_count', { error_type: 'overloaded_error' })).toBe(1);
    expect(row['error_type']).toBe('overloaded_error');
  });

  test('a stream without usage: no token samples, counted as missing', async () => {
    const mark = stage.mark();
    const before = stage.sidecar.counters.values['calls.usage_missing'];
    const events = chatEvents(mark.model).filter((event) => !event.includes('"usage":{'));
    const stream = await stage
      .client()
      .chat.completions.create({ model: mark.model, messages, stream: true }, options(mark, streams(events)));
    for await (const _chunk of stream);
    const { row, metrics } = await stage.observe(mark);
    expect(sumOf(metrics, 'gen_ai_client_token_usage_count')).toBe(0);
    expect(row).toMatchObject({ 'gen_ai.usage.total_tokens': null, error_type: null });
    expect(stage.sidecar.counters.values['calls.usage_missing']).toBe(before + 1);
  });
});

describe('all of them', () => {
  test('every call gave exactly one span and one duration sample', () => stage.expectOneRecordPerCall());

  test('Envoy had no trouble with the observation', () => stage.expectNoTrouble());
});
