import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatCompletion } from '../support/openai-answers.js';
import { answers, callOptions } from './support/openai-calls.js';
import { type Stage, startStage } from './support/stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({
    mapped: {
      settings: {
        OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: 'X-Team:team.name',
        OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES: 'x-user:user.id',
        OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES: 'x-tier:tier',
        OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES: 'agent-session-id:log.session,x-team:session.id',
      },
    },
    cleared: { settings: { OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: '' } },
    clearedSpan: { settings: { OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES: '' } },
  });
});
afterAll(() => stage?.close());

const messages = [{ role: 'user' as const, content: 'Say hello' }];

describe('header mapping', () => {
  const headers = { 'agent-session-id': 's-1', 'x-team': 'red', 'x-user': 'u-1', 'X-Tier': 'gold' };

  async function call(variant?: string) {
    const mark = stage.mark();
    await stage
      .client(variant)
      .chat.completions.create(
        { model: mark.model, messages },
        callOptions(stage, mark, answers(chatCompletion(mark.model)), headers),
      );
    const observed = await stage.observe(mark, variant);
    const keys = ['session.id', 'team.name', 'user.id', 'tier', 'log.session'];
    const found = keys.filter((key) => key in observed.span.attributes);
    return { ...observed, onSpan: Object.fromEntries(found.map((key) => [key, observed.span.attributes[key]])) };
  }

  test('unset: the session on span and log, nothing on metrics', async () => {
    const { row, onSpan, metrics } = await call();
    expect(onSpan).toEqual({ 'session.id': 's-1' });
    expect(row['session.id']).toBe('s-1');
    expect(metrics.some((sample) => 'session_id' in sample.labels)).toBe(false);
  });

  test('overrides: the base for all, each signal its own, the default where no base took its header', async () => {
    const { row, onSpan, metrics } = await call('mapped');
    expect(onSpan).toEqual({ 'session.id': 's-1', 'team.name': 'red', 'user.id': 'u-1' });
    expect(row['session.id']).toBe('red');
    const duration = metrics.find((sample) => sample.name === 'gen_ai_server_request_duration_seconds_count');
    expect(duration?.labels).toMatchObject({ team_name: 'red', tier: 'gold' });
    expect(duration?.labels).not.toHaveProperty('user_id');
  });

  test('an empty base clears the default of span and log', async () => {
    const { row, onSpan } = await call('cleared');
    expect(onSpan).toEqual({});
    expect(row['session.id']).toBeNull();
  });

  test('an empty span setting clears that of the span alone', async () => {
    const { row, onSpan } = await call('clearedSpan');
    expect(onSpan).toEqual({});
    expect(row['session.id']).toBe('s-1');
  });

  test('session.id from baggage, where no header has it', async () => {
    const mark = stage.mark();
    await stage
      .client()
      .chat.completions.create(
        { model: mark.model, messages },
        callOptions(stage, mark, answers(chatCompletion(mark.model)), { baggage: 'session.id=b-1,other=x' }),
      );
    const { row, span } = await stage.observe(mark);
    expect(span.attributes['session.id']).toBe('b-1');
    expect(row['session.id']).toBe('b-1');
  });
});

describe('all of them', () => {
  test('every call gave exactly one span and one duration sample', () => stage.expectOneRecordPerCall());

  test('Envoy had no trouble with the observation', () =>
    stage.expectNoTrouble('llm', 'mapped', 'cleared', 'clearedSpan'));
});
