const HTTP_FILTER = 'type.googleapis.com/envoy.extensions.filters.http';
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** The request header that makes Envoy write an access-log row, so that a single call can be looked at without slowing the rest. */
export const LOGGED_HEADER = 'x-bench-logged';

function address(port) {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function cluster(name, port, more) {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }] },
    circuit_breakers: { thresholds: [{ max_connections: 1024, max_pending_requests: 20_000, max_requests: 20_000 }] },
    ...more,
  };
}

/** The filter as the project recommends it: driven by mode override from a static NONE. The same for every ext_proc behind it. */
function extProcFilter(target) {
  return {
    name: 'genai.observe',
    typed_config: {
      '@type': `${HTTP_FILTER}.ext_proc.v3.ExternalProcessor`,
      stat_prefix: target,
      grpc_service: { envoy_grpc: { cluster_name: `ext_proc_${target}` } },
      failure_mode_allow: true,
      message_timeout: '0.25s',
      allow_mode_override: true,
      processing_mode: {
        request_header_mode: 'SEND',
        request_body_mode: 'NONE',
        response_header_mode: 'SKIP',
        response_body_mode: 'NONE',
        request_trailer_mode: 'SKIP',
        response_trailer_mode: 'SKIP',
      },
      allowed_override_modes: [
        {
          request_body_mode: 'STREAMED',
          response_header_mode: 'SEND',
          response_body_mode: 'STREAMED',
          request_trailer_mode: 'SEND',
          response_trailer_mode: 'SEND',
        },
      ],
      allow_content_length_header: true,
      disable_immediate_response: true,
      mutation_rules: { disallow_all: true, allow_expression: { regex: '^(traceparent|tracestate|b3|x-b3-.*)$' } },
      forward_rules: {
        disallowed_headers: {
          patterns: [
            'authorization',
            'proxy-authorization',
            'x-goog-api-key',
            'x-api-key',
            'api-key',
            'cookie',
            'set-cookie',
          ].map((exact) => ({ exact, ignore_case: true })),
        },
      },
      request_attributes: ['xds.route_name', 'source.address'],
      response_attributes: [
        'request.path',
        'request.method',
        'response.code_details',
        'response.flags',
        'xds.cluster_name',
        'upstream.address',
        'upstream.request_attempt_count',
      ],
      metadata_options: { receiving_namespaces: { untyped: ['io.envoy.ai_gateway'] } },
    },
  };
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

function listener({ name, port, extProcPort, accessLogPath }) {
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
                    routes: [{ name: 'all', match: { prefix: '/' }, route: { cluster: 'upstream', timeout: '0s' } }],
                  },
                ],
              },
              http_filters: [
                ...(extProcPort === undefined ? [] : [extProcFilter(name)]),
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

/**
 * Envoy's configuration (as JSON, which it reads like YAML): one listener a target, alike but for the ext_proc filter and the
 * process behind it. A target is `{name, port, extProcPort?, accessLogPath}`.
 */
export function envoyConfiguration({ adminPort, upstreamPort, targets }) {
  const observed = targets.filter((target) => target.extProcPort !== undefined);
  return {
    admin: { address: address(adminPort) },
    static_resources: {
      listeners: targets.map(listener),
      clusters: [
        cluster('upstream', upstreamPort),
        ...observed.map((target) =>
          cluster(`ext_proc_${target.name}`, target.extProcPort, {
            typed_extension_protocol_options: {
              [HTTP_OPTIONS]: {
                '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
                explicit_http_config: {
                  http2_protocol_options: { connection_keepalive: { interval: '1s', timeout: '1s' } },
                },
              },
            },
            common_lb_config: { healthy_panic_threshold: { value: 0 } },
            health_checks: [
              {
                timeout: '0.5s',
                interval: '1s',
                no_traffic_interval: '1s',
                unhealthy_threshold: 1,
                healthy_threshold: 1,
                grpc_health_check: {},
              },
            ],
          }),
        ),
      ],
    },
  };
}
