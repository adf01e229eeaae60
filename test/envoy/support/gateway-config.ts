import { parse, stringify } from 'yaml';
import type { EnvoyMode, ListenAddress } from '../../../src/config/settings.js';
import { createEnvoyConfig } from '../../../src/up/envoy-config.js';

export const TYPES = 'type.googleapis.com/envoy.extensions';

/** Any part of a configuration that tests do not look into. */
export type Part = Record<string, unknown>;

/** The parts of one listener that tests change. */
export interface ListenerParts {
  manager: Part & { http_filters: NamedPart[]; route_config: { virtual_hosts: [{ routes: Route[] }] } };
  routes: Route[];
  /** The ext_proc filter's own configuration. */
  filter: Part;
  clusters: Cluster[];
}

interface NamedPart {
  name: string;
  typed_config: Part;
}

interface Route extends Part {
  name: string;
  match: Part;
  route: Part;
}

interface Cluster extends Part {
  name: string;
}

interface Listener {
  name: string;
  address: object;
  filter_chains: [{ filters: [{ typed_config: ListenerParts['manager'] }] }];
}

interface Config {
  layered_runtime: unknown;
  static_resources: { listeners: Listener[]; clusters: Cluster[] };
}

/** One listener beside the recommended one: the same, changed, and with its counters under its own name. */
export interface Variant {
  port: number;
  /** Another sidecar than the recommended listener's. */
  sidecar?: ListenAddress | undefined;
  /** As in envoy.observe.yaml or envoy.pair.yaml; absent: inline. */
  mode?: EnvoyMode | undefined;
  change?: ((parts: ListenerParts) => void) | undefined;
}

export interface GatewayConfigOptions {
  port: number;
  /** Or each of its workers. */
  sidecar: ListenAddress | ListenAddress[];
  upstreamPort: number;
  variants: Record<string, Variant>;
  /** Keeps Envoy's timers for the sidecar as recommended. */
  recommendedTimers?: boolean | undefined;
}

/** The recommended envoy.yaml as the package derives it, with the variants as further listeners. YAML. */
export function createGatewayConfig(options: GatewayConfigOptions): string {
  const config = configOf('inline', options);
  const { listeners, clusters } = config.static_resources;
  const [llm] = listeners as [Listener];
  for (const [name, variant] of Object.entries(options.variants)) {
    const listener = structuredClone(llm);
    if (variant.mode) {
      const other = configOf(variant.mode, options);
      listener.filter_chains = (other.static_resources.listeners as [Listener])[0].filter_chains;
      config.layered_runtime = other.layered_runtime;
    }
    listener.name = name;
    listener.address = socketAddress(variant.port);
    const manager = listener.filter_chains[0].filters[0].typed_config;
    manager['stat_prefix'] = name;
    const filters = extProcsOf(manager);
    const filter = named(manager.http_filters, 'genai.observe').typed_config;
    if (variant.sidecar) {
      const cluster = structuredClone(named(clusters, 'genai_sidecar'));
      cluster.name = `sidecar_${name}`;
      cluster['load_assignment'] = endpointAt(cluster.name, variant.sidecar);
      clusters.push(cluster);
      for (const each of filters)
        Object.assign(each['grpc_service'] as Part, { envoy_grpc: { cluster_name: cluster.name } });
    }
    variant.change?.({ manager, routes: manager.route_config.virtual_hosts[0].routes, filter, clusters });
    listeners.push(listener);
  }
  return stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Tests share a process and few cores with what they test; a pause there is no fault of the sidecar's. */
function forgiveBusyMachines(config: Config): void {
  const [llm] = config.static_resources.listeners as [Listener];
  for (const filter of extProcsOf(llm.filter_chains[0].filters[0].typed_config)) {
    if ('message_timeout' in filter) filter['message_timeout'] = '10s';
  }
  const sidecar = named(config.static_resources.clusters, 'genai_sidecar');
  sidecar['connect_timeout'] = '5s';
  for (const check of sidecar['health_checks'] as Part[]) check['timeout'] = '20s';
  const options = sidecar['typed_extension_protocol_options'] as Record<string, Part>;
  const http2 = Object.values(options)[0]?.['explicit_http_config'] as { http2_protocol_options: Part };
  http2.http2_protocol_options['connection_keepalive'] = { interval: '20s', timeout: '20s' };
}

function configOf(mode: EnvoyMode, options: GatewayConfigOptions): Config {
  const text = createEnvoyConfig({
    mode,
    listener: { host: '127.0.0.1', port: options.port },
    admin: { host: '127.0.0.1', port: 0 },
    sidecars: [options.sidecar].flat(),
    upstream: { host: '127.0.0.1', port: options.upstreamPort },
    exclusive: true,
  });
  const config = parse(text) as Config;
  if (!options.recommendedTimers) forgiveBusyMachines(config);
  return config;
}

/** The settings of the sidecar's filters: one, or two in the mode `pair`. */
function extProcsOf(manager: ListenerParts['manager']): Part[] {
  return manager.http_filters.filter(({ name }) => name.startsWith('genai.')).map((filter) => filter.typed_config);
}

/** A static cluster with one endpoint on 127.0.0.1. */
export function clusterAt(name: string, port: number, more: Part = {}): Cluster {
  const address = { kind: 'tcp', host: '127.0.0.1', port } as const;
  return { name, type: 'STATIC', connect_timeout: '1s', load_assignment: endpointAt(name, address), ...more };
}

/** Makes a cluster speak HTTP/2. */
export const HTTP2_CLUSTER: Part = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': `${TYPES}.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

function endpointAt(name: string, address: ListenAddress): Part {
  const place = address.kind === 'unix' ? { pipe: { path: address.path } } : socketAddress(address.port);
  return { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: place } }] }] };
}

function socketAddress(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

/** The part of that name. Throws when there is none. */
function named<Item extends { name: string }>(items: readonly Item[], name: string): Item {
  const found = items.find((item) => item.name === name);
  if (!found) throw new Error(`nothing is named ${name}`);
  return found;
}
