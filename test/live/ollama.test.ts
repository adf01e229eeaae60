import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LiveStage, startLiveStage } from './support/live-stage.js';
import { OLLAMA_MODEL, type OllamaServer, startOllama } from './support/ollama.js';

/** Set to a folder, what went over the wire is kept there, one file a call: the fixtures of test/endpoints/ollama/real/. */
const RECORD = process.env['LIVE_RECORD'];

let ollama: OllamaServer;
let stage: LiveStage;

beforeAll(async () => {
  ollama = await startOllama();
  stage = await startLiveStage(ollama.port);
});
afterAll(async () => {
  await stage?.close();
  await ollama?.close();
});

const messages = [{ role: 'user', content: 'Name a colour.' }];
const options = { num_predict: 12, temperature: 0, seed: 1 };
const CALLS = [
  ['chat-stream', '/api/chat', 'ChatCompletion', { messages, options }],
  ['chat', '/api/chat', 'ChatCompletion', { messages, options, stream: false }],
  ['generate-stream', '/api/generate', 'Completion', { prompt: 'The sky is', options }],
  ['generate', '/api/generate', 'Completion', { prompt: 'The sky is', options, stream: false }],
  ['embed', '/api/embed', 'CreateEmbeddings', { input: ['one', 'two words'], dimensions: 8 }],
  ['unknown-model', '/api/chat', 'ChatCompletion', { model: 'nope', messages }],
] as const;

test.each(CALLS.map((call, index) => [call[0], index, call] as const))('%s', async (name, index, call) => {
  const [, path, spanName, parameters] = call;
  const body = JSON.stringify({ model: OLLAMA_MODEL, ...parameters });
  const response = await fetch(stage.url + path, { method: 'POST', body, headers: { 'agent-session-id': name } });
  const text = await response.text();
  if (RECORD) await keep(RECORD, name, { path, body }, response, text);
  const lines = text.trim().split('\n');
  const last = JSON.parse(lines.at(-1) as string) as Record<string, unknown>;

  const [found] = await stage.calls(index, 1);
  const { row, span } = found!;
  const isWhole = response.status === 200;
  expect(span).toMatchObject({ name: spanName, status: { code: isWhole ? 'OK' : 'ERROR' } });
  expect(span.attributes['session.id']).toBe(name);
  expect(span.attributes['error.type']).toBe(isWhole ? undefined : '404');
  expect(span.attributes['llm.token_count.prompt']).toBe(last['prompt_eval_count']);
  expect(span.attributes['llm.token_count.completion']).toBe(last['eval_count']);
  expect(row).toMatchObject({ response_code: response.status, 'gen_ai.provider.name': 'ollama', 'session.id': name });
  if (isWhole) expect(last['prompt_eval_count']).toBeGreaterThan(0);
  // it streams unless the request says no, and an error is one object all the same
  const asksForStream = path !== '/api/embed' && !('stream' in parameters);
  expect(row['streaming']).toBe(asksForStream);
  if (isWhole) expect(lines.length > 1).toBe(asksForStream);
});

async function keep(
  folder: string,
  name: string,
  request: { path: string; body: string },
  response: Response,
  body: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const foreign = /^(date|server|x-envoy-.*)$/;
  const headers = Object.fromEntries([...response.headers].filter(([header]) => !foreign.test(header)));
  const call = { request, response: { status: response.status, headers, body } };
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(call, null, 2)}\n`);
}
