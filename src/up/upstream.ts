import { isIP } from 'node:net';
import { providerOfHost } from '../model/provider.js';

/** Where Envoy forwards to. */
export interface Upstream {
  /** A name or an IP address; IPv6 without brackets. */
  host: string;
  port: number;
  /** The `Host` header that the upstream gets; absent: the client's own. */
  hostHeader?: string | undefined;
  /** What `/v1` of the client's path becomes, such as `/api/openai/v1`; absent: paths stay. */
  pathPrefix?: string | undefined;
  /** `gen_ai.provider.name`, which the sidecar cannot see: clients name this gateway as their host. Absent: not known. */
  provider?: string | undefined;
  /** Absent: plain http. */
  tls?: UpstreamTls | undefined;
}

/** How a https upstream is reached and checked. */
export interface UpstreamTls {
  /** A PEM file of certificate authorities. */
  trustedCa: string;
}

/** A URL as an upstream, or what is wrong with it. `trustedCa` is asked for https alone. */
export function parseUpstream(text: string, trustedCa: () => string): Upstream | { problem: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return { problem: 'is not a http:// or https:// URL' };
  }
  if (url.username || url.password) {
    return { problem: 'holds credentials; leave them out, your client sends its API key itself' };
  }
  if (url.search || url.hash) return { problem: 'has a query or a fragment; leave it out, the client sends its own' };
  const secure = url.protocol === 'https:';
  const provider = providerOfHost(url.hostname);
  const path = url.pathname.replace(/\/+$/u, '');
  return {
    host: hostOf(url),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    hostHeader: url.host,
    ...(provider !== undefined && { provider }),
    ...(path !== '' && path !== '/v1' && { pathPrefix: path }),
    ...(secure && { tls: { trustedCa: trustedCa() } }),
  };
}

/** A URL's host, IPv6 without its brackets. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/gu, '');
}

/** Whether a URL leads to our own listener, which would forward to itself for ever. */
export function isOwnListener(text: string, gateway: { host: string; port: number }): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (port !== gateway.port) return false;
  const host = hostOf(url);
  return (
    host === gateway.host || (isThisMachine(host) && (isThisMachine(gateway.host) || gateway.host === 'localhost'))
  );
}

function isThisMachine(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return isIP(host) === 4 ? /^(?:127\.|0\.0\.0\.0$)/u.test(host) : host === '::1' || host === '::';
}

/** A URL that somebody typed, fit to be shown: what may be a secret in it (user, password, query) is left out. */
export function showUrl(text: string): string {
  return text.replace(/\/\/[^/]*@/u, '//…@').replace(/[?#].*$/su, '?…');
}
