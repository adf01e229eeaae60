/** The listeners of the matrix: each way in twice, with the filter and without it. */
import {
  clusterAt,
  HTTP2_CLUSTER,
  type ListenerParts,
  type Part,
  TYPES,
  type Variant,
} from '../../envoy/support/gateway-config.js';
import { withoutFilter } from '../../envoy/support/same-traffic.js';

/** What is special about each way in; both sides of a pair are the same but for the filter. */
export const LISTENERS = {
  plain: () => undefined,
  impatient: withRoutes((route) => {
    route['timeout'] = '1s';
  }),
  silent: ({ manager }: ListenerParts) => {
    manager['stream_idle_timeout'] = '1s';
  },
  retried: withRoutes((route) => {
    route['retry_policy'] = { retry_on: '5xx,reset', num_retries: 2 };
  }),
  'no-route': ({ routes }: ListenerParts) => {
    routes.length = 0;
  },
  direct: ({ routes }: ListenerParts) => {
    const answer = { status: 503, body: { inline_string: '{"error":{"message":"closed"}}' } };
    routes.splice(0, routes.length, { name: 'direct', match: { prefix: '/' }, direct_response: answer } as never);
  },
  refused: withRoutes((route) => {
    route['cluster'] = 'llm_refused';
  }),
  'limited-before': ({ manager }: ListenerParts) => void manager.http_filters.unshift(LIMIT),
  'limited-after': ({ manager }: ListenerParts) => void manager.http_filters.splice(-1, 0, LIMIT),
} as const satisfies Record<string, (parts: ListenerParts) => void>;

export type ListenerName = keyof typeof LISTENERS;

/** A filter that answers every request with 429, as rate limits do. */
const LIMIT = {
  name: 'envoy.filters.http.fault',
  typed_config: {
    '@type': `${TYPES}.filters.http.fault.v3.HTTPFault`,
    abort: { http_status: 429, percentage: { numerator: 100 } },
  },
};

/** The name of a listener's other half. */
export const controlOf = (name: ListenerName) => `${name}-control`;

/** Variants of the recommended listener for these ways in. `ports`: by the names of listeners and controls. */
export function createVariants(
  names: readonly ListenerName[],
  ports: ReadonlyMap<string, number>,
  upstream: { http2Port: number; refusedPort: number },
): Record<string, Variant> {
  const variants: Record<string, Variant> = {};
  for (const name of names) {
    const change = (parts: ListenerParts) => {
      addProtocols(parts, upstream);
      LISTENERS[name](parts);
    };
    variants[name] = { port: ports.get(name)!, change };
    variants[controlOf(name)] = {
      port: ports.get(controlOf(name))!,
      change(parts) {
        change(parts);
        withoutFilter(parts);
      },
    };
  }
  return variants;
}

/** The header `x-up` of a request says which protocol the upstream is to be spoken to with. */
/** All cells retry at once. */
const MANY_RETRIES = { thresholds: [{ max_retries: 1000 }] };

function addProtocols({ routes, clusters }: ListenerParts, upstream: { http2Port: number; refusedPort: number }): void {
  if (!clusters.some(({ name }) => name === 'llm_h2')) {
    clusters.find(({ name }) => name === 'llm_upstream')!['circuit_breakers'] = MANY_RETRIES;
    clusters.push(
      clusterAt('llm_h2', upstream.http2Port, { ...HTTP2_CLUSTER, circuit_breakers: MANY_RETRIES }),
      clusterAt('llm_refused', upstream.refusedPort),
    );
  }
  const llm = routes.find(({ name }) => name === 'llm')!;
  const byHeader = structuredClone(llm);
  byHeader.name = 'llm_h2';
  byHeader.match = { prefix: '/', headers: [{ name: 'x-up', string_match: { exact: 'h2' } }] };
  byHeader.route['cluster'] = 'llm_h2';
  routes.splice(routes.indexOf(llm), 0, byHeader);
}

function withRoutes(change: (route: Part) => void) {
  return ({ routes }: ListenerParts): void => {
    for (const { route } of routes) if (route) change(route);
  };
}
