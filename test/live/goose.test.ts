import { afterAll, beforeAll, expect, test } from 'vitest';
import { LLAMA_MODEL, type LlamaModel } from '../../src/up/llama-model.js';
import { fetchGoose, runGoose } from './support/goose.js';
import { type LiveStage, startLiveStage } from './support/live-stage.js';
import { startLlama } from './support/llama.js';

let goose: string;
let llama: LlamaModel;
let stage: LiveStage;

beforeAll(async () => {
  goose = await fetchGoose();
  llama = await startLlama();
  stage = await startLiveStage(llama.port);
});
afterAll(async () => {
  await stage?.close();
  await llama?.close();
});

test("every call of a Goose run is in span, access log and log under the agent's session", async () => {
  const said = await runGoose(goose, { url: stage.url, model: LLAMA_MODEL, text: 'Say hello' });
  const rows = (await stage.envoy.accessLog(1)).filter((row) => row['gen_ai.request.model'] != null);
  expect(rows.length).toBeGreaterThan(0);
  const calls = await stage.calls(0, rows.length);
  for (const { row, span, log } of calls) {
    expect(row).toMatchObject({
      response_code: 200,
      streaming: true,
      'gen_ai.operation.name': 'chat',
      error_type: null,
    });
    // Goose numbers its sessions by day
    expect(row['session.id']).toMatch(/^\d{8}_\d+$/);
    expect(span.attributes['session.id']).toBe(row['session.id']);
    expect(log.attributes['session.id']).toBe(row['session.id']);
    expect(span.status.code).toBe('OK');
    expect(span.attributes['llm.token_count.prompt']).toBeGreaterThan(0);
    expect(span.attributes['llm.token_count.completion']).toBe(row['gen_ai.usage.output_tokens']);
  }
  expect(new Set(calls.map(({ row }) => row['session.id'])).size).toBe(1);
  const asked = calls.map(({ span }) => String(span.attributes['input.value']));
  expect(asked.some((value) => value.includes('Say hello'))).toBe(true);
  const answers = calls.map(({ span }) => String(span.attributes['llm.output_messages.0.message.content']).trim());
  expect(answers.some((answer) => answer !== '' && said.includes(answer.split('\n')[0] as string))).toBe(true);
});
