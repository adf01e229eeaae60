import { z } from 'zod';
import type { HostPort, ListenAddress } from '../settings.js';
import { readBy, type ValueKind } from './kind.js';

/** What a unix socket address holds on Linux, without its closing zero byte. */
const MAX_SOCKET_PATH_BYTES = 107;
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** An IPv4 address or a host name. */
function isHost(host: string): boolean {
  // digits and dots alone are an address or a typo of one
  if (/^[\d.]*$/.test(host)) return z.ipv4().safeParse(host).success;
  return host.length <= 253 && HOST_NAME.test(host);
}

/** `host:port` or `[IPv6]:port`, the port from 0; `undefined` for anything else. `refuse` hears what to write instead. */
export function parseHostPort(text: string, refuse: (reason: string) => void): HostPort | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (!match) {
    if (z.ipv6().safeParse(text.replace(/:\d+$/, '')).success) refuse('has an IPv6 address without its brackets');
    else if (!/:\d+$/.test(text)) refuse('has no port');
    return undefined;
  }
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  if (port > 65535) refuse('has a port above 65535');
  if (bracketed !== undefined) {
    if (z.ipv6().safeParse(bracketed).success) return { host: bracketed, port };
    refuse('has brackets around something that is not an IPv6 address');
    return undefined;
  }
  if (plain === '') refuse('has no host (0.0.0.0 is every IPv4 interface, [::] every interface)');
  else if (!isHost(plain!)) refuse('has a host that is neither a name nor an address');
  return { host: plain!, port };
}

/** `host:port` or `[IPv6]:port`. Port 0 lets the system choose. */
export const hostPort: ValueKind<HostPort> = {
  schema: readBy(parseHostPort),
  allowed: 'host:port or [IPv6]:port, port 0 to 65535',
  placeholder: 'HOST:PORT',
};

/** A TCP address, or `unix:///path`. */
export const listenAddress: ValueKind<ListenAddress> = {
  schema: readBy((text, refuse): ListenAddress | undefined => {
    if (!text.startsWith('unix:')) {
      const address = parseHostPort(text, refuse);
      return address && { kind: 'tcp', ...address };
    }
    const path = text.slice('unix://'.length);
    if (!text.startsWith('unix:///') || path === '/') refuse('is no absolute path after unix://');
    if (path.includes('\0')) refuse('has a zero byte in its path');
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
      refuse(`has a path of more than ${MAX_SOCKET_PATH_BYTES} bytes, more than a unix socket takes`);
    }
    return { kind: 'unix', path };
  }),
  allowed: 'host:port, [IPv6]:port (port 0 to 65535) or unix:///path',
  placeholder: 'ADDRESS',
};
