import { expect, test } from 'vitest';
import { viewHeaders } from '../../src/exchange/header-view.js';
import { identify } from '../../src/exchange/identity.js';

const ROUTE = (key: string) => `xds.route_metadata.filter_metadata['genai']['${key}']`;
const CLUSTER = (key: string) => `xds.cluster_metadata.filter_metadata['genai']['${key}']`;
const MAP = {
  clusters: new Map([['mapped-cluster', 'by-cluster']]),
  routes: new Map([['mapped-route', 'by-route']]),
  hosts: new Map([['mapped.host', 'by-host']]),
};

function identified(attributes: Record<string, string>, host?: string) {
  const headers = host === undefined ? [] : [{ key: ':authority', rawValue: Buffer.from(host) }];
  return identify(MAP, viewHeaders(headers), (name) => attributes[name]);
}

test.each<[string, Record<string, string>, string | undefined, string | undefined]>([
  ['nothing', {}, undefined, undefined],
  ['a host nobody knows', {}, 'gateway.test', undefined],
  ['a known host', {}, 'api.openai.com', 'openai'],
  ['a known host with a port, in capitals', {}, 'API.Anthropic.com:443', 'anthropic'],
  ['an Azure host', {}, 'mine.openai.azure.com', 'azure.ai.openai'],
  ['a host that only ends alike', {}, 'notapi.openai.com.evil.test', undefined],
  ['the cluster metadata over the host', { [CLUSTER('provider')]: 'c' }, 'api.openai.com', 'c'],
  [
    'the route metadata over the cluster metadata',
    { [CLUSTER('provider')]: 'c', [ROUTE('provider')]: 'r' },
    undefined,
    'r',
  ],
  ['a mapped host over the route metadata', { [ROUTE('provider')]: 'r' }, 'Mapped.Host:8080', 'by-host'],
  ['a mapped route over a mapped host', { 'xds.route_name': 'mapped-route' }, 'mapped.host', 'by-route'],
  [
    'a mapped cluster over everything',
    { 'xds.cluster_name': 'mapped-cluster', 'xds.route_name': 'mapped-route', [ROUTE('provider')]: 'r' },
    'mapped.host',
    'by-cluster',
  ],
  ['the host as an attribute, where headers are not sent', { 'request.host': 'api.groq.com' }, undefined, 'groq'],
])('%s', (_name, attributes, host, provider) => {
  expect(identified(attributes, host).provider).toBe(provider);
});

test('route, cluster and the address that the configuration tells', () => {
  const attributes = {
    'xds.cluster_name': 'llm',
    'xds.route_name': 'main',
    [ROUTE('server.address')]: 'api.example',
    [ROUTE('server.port')]: '8443',
  };
  expect(identified(attributes)).toEqual({
    backend: 'llm',
    route: 'main',
    provider: undefined,
    server: { address: 'api.example', port: 8443 },
  });
  expect(identified({ [CLUSTER('server.address')]: 'a', [CLUSTER('server.port')]: 'x' }).server).toEqual({
    address: 'a',
  });
  expect(identified({ [CLUSTER('server.port')]: '1' }).server).toBeUndefined();
});

test('what a configuration says is bounded and has no control characters', () => {
  const { provider } = identified({ [ROUTE('provider')]: `a\nb${'c'.repeat(1000)}` });
  expect(provider).toMatch(/^abc+$/);
  expect(provider?.length).toBeLessThanOrEqual(256);
});
