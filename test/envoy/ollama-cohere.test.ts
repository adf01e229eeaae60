import { CohereClientV2 } from 'cohere-ai';
import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatAnswer, chatLine, generateAnswer, generateLine, lines } from '../support/ollama-answers.js';
import { chunkOf, headOf, LAST_CHUNK } from '../support/openai-answers.js';
import { sumOf } from '../support/prometheus-page.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { answers } from './support/openai-calls.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** Ollama's client for one marked call; it has no place for a query of ours but its `fetch`. */
function ollama(mark: Mark, run: UpstreamScript): Ollama {
  return new Ollama({
    host: `http://127.0.0.1:${stage.port()}`,
    headers: { 'x-script': stage.upstream.script(run), 'agent-session-id': 's-ollama' },
    fetch: (url, init) => fetch(`${String(url)}?t=${mark.id}`, init),
  });
}

/** Answers with lines, each in a chunk of its own. */
function sends(...objects: object[]): UpstreamScript {
  return async (exchange) => {
    await exchange.write(headOf('200 OK', { 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' }));
    for (const object of objects) {
      await exchange.write(chunkOf(lines(object)));
      await exchange.pause(5);
    }
    await exchange.write(LAST_CHUNK);
  };
}

async function collect<Part>(parts: AsyncIterable<Part>): Promise<Part[]> {
  const all: Part[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

const messages = [{ role: 'user', content: 'Hi' }];

/** What every signal must say of a streamed answer with 26 tokens in and 298 out. */
async function expectStreamed(mark: Mark, operation: string, spanName: string): Promise<Record<string, unknown>> {
  const { row, span, metrics } = await stage.observe(mark);
  expect(span).toMatchObject({ name: spanName, status: { code: 'OK' } });
  expect(span.attributes).toMatchObject({
    'llm.system': 'ollama',
    'llm.provider': 'ollama',
    'llm.token_count.prompt': 26,
    'llm.token_count.completion': 298,
    'session.id': 's-ollama',
  });
  expect(row).toMatchObject({
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': 'ollama',
    'gen_ai.request.model': mark.model,
    'gen_ai.usage.total_tokens': 324,
    streaming: true,
    finish_reason: 'stop',
  });
  expect(sumOf(metrics, 'gen_ai_server_time_to_first_token_seconds_count')).toBe(1);
  return span.attributes;
}

describe("Ollama's own client", () => {
  test('chat, streamed', async () => {
    const mark = stage.mark();
    const run = sends(chatLine({ content: 'Hel' }), chatLine({ content: 'lo' }), chatAnswer({}));
    const parts = await collect(await ollama(mark, run).chat({ model: mark.model, messages, stream: true }));
    expect(parts.map((part) => part.message.content).join('')).toBe('Hello');
    const attributes = await expectStreamed(mark, 'chat', 'ChatCompletion');
    expect(attributes['llm.output_messages.0.message.content']).toBe('Hello');
  });

  test('generate, streamed', async () => {
    const mark = stage.mark();
    const run = sends(generateLine({ response: 'bl' }), generateLine({ response: 'ue' }), generateAnswer({}));
    const parts = await collect(await ollama(mark, run).generate({ model: mark.model, prompt: 'Why?', stream: true }));
    expect(parts.map((part) => part.response).join('')).toBe('blue');
    const attributes = await expectStreamed(mark, 'completion', 'Completion');
    expect(attributes['llm.choices.0.completion.text']).toBe('blue');
  });

  test('chat in one piece', async () => {
    const mark = stage.mark();
    const run = answers(JSON.stringify(chatAnswer({ content: 'Hello' })));
    const answer = await ollama(mark, run).chat({ model: mark.model, messages });
    expect(answer.message.content).toBe('Hello');
    const { row, span } = await stage.observe(mark);
    expect(span.attributes['llm.output_messages.0.message.content']).toBe('Hello');
    expect(row).toMatchObject({ 'gen_ai.usage.output_tokens': 298, streaming: false });
  });

  test('embed', async () => {
    const mark = stage.mark();
    const run = answers(JSON.stringify({ model: mark.model, embeddings: [[1], [2]], prompt_eval_count: 8 }));
    const answer = await ollama(mark, run).embed({ model: mark.model, input: ['a', 'b'] });
    expect(answer.embeddings).toEqual([[1], [2]]);
    const { row, span } = await stage.observe(mark);
    expect(span).toMatchObject({ name: 'CreateEmbeddings', status: { code: 'OK' } });
    expect(span.attributes['embedding.embeddings.1.embedding.text']).toBe('b');
    expect(row).toMatchObject({ 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.input_tokens': 8 });
  });
});

test("Cohere's own client: rerank", async () => {
  const mark = stage.mark();
  const cohere = new CohereClientV2({
    token: 'none',
    environment: `http://127.0.0.1:${stage.port()}`,
  });
  const meta = { billed_units: { search_units: 1 }, tokens: { input_tokens: 40, output_tokens: 0 } };
  const run = answers(JSON.stringify({ id: 'r-1', results: [{ index: 1, relevance_score: 0.9 }], meta }));
  const answer = await cohere.rerank(
    { model: mark.model, query: 'capital?', documents: ['Bonn', 'Berlin'] },
    { maxRetries: 0, queryParams: { t: mark.id }, headers: { 'x-script': stage.upstream.script(run) } },
  );
  expect(answer.results[0]?.index).toBe(1);
  const { row, span } = await stage.observe(mark);
  expect(span).toMatchObject({ name: 'Rerank', status: { code: 'OK' } });
  expect(span.attributes).toMatchObject({
    'openinference.span.kind': 'RERANKER',
    'reranker.query': 'capital?',
    'reranker.input_documents.1.document.content': 'Berlin',
    'reranker.output_documents.0.document.score': 0.9,
  });
  expect(row).toMatchObject({
    'gen_ai.operation.name': 'rerank',
    'gen_ai.provider.name': 'cohere',
    'gen_ai.usage.input_tokens': 40,
  });
});

test('every call has one record, and Envoy was content', async () => {
  await stage.expectOneRecordPerCall();
  await stage.expectNoTrouble();
});
