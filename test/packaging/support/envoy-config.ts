/** An Envoy socket address. */
export interface SocketAddress {
  address: string;
  port_value: number;
}

/** An Envoy cluster, as far as these tests read it. */
interface Cluster {
  name: string;
  type?: string;
  load_assignment: { endpoints: { lb_endpoints: { endpoint: { address: { socket_address: SocketAddress } } }[] }[] };
}

/** An Envoy HTTP connection manager, as far as these tests read it. */
interface HttpConnectionManager {
  http_filters: unknown[];
  access_log: unknown[];
  stream_idle_timeout: string;
}

/** A bootstrap configuration of Envoy, as far as these tests read it. */
export interface EnvoyConfig {
  admin: { address: { socket_address: SocketAddress } };
  layered_runtime: unknown;
  static_resources: {
    listeners: {
      address: { socket_address: SocketAddress };
      filter_chains: { filters: { typed_config: HttpConnectionManager }[] }[];
    }[];
    clusters: Cluster[];
  };
}

/** The settings of the one HTTP connection manager. Throws when there is none. */
export function httpConnectionManager(config: EnvoyConfig): HttpConnectionManager {
  const filter = config.static_resources.listeners[0]?.filter_chains[0]?.filters[0];
  if (!filter) throw new Error('no HTTP connection manager');
  return filter.typed_config;
}

/** The port of the one listener; NaN when there is none. */
export function listenerPort(config: EnvoyConfig): number {
  return config.static_resources.listeners[0]?.address.socket_address.port_value ?? Number.NaN;
}

/** Where a cluster leads; empty for a cluster that does not exist. */
export function clusterAddresses(config: EnvoyConfig, name: string): SocketAddress[] {
  const cluster = config.static_resources.clusters.find((candidate) => candidate.name === name);
  return (cluster?.load_assignment.endpoints ?? []).flatMap(({ lb_endpoints }) =>
    lb_endpoints.map(({ endpoint }) => endpoint.address.socket_address),
  );
}

/**
 * Replaces addresses everywhere in a configuration, by `host:port` as it stands there. Throws for an address that the
 * table does not name, so that nothing is left to resolve by chance.
 */
export function substituteAddresses(config: EnvoyConfig, table: ReadonlyMap<string, SocketAddress>): EnvoyConfig {
  return JSON.parse(JSON.stringify(config), (key, value: unknown) => {
    if (key !== 'socket_address') return value;
    const { address, port_value } = value as SocketAddress;
    const replacement = table.get(`${address}:${port_value}`);
    if (!replacement) throw new Error(`no replacement for ${address}:${port_value}`);
    return replacement;
  }) as EnvoyConfig;
}
