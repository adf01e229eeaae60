import { describe, expect, test } from 'vitest';
import { createResource } from '../../src/telemetry/resource.js';
import { withSessionHeaders } from '../../src/telemetry/session-headers.js';
import { telemetrySettings } from './telemetry-settings.js';

const CHILD = { sessionId: 'own', rootSessionId: 'root' };
const FIRST = { sessionId: 'own', rootSessionId: 'own' };

const headers = (identity: typeof CHILD, given: Record<string, string> = {}, sessionHeaders = true) => {
  const settings = telemetrySettings('http://c', { otlp: { headers: given }, sessionHeaders });
  const { traces, metrics, logs } = withSessionHeaders(settings, identity);
  expect(metrics.otlp.headers).toEqual(traces.otlp.headers);
  expect(logs.otlp.headers).toEqual(traces.otlp.headers);
  expect(settings.traces.otlp.headers).toEqual(given);
  return traces.otlp.headers;
};

describe('headers of exports', () => {
  test('the session; the root only where it is another', () => {
    expect(headers(FIRST)).toEqual({ 'DD-Session-ID': 'own' });
    expect(headers(CHILD)).toEqual({ 'DD-Session-ID': 'own', 'DD-Root-Session-ID': 'root' });
  });

  test.each(['DD-Session-ID', 'dd-session-id', 'Dd-SESSION-id'])('%s of the user wins', (name) => {
    expect(headers(CHILD, { [name]: 'mine', 'api-key': 'k' })).toEqual({
      [name]: 'mine',
      'api-key': 'k',
      'DD-Root-Session-ID': 'root',
    });
  });

  test.each(['DD-Root-Session-ID', 'dd-root-session-id'])('%s of the user wins', (name) => {
    expect(headers(CHILD, { [name]: 'mine' })).toEqual({ 'DD-Session-ID': 'own', [name]: 'mine' });
    expect(headers(FIRST, { [name]: 'mine' })).toEqual({ 'DD-Session-ID': 'own', [name]: 'mine' });
  });

  test('turned off', () => expect(headers(CHILD, { a: 'b' }, false)).toEqual({ a: 'b' }));
});

test('the instance is the session, unless it is given', () => {
  const resource = (resourceAttributes: Record<string, string>) =>
    createResource({ serviceName: 's', resourceAttributes }, CHILD).attributes;
  expect(resource({})['service.instance.id']).toBe('own');
  expect(resource({ 'service.instance.id': 'mine' })['service.instance.id']).toBe('mine');
});
