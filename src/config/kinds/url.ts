import type { HostPort } from '../settings.js';
import { parseHostPort } from './address.js';
import { readBy, type ValueKind } from './kind.js';

/** An OTLP endpoint before its protocol is known: a URL, or the scheme-less target that gRPC also takes. */
export type Endpoint = { kind: 'url'; url: URL } | { kind: 'target'; target: HostPort };

/** A http or https URL with a host; `undefined` for anything else. */
function parseUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[^/]/i.test(text)) return undefined;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** An OTLP endpoint. */
export const endpoint: ValueKind<Endpoint> = {
  schema: readBy((text, refuse): Endpoint | undefined => {
    const url = parseUrl(text);
    if (url) return { kind: 'url', url };
    // only what looks like host:port is judged as such: "ftp://x" and "collector" deserve the plain answer
    if (!/^(\[.*\]|[^:/]+):\d+$/.test(text)) return undefined;
    const target = parseHostPort(text, refuse);
    return target && { kind: 'target', target };
  }),
  allowed: 'an http:// or https:// URL (with protocol grpc also host:port)',
  placeholder: 'URL',
};

const UPSTREAM_WORDS = ['simulated', 'llama'];

/** What `up` puts behind Envoy: a URL, or one of the two models it can start itself. */
export const upstream: ValueKind<string> = {
  schema: readBy((text) => {
    const word = text.toLowerCase();
    if (UPSTREAM_WORDS.includes(word)) return word;
    return parseUrl(text) && text;
  }),
  allowed: 'an http:// or https:// URL, simulated or llama',
  placeholder: 'UPSTREAM',
};
