import { describe, expect, test } from 'vitest';
import {
  childEnvironment,
  createProcessIdentity,
  PROCESS_IDENTITY,
  ROOT_SESSION_VARIABLE,
} from '../../src/util/process-identity.js';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const inheriting = (value: string) => createProcessIdentity({ [ROOT_SESSION_VARIABLE]: value });

describe('the identity of a process', () => {
  test('a random UUID, and its own root', () => {
    const [one, other] = [createProcessIdentity({}), createProcessIdentity({})];
    expect(one.sessionId).toMatch(UUID_V4);
    expect(one.rootSessionId).toBe(one.sessionId);
    expect(other.sessionId).not.toBe(one.sessionId);
  });

  test.each(['r', 'Root-1_2.3', 'x'.repeat(128)])('below the root %j', (root) => {
    expect(inheriting(root).rootSessionId).toBe(root);
    expect(inheriting(root).sessionId).toMatch(UUID_V4);
  });

  test.each(['', ' ', 'x'.repeat(129), 'a b', 'a\n', '\na', 'a\r\nX: y', 'ü', 'a,b', 'a=b', 'a/b', 'a\0'])(
    'a root %j is as if there were none',
    (root) => {
      const identity = inheriting(root);
      expect(identity.rootSessionId).toBe(identity.sessionId);
    },
  );
});

test('a child has the environment that it is given, or ours, and always the root', () => {
  const root = { [ROOT_SESSION_VARIABLE]: PROCESS_IDENTITY.rootSessionId };
  expect(childEnvironment()).toEqual({ ...process.env, ...root });
  expect(childEnvironment({ A: '1' })).toEqual({ A: '1', ...root });
  expect(childEnvironment({ [ROOT_SESSION_VARIABLE]: 'another' })).toEqual(root);
});
