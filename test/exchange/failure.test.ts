import { describe, expect, test } from 'vitest';
import { type CallOutcome, failureOf } from '../../src/exchange/failure.js';

const WELL: CallOutcome = {
  status: 200,
  interrupted: false,
  requestUnparsable: false,
  responseUnparsable: false,
  errorBody: () => 'body',
};
const typeOf = (outcome: Partial<CallOutcome>) => failureOf({ ...WELL, ...outcome })?.type;
const all = { interrupted: true, requestUnparsable: true, responseUnparsable: true };

describe('error.type is of a closed set', () => {
  test.each<[string, Partial<CallOutcome>, string | undefined]>([
    ['nothing went wrong', {}, undefined],
    ['a redirect', { status: 302 }, undefined],
    ['no status at all', { status: undefined }, undefined],
    ['400', { status: 400 }, '400'],
    ['429, whatever else', { status: 429, ...all, errorEvent: { type: 'api_error', text: '' } }, '429'],
    ['a status of nobody', { status: 599 }, '599'],
    ['an error event without a type', { errorEvent: { text: '{}' } }, 'stream_error'],
    ['an error event of an unknown type', { errorEvent: { type: 'secret-4711', code: 'x', text: '' } }, 'stream_error'],
    ['an error event, then a cut', { errorEvent: { type: 'api_error', text: '' }, interrupted: true }, 'api_error'],
    [
      'a known code under an unknown type',
      { errorEvent: { type: 'x', code: 'insufficient_quota', text: '' } },
      'insufficient_quota',
    ],
    [
      'type before code',
      { errorEvent: { type: 'server_error', code: 'rate_limit_exceeded', text: '' } },
      'server_error',
    ],
    ['a cut, whatever else', all, 'interrupted'],
    ['an answer of another kind', { responseUnparsable: true, requestUnparsable: true }, 'unparsable_response'],
    ['a request of another kind', { requestUnparsable: true }, 'unparsable_request'],
  ])('%s', (_name, outcome, type) => expect(typeOf(outcome)).toBe(type));

  test.each([
    'invalid_request_error',
    'authentication_error',
    'permission_error',
    'not_found_error',
    'rate_limit_error',
    'rate_limit_exceeded',
    'insufficient_quota',
    'overloaded_error',
    'api_error',
    'server_error',
    'timeout_error',
  ])('%s is taken over', (type) => expect(typeOf({ errorEvent: { type, text: '' } })).toBe(type));
});

describe('the exception', () => {
  test('tells status and body of an error answer, and no more than 32 Ki characters', () => {
    expect(failureOf({ ...WELL, status: 500 })?.exception).toEqual({ status: 500, body: 'body' });
    const long = failureOf({ ...WELL, status: 500, errorBody: () => 'x'.repeat(1 << 20) });
    expect(long?.exception?.body).toHaveLength(32 * 1024);
  });

  test("tells the event's own text", () => {
    expect(failureOf({ ...WELL, errorEvent: { text: '{"error":1}' } })?.exception).toEqual({
      status: 200,
      body: '{"error":1}',
    });
  });

  test('is of HTTP errors and error events only', () => {
    for (const outcome of [{ interrupted: true }, { responseUnparsable: true }, { requestUnparsable: true }]) {
      expect(failureOf({ ...WELL, ...outcome })?.exception).toBeUndefined();
    }
  });

  test('does not ask for the body of a success', () => {
    const errorBody = () => {
      throw new Error('asked');
    };
    expect(failureOf({ ...WELL, errorBody })).toBeUndefined();
  });
});
