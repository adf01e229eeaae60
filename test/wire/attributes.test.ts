import { expect, test } from 'vitest';
import { viewAttributes } from '../../src/wire/attributes.js';

const view = viewAttributes({
  'envoy.filters.http.ext_proc': {
    fields: {
      'xds.cluster_name': { stringValue: 'llm' },
      'response.code': { numberValue: 503 },
      'connection.mtls': { boolValue: true },
      'upstream.address': { stringValue: '' },
    },
  },
});

test.each([
  ['xds.cluster_name', 'llm'],
  ['response.code', '503'],
  ['connection.mtls', undefined],
  ['upstream.address', undefined],
  ['request.path', undefined],
  ['constructor', undefined],
  ['__proto__', undefined],
])('%s is %s', (name, value) => expect(view(name)).toBe(value));

test('without attributes nothing is known', () => {
  expect(viewAttributes(undefined)('request.path')).toBeUndefined();
  expect(viewAttributes({})('request.path')).toBeUndefined();
  expect(viewAttributes({ filter: {} })('request.path')).toBeUndefined();
});
