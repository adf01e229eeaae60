import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { HostPort, ListenAddress } from '../config/settings.js';
import type { Upstream } from './upstream.js';

const RECOMMENDED = fileURLToPath(new URL('../../envoy.yaml', import.meta.url));
const TYPES = 'type.googleapis.com/envoy.extensions';

export interface EnvoyConfigOptions {
  /** Where clients come in. Hosts that Envoy listens on are IP addresses. */
  listener: HostPort;
  /** Port 0 takes a free one. */
  admin: HostPort;
  sidecar: ListenAddress;
  upstream: Upstream;
  /** A file for the access log; absent: stdout, as in the recommended configuration. */
  accessLog?: string | undefined;
}

/** The members of envoy.yaml that are changed here. */
interface Config {
  admin: { address: object };
  static_resources: { listeners: Listener[]; clusters: Cluster[] };
}

interface Listener {
  name: string;
  address: object;
  enable_reuse_port?: boolean;
  filter_chains: [{ filters: [{ typed_config: ConnectionManager }] }];
}

interface ConnectionManager {
  access_log: [{ name: string; typed_config: Record<string, unknown> }];
  route_config: { virtual_hosts: [{ routes: Route[] }] };
}

interface Route {
  name: string;
  match: object;
  metadata?: object;
  route: { host_rewrite_literal?: string; prefix_rewrite?: string };
}

interface Cluster {
  name: string;
  type: string;
  dns_lookup_family?: string;
  transport_socket?: object;
  load_assignment: { endpoints: [{ lb_endpoints: [{ endpoint: { address: object } }] }] };
}

/**
 * Envoy's configuration for one place: the recommended envoy.yaml of this package with the addresses put in, and
 * nothing else changed. YAML text. Throws when envoy.yaml is not there or lacks a part that is named here.
 */
export function createEnvoyConfig(options: EnvoyConfigOptions): string {
  const config = parse(readFileSync(RECOMMENDED, 'utf8')) as Config;
  config.admin.address = socketAddress(options.admin);
  const listener = named(config.static_resources.listeners, 'llm');
  listener.address = socketAddress(options.listener);
  // with it, a second Envoy on the same port would take half of the connections and say nothing
  listener.enable_reuse_port = false;
  const manager = listener.filter_chains[0].filters[0].typed_config;
  if (options.accessLog !== undefined) writeAccessLogTo(options.accessLog, manager);
  routeTo(options.upstream, manager.route_config.virtual_hosts[0].routes);
  setEndpoint(named(config.static_resources.clusters, 'genai_sidecar'), sidecarAddress(options.sidecar));
  reach(options.upstream, named(config.static_resources.clusters, 'llm_upstream'));
  return stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
}

function writeAccessLogTo(path: string, manager: ConnectionManager): void {
  const [log] = manager.access_log;
  log.name = 'envoy.access_loggers.file';
  log.typed_config = { ...log.typed_config, '@type': `${TYPES}.access_loggers.file.v3.FileAccessLog`, path };
}

/** The sidecar is before the router, so it sees the path and host that the client sent. */
function routeTo(upstream: Upstream, routes: Route[]): void {
  const all = named(routes, 'llm');
  if (upstream.hostHeader !== undefined) all.route.host_rewrite_literal = upstream.hostHeader;
  const served = { 'server.address': upstream.host, 'server.port': String(upstream.port) };
  const provider = upstream.provider === undefined ? {} : { provider: upstream.provider };
  all.metadata = { filter_metadata: { genai: { ...provider, ...served } } };
  if (upstream.pathPrefix === undefined) return;
  routes.splice(routes.indexOf(all), 0, {
    ...all,
    name: 'llm_v1',
    match: { path_separated_prefix: '/v1' },
    route: { ...all.route, prefix_rewrite: upstream.pathPrefix },
  });
}

function reach(upstream: Upstream, cluster: Cluster): void {
  setEndpoint(cluster, socketAddress(upstream));
  if (isIP(upstream.host) === 0) {
    cluster.type = 'LOGICAL_DNS';
    cluster.dns_lookup_family = 'ALL';
  }
  if (upstream.tls) cluster.transport_socket = tlsSocket(upstream.host, upstream.tls.trustedCa);
}

/** The upstream must prove by certificate that it is the host of the URL; a name is also told as SNI. */
function tlsSocket(host: string, trustedCa: string): object {
  const name = isIP(host) === 0;
  const validation = {
    trusted_ca: { filename: trustedCa },
    match_typed_subject_alt_names: [{ san_type: name ? 'DNS' : 'IP_ADDRESS', matcher: { exact: host } }],
  };
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${TYPES}.transport_sockets.tls.v3.UpstreamTlsContext`,
      ...(name && { sni: host }),
      common_tls_context: { validation_context: validation },
    },
  };
}

function setEndpoint(cluster: Cluster, address: object): void {
  cluster.load_assignment.endpoints = [{ lb_endpoints: [{ endpoint: { address } }] }];
}

function sidecarAddress(sidecar: ListenAddress): object {
  return sidecar.kind === 'unix' ? { pipe: { path: sidecar.path } } : socketAddress(reachable(sidecar));
}

/** A wildcard is an address to listen on, not one to connect to. */
function reachable({ host, port }: HostPort): HostPort {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return host === '::' ? { host: '::1', port } : { host, port };
}

function socketAddress({ host, port }: HostPort): object {
  return { socket_address: { address: host, port_value: port } };
}

function named<Item extends { name: string }>(items: Item[], name: string): Item {
  const found = items.find((item) => item.name === name);
  if (!found) throw new Error(`envoy.yaml: nothing is named ${name}.`);
  return found;
}
