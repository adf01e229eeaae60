import { isIP } from 'node:net';
import type { Document, YAMLMap, YAMLSeq } from 'yaml';
import { ENVOY_TYPES, flow, keyOf, mapAt, named, put, setEndpoints, socketAddress } from './envoy-document.js';
import type { Upstream } from './upstream.js';

/** Leads all routes to an upstream. The sidecar is before the router, so it sees the path and host that the client sent. */
export function routeTo(document: Document, upstream: Upstream, routes: YAMLSeq): void {
  const all = named(routes, 'llm');
  const route = mapAt(all, ['route']);
  if (upstream.hostHeader !== undefined) route.set('host_rewrite_literal', upstream.hostHeader);
  const served = { 'server.address': upstream.host, 'server.port': String(upstream.port) };
  const provider = upstream.provider === undefined ? {} : { provider: upstream.provider };
  const metadata = flow(document, { filter_metadata: { genai: { ...provider, ...served } } });
  const comment = ' where this route leads, for the sidecar to tell';
  put(document, all, 'metadata', metadata, { comment, before: 'route' });
  keyOf(all, 'route').commentBefore = null; // how to say so
  if (upstream.pathPrefix === undefined) return;
  const below = all.clone() as YAMLMap;
  below.set('name', 'llm_v1');
  below.set('match', flow(document, { path_separated_prefix: '/v1' }));
  mapAt(below, ['route']).set('prefix_rewrite', upstream.pathPrefix);
  routes.items.splice(routes.items.indexOf(all), 0, below);
}

/** Puts the upstream into the cluster `llm_upstream`. */
export function reach(document: Document, upstream: Upstream, clusters: YAMLSeq): void {
  const cluster = named(clusters, 'llm_upstream');
  cluster.commentBefore = ' Your models.';
  clusters.comment = null; // how to reach a provider instead
  setEndpoints(document, cluster, [socketAddress(upstream)]);
  if (isIP(upstream.host) === 0) {
    cluster.set('type', 'LOGICAL_DNS');
    cluster.set('dns_lookup_family', 'ALL');
  }
  if (upstream.tls) {
    cluster.set('transport_socket', document.createNode(tlsSocket(upstream.host, upstream.tls.trustedCa)));
  }
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
      '@type': `${ENVOY_TYPES}.transport_sockets.tls.v3.UpstreamTlsContext`,
      ...(name && { sni: host }),
      common_tls_context: { validation_context: validation },
    },
  };
}
