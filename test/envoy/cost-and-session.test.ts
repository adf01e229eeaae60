import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { answerOf, chatCompletion } from '../support/openai-answers.js';
import { type MetricSample, parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, rawRequest } from '../support/raw-http.js';
import { response, textItem } from '../support/responses-answers.js';
import type { ListenerParts } from './support/gateway-config.js';
import { answers, callOptions } from './support/openai-calls.js';
import { type Observed, type Stage, startStage } from './support/stage.js';

const PRICES = fileURLToPath(new URL('../../examples/pricing/gen-ai-config.yml', import.meta.url));
/** Both work with ordinary values; the second fails for a call without reasoning. */
const COSTS = 'llm_units=input_tokens + output_tokens * 3;llm_ratio=total_tokens / reasoning_tokens';

/** Prints keys of the metadata that the recommended access log does not. */
function logCosts({ manager }: ListenerParts): void {
  const [logger] = manager['access_log'] as [{ typed_config: { log_format: { json_format: Record<string, string> } } }];
  for (const key of ['llm_cost', 'llm_units', 'llm_ratio', 'user.id', 'provider_name']) {
    logger.typed_config.log_format.json_format[key] = `%DYNAMIC_METADATA(io.envoy.ai_gateway:${key})%`;
  }
}

/** Says in the route's metadata who serves it. */
function routeSaysWho(parts: ListenerParts): void {
  logCosts(parts);
  for (const route of parts.routes) route['metadata'] = { filter_metadata: { genai: { provider: 'ibm.watsonx.ai' } } };
}

let stage: Stage;
beforeAll(async () => {
  const costs = { GENAI_EXTPROC_PRICES: PRICES, GENAI_EXTPROC_COSTS: COSTS };
  stage = await startStage({
    costs: { settings: costs, change: logCosts },
    capped: { settings: { ...costs, GENAI_EXTPROC_METRIC_ATTRIBUTE_VALUES: '1' } },
    sessions: { settings: { GENAI_EXTPROC_BODY_SESSION: 'true' }, change: logCosts },
    mapped: { settings: { GENAI_EXTPROC_PROVIDERS: 'cluster:llm_upstream=groq' }, change: routeSaysWho },
    byRoute: { change: routeSaysWho },
  });
});
afterAll(() => stage?.close());

const messages = [{ role: 'user' as const, content: 'Hi' }];
/** 11 tokens in, 4 of them cached, 20 out: by the example's gpt-4o. */
const PROMPT = (7 * 2.5 + 4 * 1.25) / 1e6;
const COMPLETION = (20 * 10) / 1e6;

/** One chat call of a model; `answered`: the model that the answer names. */
async function chat(
  variant: string | undefined,
  answered: { model?: string; usage?: object } = {},
  headers: Record<string, string> = {},
  body: object = {},
): Promise<Observed> {
  const mark = stage.mark();
  const answer = chatCompletion(mark.model, answered);
  await stage
    .client(variant)
    .chat.completions.create(
      { model: mark.model, messages, ...body },
      callOptions(stage, mark, answers(answer), headers),
    );
  return stage.observe(mark, variant);
}

const pageOf = async (variant: string): Promise<string> => (await fetch(`${stage.adminUrl(variant)}/metrics`)).text();

describe('what a call costs', () => {
  test('a listed model: on the span, in the access log, at the sink and on /metrics', async () => {
    const { row, span, metrics } = await chat('costs', { model: 'gpt-4o-2024-08-06' });
    expect(span.attributes['llm.cost.prompt']).toBeCloseTo(PROMPT, 12);
    expect(span.attributes['llm.cost.completion']).toBeCloseTo(COMPLETION, 12);
    expect(span.attributes['llm.cost.total']).toBeCloseTo(PROMPT + COMPLETION, 12);
    expect(row['llm_cost']).toBeCloseTo(PROMPT + COMPLETION, 12);
    expect(row['llm_units']).toBe(11 + 3 * 20);
    expect(sumOf(metrics, 'gen_ai_client_cost_USD_total')).toBeCloseTo(PROMPT + COMPLETION, 12);
    const point = await eventually(() =>
      stage.sink
        .metrics()
        .filter((metric) => metric.name === 'gen_ai.client.cost')
        .flatMap((metric) => metric.points.map((one) => ({ ...one, unit: metric.unit, monotonic: metric.monotonic })))
        .find((one) => one.attributes['gen_ai.response.model'] === 'gpt-4o-2024-08-06'),
    );
    expect(point).toMatchObject({ unit: 'USD', monotonic: true, attributes: { 'gen_ai.operation.name': 'chat' } });
    expect(point.value).toBeCloseTo(PROMPT + COMPLETION, 12);
    const page = await pageOf('costs');
    expect(page).toContain('# TYPE gen_ai_client_cost_USD_total counter');
    expect(page).toMatch(/^# HELP gen_ai_client_cost_USD_total \S/m);
  });

  test('a model that is not listed has no cost, and still its units', async () => {
    const { row, span, metrics } = await chat('costs');
    expect(Object.keys(span.attributes).filter((name) => name.startsWith('llm.cost'))).toEqual([]);
    expect(row).toMatchObject({ llm_cost: null, llm_units: 71 });
    expect(sumOf(metrics, 'gen_ai_client_cost_USD_total')).toBe(0);
  });

  test('an expression that fails for a call is counted and leaves out its key alone', async () => {
    const failures = async () => sumOf(parsePrometheus(await pageOf('costs')), 'genai_extproc_costs_failed_total');
    const before = await failures();
    const usage = { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 };
    const { row, span } = await chat('costs', { usage });
    expect(row).toMatchObject({ llm_ratio: null, llm_units: 11, 'gen_ai.usage.total_tokens': 5 });
    expect(span.status.code).toBe('OK');
    expect(await failures()).toBeGreaterThan(before);
    expect((await chat('costs')).row['llm_ratio']).toBe(5);
  });

  test('the cost keeps to the caps of its attributes', async () => {
    const costs: MetricSample[] = [];
    for (const model of ['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20']) {
      const mark = stage.mark();
      await stage
        .client('capped')
        .chat.completions.create(
          { model: mark.model, messages },
          callOptions(stage, mark, answers(chatCompletion(mark.model, { model }))),
        );
      await stage.row(mark);
    }
    await eventually(async () => {
      costs.splice(
        0,
        costs.length,
        ...parsePrometheus(await pageOf('capped')).filter((sample) => sample.name === 'gen_ai_client_cost_USD_total'),
      );
      return sumOf(costs, 'gen_ai_client_cost_USD_total') > 2.5 * (PROMPT + COMPLETION);
    });
    expect(costs.map((sample) => sample.labels['gen_ai_response_model']).sort()).toEqual(['_other', 'gpt-4o']);
  });
});

describe('whose call it is', () => {
  const named = { metadata: { session_id: 's-body', user_id: 'u-body' } };

  test('by the body, when the setting is on', async () => {
    const { row, span, metrics } = await chat('sessions', {}, {}, named);
    expect(span.attributes).toMatchObject({ 'session.id': 's-body', 'user.id': 'u-body' });
    expect(row).toMatchObject({ 'session.id': 's-body', 'user.id': 'u-body' });
    expect(metrics.some((sample) => 'session_id' in sample.labels || 'user_id' in sample.labels)).toBe(false);
  });

  test('not by the body, when it is off', async () => {
    const { row, span } = await chat(undefined, {}, {}, named);
    expect(span.attributes).not.toHaveProperty('session.id');
    expect(span.attributes).not.toHaveProperty('user.id');
    expect(row['session.id']).toBeNull();
  });

  test.each([
    ['a header', { 'agent-session-id': 's-header', baggage: 'session.id=s-baggage' }, 's-header'],
    ['baggage', { baggage: 'session.id=s-baggage' }, 's-baggage'],
  ])('%s wins over the body', async (_name, headers, session) => {
    const { row, span } = await chat('sessions', {}, headers, named);
    expect(span.attributes).toMatchObject({ 'session.id': session, 'user.id': 'u-body' });
    expect(row['session.id']).toBe(session);
  });

  test.each<[string, object, string]>([
    ['its conversation', { conversation: 'conv_1' }, 'conv_1'],
    ['the conversation as an object', { conversation: { id: 'conv_2' } }, 'conv_2'],
    ['metadata before the conversation', { conversation: 'conv_3', metadata: { session_id: 's-3' } }, 's-3'],
  ])('Responses: %s', async (_name, body, session) => {
    const mark = stage.mark();
    const answer = JSON.stringify(response([textItem('Hello')], { model: mark.model }));
    await stage.client('sessions').responses.create(
      { model: mark.model, input: 'Hi', ...body },
      callOptions(stage, mark, (exchange) => exchange.write(answerOf(answer))),
    );
    const { row, span } = await stage.observe(mark, 'sessions');
    expect(span.attributes['session.id']).toBe(session);
    expect(row['session.id']).toBe(session);
  });
});

describe('who serves a call', () => {
  /** The provider in the access log, on the span and in the metrics, of a call for this host. */
  async function providerOf(variant?: string, host = 'gateway.test') {
    const mark = stage.mark();
    const headers = {
      host,
      'content-type': 'application/json',
      'x-script': stage.upstream.script(answers(chatCompletion(mark.model))),
    };
    const body = JSON.stringify({ model: mark.model, messages });
    await askRaw(stage.port(variant), rawRequest('POST', `/v1/chat/completions?t=${mark.id}`, headers, body));
    const { row, span, metrics } = await stage.observe(mark, variant);
    const labels = new Set(metrics.map((sample) => sample.labels['gen_ai_provider_name']));
    return [row['gen_ai.provider.name'], span.attributes['llm.provider'], ...labels];
  }

  test('by the settings before the route', async () => {
    expect(await providerOf('mapped', 'api.mistral.ai')).toEqual(['groq', 'groq', 'groq']);
  });

  test("by the route's metadata before the host", async () => {
    expect(await providerOf('byRoute', 'api.mistral.ai')).toEqual(Array(3).fill('ibm.watsonx.ai'));
  });

  test.each([
    ['api.mistral.ai', 'mistral_ai', 'mistralai'],
    ['bedrock-runtime.us-east-1.amazonaws.com', 'aws.bedrock', 'aws'],
    ['api.mistral.ai.evil.test', 'openai', 'openai'],
  ])('by the host %s', async (host, provider, ofOpenInference) => {
    expect(await providerOf(undefined, host)).toEqual([provider, ofOpenInference, provider]);
  });
});

test('Envoy was content with all of it, and every call has one record', async () => {
  await stage.expectOneRecordPerCall();
  await stage.expectNoTrouble('llm', 'costs', 'capped', 'sessions', 'mapped', 'byRoute');
});
