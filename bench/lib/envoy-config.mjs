import { parse } from 'yaml';

const HTTP_FILTER = 'type.googleapis.com/envoy.extensions.filters.http';

/** The request header that makes Envoy write an access-log row, so that a single call can be looked at without slowing the rest. */
export const LOGGED_HEADER = 'x-bench-logged';

function address(port) {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function endpoints(name, port) {
  return { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }] };
}

/**
 * What the project's own Envoy configuration says of the sidecar: its filter, its cluster and its runtime settings. `text` is YAML;
 * throws when the filter or its cluster is not there.
 */
export function readRecommended(text) {
  const configuration = parse(text);
  const filters = configuration.static_resources.listeners.flatMap((each) =>
    each.filter_chains.flatMap((chain) => chain.filters.flatMap((filter) => filter.typed_config.http_filters ?? [])),
  );
  const filter = filters.find((each) => each.typed_config['@type'].endsWith('ext_proc.v3.ExternalProcessor'));
  if (filter === undefined) throw new Error('the Envoy configuration has no ext_proc filter');
  const clusterName = filter.typed_config.grpc_service.envoy_grpc.cluster_name;
  const cluster = configuration.static_resources.clusters.find((each) => each.name === clusterName);
  if (cluster === undefined) throw new Error(`the Envoy configuration has no cluster ${clusterName}`);
  return { filter, cluster, runtime: configuration.layered_runtime };
}

/** The recommended filter with its own counters and its own process behind it. */
function extProcFilter(recommended, target) {
  const filter = structuredClone(recommended.filter);
  filter.typed_config.stat_prefix = target;
  filter.typed_config.grpc_service.envoy_grpc.cluster_name = `ext_proc_${target}`;
  return filter;
}

function extProcCluster(recommended, target) {
  const name = `ext_proc_${target.name}`;
  return { ...recommended.cluster, name, load_assignment: endpoints(name, target.extProcPort) };
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

function listener({ name, port, extProcPort, accessLogPath }, recommended) {
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
                ...(extProcPort === undefined ? [] : [extProcFilter(recommended, name)]),
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
  return { name, type: 'STATIC', connect_timeout: '1s', load_assignment: endpoints(name, port) };
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
 * Envoy's configuration (as JSON, which it reads like YAML): one listener a target, alike but for the ext_proc filter and the
 * process behind it. A target is `{name, port, extProcPort?, accessLogPath}`; `recommended` comes from {@link readRecommended}.
 */
export function envoyConfiguration({ adminPort, upstreamPort, idleUpstreamPort, targets, recommended }) {
  const observed = targets.filter((target) => target.extProcPort !== undefined);
  return {
    admin: { address: address(adminPort) },
    ...(recommended.runtime === undefined ? {} : { layered_runtime: recommended.runtime }),
    static_resources: {
      listeners: targets.map((target) => listener(target, recommended)),
      clusters: [
        ...upstreamClusters(upstreamPort, idleUpstreamPort),
        ...observed.map((target) => extProcCluster(recommended, target)),
      ],
    },
  };
}
