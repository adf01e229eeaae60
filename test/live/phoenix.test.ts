import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LLAMA_MODEL, type LlamaModel } from '../../src/up/llama-model.js';
import { eventually } from '../support/eventually.js';
import { type ClientCall, clientCalls, type Seen } from './support/client-calls.js';
import { type LiveStage, startLiveStage } from './support/live-stage.js';
import { startLlama } from './support/llama.js';
import { type Phoenix, startPhoenix } from './support/phoenix.js';

const SESSION = 'live-conversation';
const PROJECT = '/v1/projects/default';

interface PhoenixSpan {
  name: string;
  context: { trace_id: string; span_id: string };
  span_kind: string;
  status_code: string;
  attributes: Record<string, unknown>;
}

interface PhoenixSession {
  session_id: string;
  traces: { trace_id: string }[];
  token_count_prompt: number;
  token_count_completion: number;
}

let phoenix: Phoenix;
let llama: LlamaModel;
let stage: LiveStage;

beforeAll(async () => {
  phoenix = await startPhoenix();
  llama = await startLlama();
  stage = await startLiveStage(llama.port, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: phoenix.otlpUrl,
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_METRICS_EXPORTER: 'none',
  });
});
afterAll(async () => {
  await stage?.close();
  await llama?.close();
  await phoenix?.close();
});

test('Phoenix shows every span with what the client saw, and their session', async () => {
  const options = { apiKey: 'sk-test', maxRetries: 0 };
  const openai = new OpenAI({ ...options, baseURL: `${stage.url}/v1` });
  const anthropic = new Anthropic({ ...options, baseURL: stage.url });
  const seen: { call: ClientCall; answer: Seen }[] = [];
  for (const call of clientCalls(openai, anthropic, LLAMA_MODEL)) seen.push({ call, answer: await call.make(SESSION) });
  const rows = await stage.envoy.accessLog(seen.length);
  const spans = await eventually(
    async () => {
      const all = await phoenix.list<PhoenixSpan>(`${PROJECT}/spans`);
      return all.length >= seen.length && all;
    },
    () => 'Phoenix does not have the spans',
    30_000,
  );
  expect(spans).toHaveLength(seen.length);
  for (const [index, { call, answer }] of seen.entries()) {
    const span = spans.find((one) => one.context.span_id === rows[index]?.['span_id']);
    expect(span, call.name).toMatchObject({
      name: call.spanName,
      span_kind: call.operation === 'embeddings' ? 'EMBEDDING' : 'LLM',
      status_code: 'OK',
    });
    const { attributes } = span as PhoenixSpan;
    expect(attributes).toMatchObject({ 'session.id': SESSION, 'llm.token_count.prompt': answer.input });
    expect(attributes['llm.token_count.completion']).toBe(answer.output);
    expect(attributes[closedUp(call.asked[0])]).toBe(call.asked[1]);
    if (call.answered) expect(attributes[call.answered]).toBe(answer.text);
  }

  const sessions = await phoenix.list<PhoenixSession>(`${PROJECT}/sessions`);
  expect(sessions.map((session) => session.session_id)).toEqual([SESSION]);
  const sum = (member: 'input' | 'output') =>
    seen.reduce((all, { call, answer }) => all + tokensOf(call, answer[member]), 0);
  expect(sessions[0]).toMatchObject({ token_count_prompt: sum('input'), token_count_completion: sum('output') });
  const traces = sessions[0]?.traces.map((trace) => trace.trace_id).sort();
  expect(traces).toEqual(spans.map((span) => span.context.trace_id).sort());
});

/** Phoenix keeps lists without gaps: a Responses call without instructions has nothing in the first place. */
function closedUp(attribute: string): string {
  return attribute.replace('llm.input_messages.1.', 'llm.input_messages.0.');
}

/** Phoenix adds up the tokens of LLM spans; an embedding's are shown on its span. */
function tokensOf(call: ClientCall, tokens = 0): number {
  return call.operation === 'embeddings' ? 0 : tokens;
}
