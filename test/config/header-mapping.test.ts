import { describe, expect, it } from 'vitest';
import type { HeaderPair, Settings } from '../../src/config/settings.js';
import { problemsOf, settingsOf } from './support.js';

const BASE = 'OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES';
const SPAN = 'OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES';
const METRICS = 'OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES';
const LOG = 'OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES';

const written = (pairs: readonly HeaderPair[]): string =>
  pairs.map(({ header, attribute }) => `${header}:${attribute}`).join(',');

function mappingOf(env: Record<string, string | undefined>): Settings['headerMapping'] {
  return settingsOf({ env }).headerMapping;
}

const BASE_STATES = { unset: undefined, empty: '', value: 'x-base:base' };
const OWN_STATES = { unset: undefined, empty: '', value: 'x-own:own' };
type State = keyof typeof BASE_STATES;
const STATES: readonly State[] = ['unset', 'empty', 'value'];

/** By the base's state, then the signal's own: what span and log have, and what metrics have. */
const EXPECTED: Record<State, Record<State, { session: string; metrics: string }>> = {
  unset: {
    unset: { session: 'agent-session-id:session.id', metrics: '' },
    empty: { session: '', metrics: '' },
    value: { session: 'agent-session-id:session.id,x-own:own', metrics: 'x-own:own' },
  },
  empty: {
    unset: { session: '', metrics: '' },
    empty: { session: '', metrics: '' },
    value: { session: 'x-own:own', metrics: 'x-own:own' },
  },
  value: {
    unset: { session: 'agent-session-id:session.id,x-base:base', metrics: 'x-base:base' },
    empty: { session: 'x-base:base', metrics: 'x-base:base' },
    value: { session: 'agent-session-id:session.id,x-base:base,x-own:own', metrics: 'x-base:base,x-own:own' },
  },
};

const combinations = STATES.flatMap((base) =>
  STATES.flatMap((span) => STATES.flatMap((metrics) => STATES.map((log) => [base, span, metrics, log] as const))),
);

describe('the three states of the four settings', () => {
  it.each(combinations)('base %s, span %s, metrics %s, log %s', (base, span, metrics, log) => {
    const mapping = mappingOf({
      [BASE]: BASE_STATES[base],
      [SPAN]: OWN_STATES[span],
      [METRICS]: OWN_STATES[metrics],
      [LOG]: OWN_STATES[log],
    });
    expect(written(mapping.span)).toBe(EXPECTED[base][span].session);
    expect(written(mapping.metrics)).toBe(EXPECTED[base][metrics].metrics);
    expect(written(mapping.log)).toBe(EXPECTED[base][log].session);
    expect(mapping.baggageSession).toEqual({
      span: base !== 'empty' && span !== 'empty',
      log: base !== 'empty' && log !== 'empty',
    });
  });
});

describe('overlays', () => {
  it('replace by header: default, base, own', () => {
    const mapping = mappingOf({ [BASE]: 'Agent-Session-Id:chat.id,x-team:team', [SPAN]: 'X-TEAM:group' });
    expect(written(mapping.span)).toBe('agent-session-id:chat.id,x-team:group');
    expect(written(mapping.metrics)).toBe('agent-session-id:chat.id,x-team:team');
    expect(written(mapping.log)).toBe('agent-session-id:chat.id,x-team:team');
  });

  it('put a replaced header at its new place, so that the later of two headers for one attribute wins', () => {
    const mapping = mappingOf({ [BASE]: 'x-session:session.id,agent-session-id:session.id' });
    expect(written(mapping.log)).toBe('x-session:session.id,agent-session-id:session.id');
  });

  it('never give metrics a session by themselves', () => {
    expect(mappingOf({}).metrics).toEqual([]);
    expect(mappingOf({ [METRICS]: '' }).metrics).toEqual([]);
  });
});

describe('an empty value', () => {
  it.each([
    [
      'of a flag clears what the environment says',
      { argv: [`--${BASE.toLowerCase().replaceAll('_', '-')}=`], env: { [BASE]: 'a:b' } },
    ],
    [
      'of the environment clears what the file says',
      {
        env: { [BASE]: '', GENAI_EXTPROC_CONFIG: '/f' },
        files: { '/f': 'otel-aigw-request-header-attributes: a:b' },
      },
    ],
    [
      'of the file clears the default',
      {
        env: { GENAI_EXTPROC_CONFIG: '/f' },
        files: { '/f': 'otel-aigw-request-header-attributes: ""' },
      },
    ],
    [
      'of the file may be a key without a value',
      {
        env: { GENAI_EXTPROC_CONFIG: '/f' },
        files: { '/f': 'otel-aigw-request-header-attributes:' },
      },
    ],
    [
      'of the file may be an empty list',
      {
        env: { GENAI_EXTPROC_CONFIG: '/f' },
        files: { '/f': 'otel-aigw-request-header-attributes: []' },
      },
    ],
  ])('%s', (_, outside) => {
    expect(settingsOf(outside).headerMapping).toEqual({
      span: [],
      metrics: [],
      log: [],
      baggageSession: { span: false, log: false },
    });
  });
});

describe('errors', () => {
  it('name the setting and the position, all at once', () => {
    const problems = problemsOf({ env: { [SPAN]: 'a:b,,c,:d,e:,A:x', [LOG]: ',', [METRICS]: ' ' } });
    expect(problems.map(({ setting, reason }) => [setting, reason])).toEqual([
      [SPAN, 'has an empty pair at position 2'],
      [SPAN, 'has no ":" in the pair at position 3'],
      [SPAN, 'has no header before the ":" in the pair at position 4'],
      [SPAN, 'has no attribute after the ":" in the pair at position 5'],
      [SPAN, 'has the header of position 1 again at position 6'],
      [METRICS, 'has an empty pair at position 1'],
      [LOG, 'has an empty pair at position 1'],
      [LOG, 'has an empty pair at position 2'],
    ]);
  });
});
