import { describe, expect, test } from 'vitest';
import { viewHeaders } from '../../src/exchange/header-view.js';
import { mapHeaders, withSession } from '../../src/exchange/mapped-headers.js';
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

describe('the session and the user that a body names', () => {
  const trace: CallTrace = {
    sampled: false,
    recording: false,
    headers: [],
    baggage: () => undefined,
    end: () => undefined,
  };
  const mapped = (headers: Record<string, string>) => mapHeaders(MAPPING, viewHeaders(rawHeaders(headers)), trace, 20);

  test('reach spans and logs, never metrics', () => {
    const named = withSession(mapped({}), 's-1', 'u-1', 20);
    expect(Object.fromEntries(named.span)).toEqual({ 'session.id': 's-1', 'user.id': 'u-1' });
    expect(Object.fromEntries(named.log)).toEqual({ 'session.id': 's-1', 'user.id': 'u-1' });
    expect(named.metrics.size).toBe(0);
  });

  test('yield to a header', () => {
    const named = withSession(mapped({ 'agent-session-id': 'header' }), 'body', undefined, 20);
    expect(named.span.get('session.id')).toBe('header');
    expect(named.log.get('session.id')).toBe('header');
  });

  test('are bounded, without control characters; nothing named changes nothing', () => {
    expect(withSession(mapped({}), `a\n${'b'.repeat(100)}`, undefined, 20).span.get('session.id')).toBe(
      `a${'b'.repeat(18)}`,
    );
    const plain = mapped({});
    expect(withSession(plain, undefined, '\n', 20)).toBe(plain);
  });
});
