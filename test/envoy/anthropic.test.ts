import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  blockEvents,
  message,
  messageEnd,
  messageEvents,
  messageStart,
  textEvents,
} from '../support/anthropic-answers.js';
import { answerOf } from '../support/openai-answers.js';
import { sumOf } from '../support/prometheus-page.js';
import { answers, callOptions, streams } from './support/openai-calls.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

let stage: Stage;
let client: Anthropic;

beforeAll(async () => {
  stage = await startStage();
  client = new Anthropic({ baseURL: `http://127.0.0.1:${stage.port()}`, apiKey: 'sk-ant-test', maxRetries: 0 });
});
afterAll(() => stage?.close());

const USAGE = { input_tokens: 9, cache_read_input_tokens: 4, cache_creation_input_tokens: 2, output_tokens: 3 };
const SESSION = { 'agent-session-id': 's-claude' };
const request = (mark: Mark) => ({
  model: mark.model,
  max_tokens: 64,
  system: 'Be brief.',
  messages: [{ role: 'user' as const, content: 'Hi' }],
});
const named = (mark: Mark, changes: object = {}) => ({ model: `${mark.model}-2025`, ...changes });

/** What every signal must say of a message with {@link USAGE}. */
async function expectMessage(mark: Mark): Promise<Record<string, unknown>> {
  const { row, span, metrics } = await stage.observe(mark);
  expect(span).toMatchObject({ name: 'Message', status: { code: 'OK' } });
  expect(span.attributes).toMatchObject({
    'llm.system': 'anthropic',
    'llm.provider': 'anthropic',
    'llm.model_name': `${mark.model}-2025`,
    'llm.input_messages.0.message.content': 'Be brief.',
    'llm.input_messages.1.message.content': 'Hi',
    'llm.token_count.prompt': 15,
    'llm.token_count.prompt_details.cache_read': 4,
    'llm.token_count.completion': 3,
    'session.id': 's-claude',
  });
  expect(row).toMatchObject({
    'gen_ai.operation.name': 'messages',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': mark.model,
    'gen_ai.response.model': `${mark.model}-2025`,
    'gen_ai.usage.input_tokens': 15,
    'gen_ai.usage.output_tokens': 3,
    'gen_ai.usage.total_tokens': 18,
    finish_reason: 'end_turn',
    'session.id': 's-claude',
  });
  expect(sumOf(metrics, 'gen_ai_client_token_usage_sum', { gen_ai_token_type: 'input' })).toBe(15);
  expect(sumOf(metrics, 'gen_ai_client_token_usage_sum', { gen_ai_token_type: 'cache_creation_input' })).toBe(2);
  return span.attributes;
}

describe("Anthropic's own client", () => {
  test('a message', async () => {
    const mark = stage.mark();
    const body = JSON.stringify(message([{ type: 'text', text: 'Hello' }], named(mark, { usage: USAGE })));
    const answer = await client.messages.create(request(mark), callOptions(stage, mark, answers(body), SESSION));
    expect(answer.content).toEqual([{ type: 'text', text: 'Hello' }]);
    const attributes = await expectMessage(mark);
    expect(attributes['output.value']).toBe(body);
  });

  test('a streamed message with thinking and a tool', async () => {
    const mark = stage.mark();
    const { output_tokens, ...input } = USAGE;
    const events = [
      messageStart({ ...input, output_tokens: 1 }, named(mark)),
      ...blockEvents(0, { type: 'thinking', thinking: '', signature: '' }, { type: 'thinking_delta', thinking: 'Hm' }),
      ...textEvents(1, 'Hel', 'lo'),
      ...blockEvents(
        2,
        { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} },
        { type: 'input_json_delta', partial_json: '{"city":' },
        { type: 'input_json_delta', partial_json: '"Bonn"}' },
      ),
      ...messageEnd({ output_tokens }),
    ];
    const script = streams(events.map((event) => messageEvents(event)));
    const stream = client.messages.stream(request(mark), callOptions(stage, mark, script, SESSION));
    const answer = await stream.finalMessage();
    expect(answer.content.map((block) => block.type)).toEqual(['thinking', 'text', 'tool_use']);
    const attributes = await expectMessage(mark);
    expect(attributes).toMatchObject({
      'llm.output_messages.0.message.contents.0.message_content.type': 'reasoning',
      'llm.output_messages.0.message.contents.1.message_content.text': 'Hello',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Bonn"}',
    });
    const { metrics, row } = await stage.observe(mark);
    expect(sumOf(metrics, 'gen_ai_server_time_to_first_token_seconds_count')).toBe(1);
    expect(row['streaming']).toBe(true);
  });

  test('a count of tokens', async () => {
    const mark = stage.mark();
    const { max_tokens: _, ...counted } = request(mark);
    const answer = await client.messages.countTokens(
      counted,
      callOptions(stage, mark, answers('{"input_tokens":17}'), SESSION),
    );
    expect(answer.input_tokens).toBe(17);
    const { row, span } = await stage.observe(mark);
    expect(span).toMatchObject({ name: 'CountTokens', status: { code: 'OK' } });
    expect(row).toMatchObject({ 'gen_ai.operation.name': 'count_tokens', 'gen_ai.usage.input_tokens': 17 });
  });

  test('an overloaded provider', async () => {
    const mark = stage.mark();
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const script = callOptions(stage, mark, (exchange) =>
      exchange.write(answerOf(JSON.stringify(error), {}, '529 Overloaded')),
    );
    await expect(client.messages.create(request(mark), script)).rejects.toThrow(APIError);
    const { row, span } = await stage.observe(mark);
    expect(span.status.code).toBe('ERROR');
    expect(span.attributes['error.type']).toBe('529');
    expect(row['error_type']).toBe('529');
  });

  test('the key of an MCP server stays between client and provider', async () => {
    const mark = stage.mark();
    const body = JSON.stringify(message([{ type: 'text', text: 'Hello' }], named(mark)));
    const options = callOptions(stage, mark, answers(body));
    await client.beta.messages.create(
      {
        ...request(mark),
        mcp_servers: [{ type: 'url', url: 'https://mcp.test', name: 's', authorization_token: 'sk-mcp-5ecret' }],
      },
      options,
    );
    const { span } = await stage.observe(mark);
    expect(JSON.stringify(span)).not.toContain('sk-mcp-5ecret');
    expect(span.attributes['input.value']).toContain('"authorization_token":"__REDACTED__"');
    const [sent] = stage.upstream.requests(options.headers['x-script']);
    expect(String(sent?.body)).toContain('sk-mcp-5ecret');
  });

  test('every call has one record, and Envoy was content', async () => {
    await stage.expectOneRecordPerCall();
    await stage.expectNoTrouble();
  });
});
