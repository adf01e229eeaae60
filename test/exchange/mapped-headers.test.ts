import { describe, expect, test } from 'vitest';
import { viewHeaders } from '../../src/exchange/header-view.js';
import { mapHeaders } from '../../src/exchange/mapped-headers.js';
import type { CallTrace } from '../../src/model/trace.js';
import { rawHeaders } from '../support/drive-exchange.js';

const PAIR = { header: 'agent-session-id', attribute: 'session.id' };
const ALIAS = { header: 'x-session', attribute: 'session.id' };
const MAPPING = {
  span: [PAIR, ALIAS],
  metrics: [{ header: 'x-team', attribute: 'team' }],
  log: [PAIR],
  baggageSession: { span: true, log: true },
};

function map(headers: Record<string, string>, baggage?: string, mapping = MAPPING, limit = 20) {
  const trace: CallTrace = {
    sampled: false,
    recording: false,
    headers: [],
    baggage: (key) => (key === 'session.id' ? baggage : undefined),
    end: () => undefined,
  };
  const mapped = mapHeaders(mapping, viewHeaders(rawHeaders(headers)), trace, limit);
  return {
    span: Object.fromEntries(mapped.span),
    metrics: Object.fromEntries(mapped.metrics),
    log: Object.fromEntries(mapped.log),
  };
}

describe('request headers become attributes', () => {
  test('of their signals', () => {
    expect(map({ 'agent-session-id': 's', 'x-team': 't' })).toEqual({
      span: { 'session.id': 's' },
      metrics: { team: 't' },
      log: { 'session.id': 's' },
    });
  });

  test('of two headers for one attribute the last that is not empty counts', () => {
    expect(map({ 'agent-session-id': 'a', 'x-session': 'b' }).span).toEqual({ 'session.id': 'b' });
    expect(map({ 'agent-session-id': 'a', 'x-session': '' }).span).toEqual({ 'session.id': 'a' });
  });

  test('a repeated header counts by its last value', () => {
    const headers = [...rawHeaders({ a: '1' }), ...rawHeaders({ a: '2' })];
    expect(viewHeaders(headers).get('a')).toBe('2');
    expect(viewHeaders([{ key: 'a' }]).get('a')).toBe('');
    expect(viewHeaders(headers).get('A')).toBeUndefined();
  });

  test('values are cut and cleaned', () => {
    expect(map({ 'agent-session-id': `\u0000a\n${'x'.repeat(50)}` }).log).toEqual({
      'session.id': `a${'x'.repeat(17)}`,
    });
    expect(map({ 'agent-session-id': '\u0001' })).toEqual({ span: {}, metrics: {}, log: {} });
  });
});

describe('the session in baggage', () => {
  test('stands in where no header has it', () => {
    expect(map({}, 'from-baggage')).toMatchObject({
      span: { 'session.id': 'from-baggage' },
      log: { 'session.id': 'from-baggage' },
    });
    expect(map({ 'x-session': 'mine' }, 'theirs')).toMatchObject({
      span: { 'session.id': 'mine' },
      log: { 'session.id': 'theirs' },
    });
  });

  test('is left alone by a signal whose default was cleared', () => {
    const cleared = { ...MAPPING, baggageSession: { span: false, log: true } };
    expect(map({}, 'x', cleared)).toMatchObject({ span: {}, log: { 'session.id': 'x' } });
    expect(map({}, 'x').metrics).toEqual({});
  });
});
