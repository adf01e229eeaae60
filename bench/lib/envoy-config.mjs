import { parse } from 'yaml';

const HTTP_FILTER = 'type.googleapis.com/envoy.extensions.filters.http';

/** The request header that makes Envoy write an access-log row, so that a single call can be looked at without slowing the rest. */
export const LOGGED_HEADER = 'x-bench-logged';

function address(port) {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function endpoints(name, ports) {
  const hosts = ports.map((port) => ({ endpoint: { address: address(port) } }));
  return { cluster_name: name, endpoints: [{ lb_endpoints: hosts }] };
}

function isObserved(target) {
  return target.extProcPorts !== undefined;
}

/**
 * What one of the project's own Envoy configurations says of the sidecar: its filters, their cluster and the runtime settings. `text` is
 * YAML; throws when there is no such filter or not one cluster for all of them.
 */
export function readRecommended(text) {
  const configuration = parse(text);
  const filters = configuration.static_resources.listeners
    .flatMap((each) => each.filter_chains.flatMap((chain) => chain.filters))
    .flatMap((filter) => filter.typed_config.http_filters ?? [])
    .filter((each) => each.typed_config['@type'].endsWith('ext_proc.v3.ExternalProcessor'));
  if (filters.length === 0) throw new Error('the Envoy configuration has no ext_proc filter');
  const names = new Set(filters.map((filter) => filter.typed_config.grpc_service.envoy_grpc.cluster_name));
  const clusters = configuration.static_resources.clusters.filter((each) => names.has(each.name));
  if (names.size !== 1 || clusters.length !== 1)
    throw new Error(`the Envoy configuration has not one cluster for its ext_proc filters: ${[...names].join(', ')}`);
  return { filters, cluster: clusters[0], runtime: configuration.layered_runtime };
}

/** The recommended filters with counters of their own (one set for both where there are two) and their own process behind them. */
function extProcFilters({ name, recommended }) {
  return recommended.filters.map((each) => {
    const filter = structuredClone(each);
    filter.typed_config.stat_prefix = name;
    filter.typed_config.grpc_service.envoy_grpc.cluster_name = `ext_proc_${name}`;
    return filter;
  });
}

function extProcCluster({ name, extProcPorts, recommended }) {
  const clusterName = `ext_proc_${name}`;
  return { ...recommended.cluster, name: clusterName, load_assignment: endpoints(clusterName, extProcPorts) };
}

/** All runtime settings that the targets' configurations have: Envoy has one set for all its listeners. */
function runtimeOf(targets) {
  const layers = targets.flatMap(({ recommended }) => recommended.runtime?.layers ?? []);
  if (layers.length === 0) return {};
  const settings = Object.assign({}, ...layers.map((layer) => layer.static_layer));
  return { layered_runtime: { layers: [{ name: 'static', static_layer: settings }] } };
}

function accessLog(path) {
  return {
    name: 'envoy.access_loggers.file',
    filter: { header_filter: { header: { name: LOGGED_HEADER, present_match: true } } },
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path,
      log_format: { json_format: { genai: '%DYNAMIC_METADATA(io.envoy.ai_gateway)%' } },
    },
  };
}

function listener(target) {
  const { name, port, accessLogPath } = target;
  return {
    name,
    address: address(port),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              stat_prefix: name,
              stream_idle_timeout: '300s',
              access_log: [accessLog(accessLogPath)],
              route_config: {
                virtual_hosts: [
                  {
                    name,
                    domains: ['*'],
                    routes: [
                      { name: 'idle', match: { prefix: '/idle/' }, route: { cluster: 'upstream_idle', timeout: '0s' } },
                      { name: 'all', match: { prefix: '/' }, route: { cluster: 'upstream', timeout: '0s' } },
                    ],
                  },
                ],
              },
              http_filters: [
                ...(isObserved(target) ? extProcFilters(target) : []),
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': `${HTTP_FILTER}.router.v3.Router` },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

function upstreamCluster(name, port) {
  return { name, type: 'STATIC', connect_timeout: '1s', load_assignment: endpoints(name, [port]) };
}

/** The upstream, and the one of the idle streams: over HTTP/2, since there are thousands at once. */
function upstreamClusters(port, idlePort) {
  return [
    upstreamCluster('upstream', port),
    {
      ...upstreamCluster('upstream_idle', idlePort),
      circuit_breakers: { thresholds: [{ max_pending_requests: 20_000, max_requests: 20_000 }] },
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    },
  ];
}

/**
 * Envoy's configuration (as JSON, which it reads like YAML): one listener a target, alike but for the ext_proc filters and the
 * process behind them. A target is `{name, port, accessLogPath, extProcPorts?, recommended?}`; the last comes from {@link readRecommended}.
 */
export function envoyConfiguration({ adminPort, upstreamPort, idleUpstreamPort, targets }) {
  const observed = targets.filter(isObserved);
  return {
    admin: { address: address(adminPort) },
    ...runtimeOf(observed),
    static_resources: {
      listeners: targets.map(listener),
      clusters: [...upstreamClusters(upstreamPort, idleUpstreamPort), ...observed.map(extProcCluster)],
    },
  };
}
