import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, chunkOf, eventOf, LAST_CHUNK, SSE_HEAD } from '../support/openai-answers.js';
import {
  BEGUN,
  numbered,
  RESPONSES_USAGE,
  response,
  textEnd,
  textEvents,
  textItem,
} from '../support/responses-answers.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { type Mark, type Observed, type Stage, startStage } from './support/stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

const options = (mark: Mark, run: UpstreamScript) => ({
  query: { t: mark.id },
  headers: { 'x-script': stage.upstream.script(run), 'agent-session-id': 's-responses' },
});
const events = (model: string) =>
  numbered(...textEvents('Hel', 'lo'), ...textEnd('Hello'), {
    type: 'response.completed',
    response: response([textItem('Hello')], { model: `${model}-2025` }),
  });

/** What every signal must say of the answer that {@link response} gives. */
function checkSignals({ row, span, metrics }: Observed, mark: Mark): void {
  expect(span).toMatchObject({ name: 'Responses', status: { code: 'OK' } });
  expect(span.attributes).toMatchObject({
    'llm.model_name': `${mark.model}-2025`,
    'llm.input_messages.0.message.content': 'Be brief.',
    'llm.input_messages.1.message.content': 'Hi',
    'llm.output_messages.0.message.contents.0.message_content.text': 'Hello',
    'llm.token_count.prompt': RESPONSES_USAGE.input_tokens,
    'llm.token_count.completion_details.reasoning': 64,
    'session.id': 's-responses',
  });
  expect(row).toMatchObject({
    'gen_ai.request.model': mark.model,
    'gen_ai.response.model': `${mark.model}-2025`,
    'gen_ai.usage.input_tokens': 36,
    'gen_ai.usage.output_tokens': 87,
    'gen_ai.usage.total_tokens': 123,
    'session.id': 's-responses',
  });
  const reasoning = metrics.find(
    ({ name, labels }) => name === 'gen_ai_client_token_usage_sum' && labels['gen_ai_token_type'] === 'reasoning',
  );
  expect(reasoning?.value).toBe(64);
  expect(reasoning?.labels).toMatchObject({ gen_ai_operation_name: 'responses' });
}

describe('the official client and the Responses API', () => {
  test('a JSON answer', async () => {
    const mark = stage.mark();
    const body = JSON.stringify(response([textItem('Hello')], { model: `${mark.model}-2025` }));
    const answer = await stage.client().responses.create(
      { model: mark.model, instructions: 'Be brief.', input: 'Hi' },
      options(mark, (exchange) => exchange.write(answerOf(body))),
    );
    expect(answer.output_text).toBe('Hello');
    const observed = await stage.observe(mark);
    checkSignals(observed, mark);
    expect(observed.span.attributes['output.value']).toBe(body);
  });

  test('a stream', async () => {
    const mark = stage.mark();
    const stream = await stage.client().responses.create(
      { model: mark.model, instructions: 'Be brief.', input: 'Hi', stream: true },
      options(mark, async (exchange) => {
        await exchange.write(SSE_HEAD);
        for (const event of events(mark.model)) {
          await exchange.write(chunkOf(eventOf(event)));
          await exchange.pause(5);
        }
        await exchange.write(LAST_CHUNK);
      }),
    );
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types.at(-1)).toBe('response.completed');
    const observed = await stage.observe(mark);
    checkSignals(observed, mark);
    expect(observed.span.events.map(({ name }) => name)).toEqual(['First Token Stream Event']);
    expect(JSON.parse(String(observed.span.attributes['output.value']))).toEqual(
      response([textItem('Hello')], { model: `${mark.model}-2025` }),
    );
    expect(observed.metrics.map(({ name }) => name)).toContain('gen_ai_server_time_to_first_token_seconds_count');
  });

  test('a client that leaves in the middle of a stream', async () => {
    const mark = stage.mark();
    const leaving = new AbortController();
    const stream = await stage.client().responses.create(
      { model: mark.model, input: 'Hi', stream: true },
      {
        ...options(mark, async (exchange) => {
          await exchange.write(SSE_HEAD);
          for (const event of numbered(...textEvents('Hel', 'lo'))) await exchange.write(chunkOf(eventOf(event)));
          await exchange.gone;
        }),
        signal: leaving.signal,
      },
    );
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta' && event.delta === 'lo') leaving.abort();
    }
    const { span } = await stage.observe(mark);
    expect(span.attributes).toMatchObject({
      'error.type': 'interrupted',
      'llm.model_name': BEGUN['model'],
      'llm.output_messages.0.message.contents.0.message_content.text': 'Hello',
    });
  });

  test('a token count', async () => {
    const mark = stage.mark();
    const count = await stage.client().responses.inputTokens.count(
      { model: mark.model, input: 'Hi' },
      options(mark, (exchange) => exchange.write(answerOf('{"object":"response.input_tokens","input_tokens":11}'))),
    );
    expect(count.input_tokens).toBe(11);
    const { row, span } = await stage.observe(mark);
    expect(span.name).toBe('ResponsesInputTokens');
    expect(span.attributes['llm.token_count.prompt']).toBe(11);
    expect(row['gen_ai.usage.input_tokens']).toBe(11);
  });

  test('every call gave one record, and Envoy had no trouble with us', async () => {
    await stage.expectOneRecordPerCall();
    await stage.expectNoTrouble();
  });
});
