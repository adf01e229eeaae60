import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LLAMA_MODEL, type LlamaModel } from '../../src/up/llama-model.js';
import { sumOf } from '../support/prometheus-page.js';
import { type ClientCall, clientCalls, type Seen } from './support/client-calls.js';
import { type LiveStage, startLiveStage } from './support/live-stage.js';
import { startLlama } from './support/llama.js';

let llama: LlamaModel;
let stage: LiveStage;
let calls: Map<string, ClientCall>;
const seen: { call: ClientCall; seen: Seen }[] = [];

beforeAll(async () => {
  llama = await startLlama();
  stage = await startLiveStage(llama.port);
  const options = { apiKey: 'sk-test', maxRetries: 0 };
  const openai = new OpenAI({ ...options, baseURL: `${stage.url}/v1` });
  const anthropic = new Anthropic({ ...options, baseURL: stage.url });
  calls = new Map(clientCalls(openai, anthropic, LLAMA_MODEL).map((call) => [call.name, call]));
});
afterAll(async () => {
  await stage?.close();
  await llama?.close();
});

const NAMES = [
  'chat',
  'chat, streamed',
  'responses',
  'responses, streamed',
  'messages',
  'messages, streamed',
  'embeddings',
];

describe('official clients and a real llama.cpp server', () => {
  test.each(NAMES)('%s', async (name) => {
    const call = calls.get(name)!;
    const session = `live-${seen.length}`;
    const answer = await call.make(session);
    seen.push({ call, seen: answer });
    expect(answer.input).toBeGreaterThan(0);

    const [{ row, span, log }] = (await stage.calls(seen.length - 1, 1)) as [
      Awaited<ReturnType<LiveStage['calls']>>[0],
    ];
    const total = answer.input + (answer.output ?? 0);
    expect(span).toMatchObject({ name: call.spanName, kind: 'INTERNAL', status: { code: 'OK' } });
    const { attributes } = span;
    const isEmbedding = call.operation === 'embeddings';
    expect(attributes[isEmbedding ? 'embedding.model_name' : 'llm.model_name']).toBe(answer.model);
    expect(attributes['llm.token_count.prompt']).toBe(answer.input);
    expect(attributes['llm.token_count.completion']).toBe(answer.output);
    expect(attributes['llm.token_count.prompt_details.cache_read']).toBe(answer.cached);
    expect(attributes['llm.token_count.total']).toBe(total);
    expect(attributes['session.id']).toBe(session);
    expect(attributes[call.asked[0]]).toBe(call.asked[1]);
    if (call.answered) {
      expect(answer.text).not.toBe('');
      expect(attributes[call.answered]).toBe(answer.text);
    } else {
      expect((attributes['embedding.embeddings.1.embedding.vector'] as number[]).length).toBeGreaterThan(100);
    }
    const firstToken = span.events.filter((event) => event.name === 'First Token Stream Event');
    expect(firstToken).toHaveLength(call.streaming ? 1 : 0);

    const facts = {
      'gen_ai.request.model': LLAMA_MODEL,
      'gen_ai.response.model': answer.model,
      'gen_ai.usage.input_tokens': answer.input,
      'gen_ai.usage.total_tokens': total,
      ...(answer.output === undefined ? {} : { 'gen_ai.usage.output_tokens': answer.output }),
      'session.id': session,
    };
    expect(row).toMatchObject({ ...facts, response_code: 200, streaming: call.streaming, error_type: null });
    expect(log.attributes).toMatchObject(facts);
    expect(log.traceId).toBe(span.traceId);
  });

  test('the histograms hold what the clients saw', async () => {
    expect(seen).toHaveLength(NAMES.length);
    const samples = await stage.sidecar.metrics();
    for (const operation of new Set(seen.map(({ call }) => call.operation))) {
      const own = seen.filter(({ call }) => call.operation === operation);
      const labels = { gen_ai_operation_name: operation };
      const tokens = (type: string, part = 'sum') =>
        sumOf(samples, `gen_ai_client_token_usage_${part}`, { ...labels, gen_ai_token_type: type });
      const saw = (member: 'input' | 'output' | 'cached') =>
        own.reduce((sum, { seen: answer }) => sum + (answer[member] ?? 0), 0);
      expect([operation, tokens('input'), tokens('output'), tokens('cached_input')]).toEqual([
        operation,
        saw('input'),
        saw('output'),
        saw('cached'),
      ]);
      expect(tokens('input', 'count')).toBe(own.length);
      const count = (name: string) => sumOf(samples, `${name}_count`, labels);
      const streams = own.filter(({ call }) => call.streaming).length;
      expect([operation, count('gen_ai_server_request_duration_seconds')]).toEqual([operation, own.length]);
      expect([operation, count('gen_ai_server_time_to_first_token_seconds')]).toEqual([operation, streams]);
      expect([operation, count('gen_ai_server_time_per_output_token_seconds')]).toEqual([operation, streams]);
    }
    expect(stage.sink.spans()).toHaveLength(NAMES.length);
  });
});
