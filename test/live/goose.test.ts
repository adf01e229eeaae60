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
  const calls = await stage.calls(0, await stage.settled());
  expect(calls.length).toBeGreaterThan(0);
  for (const { row, span, log } of calls) {
    expect(row).toMatchObject({ response_code: 200, streaming: true, 'gen_ai.operation.name': 'chat' });
    // Goose numbers its sessions by day
    expect(row['session.id']).toMatch(/^\d{8}_\d+$/);
    expect(span.attributes['session.id']).toBe(row['session.id']);
    expect(log.attributes['session.id']).toBe(row['session.id']);
  }
  expect(new Set(calls.map(({ row }) => row['session.id'])).size).toBe(1);
  // beside the task Goose has the model name the session, and hangs up on that when the task is done first
  const failures = calls.map(({ span }) => span.attributes['error.type']).filter((type) => type !== undefined);
  expect(new Set(failures)).toEqual(new Set(failures.length > 0 ? ['interrupted'] : []));

  const task = calls.find(({ span }) => {
    const answer = String(span.attributes['llm.output_messages.0.message.content'] ?? '').trim();
    return answer !== '' && span.status.code === 'OK' && said.includes(answer.split('\n')[0] as string);
  });
  expect(task, `a call with the answer that Goose showed: ${said}`).toBeDefined();
  const { attributes } = task!.span;
  expect(String(attributes['input.value'])).toContain('Say hello');
  expect(attributes['llm.token_count.prompt']).toBeGreaterThan(0);
  expect(attributes['llm.token_count.prompt']).toBe(task!.row['gen_ai.usage.input_tokens']);
  expect(attributes['llm.token_count.completion']).toBe(task!.row['gen_ai.usage.output_tokens']);
});
