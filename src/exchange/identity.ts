import type { ProviderMap } from '../config/settings.js';
import { providerOfHost } from '../model/provider.js';
import { boundedText } from '../util/text.js';
import type { HeaderView } from './header-view.js';

/** Characters of a name that Envoy's configuration gives. */
const NAME_CHARACTERS = 256;

/** Who serves a call, as far as somebody says so. */
export interface Identity {
  provider?: string | undefined;
  route?: string | undefined;
  backend?: string | undefined;
  server?: { address: string; port?: number | undefined } | undefined;
}

/**
 * Who serves a call: the provider by the settings' own map (cluster, then route, then host), then by what Envoy's configuration says of
 * the route or the cluster (`filter_metadata.genai.provider`, and `server.address`, `server.port` beside it), then by a known host.
 */
export function identify(
  map: ProviderMap,
  headers: HeaderView,
  attribute: (name: string) => string | undefined,
): Identity {
  const bounded = (name: string) => {
    const value = attribute(name);
    return value === undefined ? undefined : boundedText(value, NAME_CHARACTERS);
  };
  const configured = (key: string) =>
    bounded(`xds.route_metadata.filter_metadata['genai']['${key}']`) ??
    bounded(`xds.cluster_metadata.filter_metadata['genai']['${key}']`);
  const backend = bounded('xds.cluster_name');
  const route = bounded('xds.route_name');
  const host = headers.get(':authority') ?? attribute('request.host');
  const hostName = host?.replace(/:\d+$/, '').toLowerCase();
  const address = configured('server.address');
  const port = Number(configured('server.port'));
  return {
    backend,
    route,
    provider:
      (backend === undefined ? undefined : map.clusters.get(backend)) ??
      (route === undefined ? undefined : map.routes.get(route)) ??
      (hostName === undefined ? undefined : map.hosts.get(hostName)) ??
      configured('provider') ??
      providerOfHost(host),
    server:
      address === undefined ? undefined : { address, port: Number.isInteger(port) && port > 0 ? port : undefined },
  };
}
