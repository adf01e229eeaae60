import type { HeaderPair } from '../settings.js';
import { readBy, type ValueKind } from './kind.js';

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * `key=value[,key=value…]` with percent-encoded keys and values, as OpenTelemetry writes headers and resource attributes.
 * Empty members (a comma at the end) are passed over; the last of a repeated key wins.
 * @param checkPair what else is wrong with a decoded pair, without quoting it: it may be a credential
 */
function readKeyValues(
  text: string,
  refuse: (reason: string) => void,
  checkPair: (key: string, value: string) => string | undefined,
): Record<string, string> {
  const pairs = new Map<string, string>();
  text.split(',').forEach((member, index) => {
    const pair = member.trim();
    if (pair === '') return;
    const at = pair.indexOf('=');
    const key = decodePercent(pair.slice(0, Math.max(at, 0)).trim());
    const value = decodePercent(pair.slice(at + 1).trim());
    if (at < 0) refuse(`has no = in pair ${index + 1}`);
    else if (key === undefined || value === undefined) refuse(`has a bad percent-encoding in pair ${index + 1}`);
    else if (key === '') refuse(`has an empty key in pair ${index + 1}`);
    else {
      const wrong = checkPair(key, value);
      if (wrong) refuse(`has ${wrong} in pair ${index + 1}`);
      pairs.set(key, value);
    }
  });
  return Object.fromEntries(pairs);
}

/** Resource attributes. */
export const resourceAttributes: ValueKind<Record<string, string>> = {
  schema: readBy((text, refuse) => readKeyValues(text, refuse, () => undefined)),
  allowed: 'key=value[,key=value…], percent-encoded where needed',
  placeholder: 'PAIRS',
  list: true,
};

/** Headers of OTLP requests; what could not be sent over HTTP or gRPC is refused here instead of at the first export. */
export const requestHeaders: ValueKind<Record<string, string>> = {
  schema: readBy((text, refuse) => {
    const headers = readKeyValues(text, refuse, (key, value) => {
      if (!/^[a-z0-9_.-]+$/i.test(key)) return 'a key that is no header name';
      return /^[\x20-\x7e]*$/.test(value) ? undefined : 'a value that no header can carry';
    });
    return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
  }),
  allowed: 'key=value[,key=value…], percent-encoded where needed',
  placeholder: 'PAIRS',
  list: true,
};

/** One setting of the header mapping (telemetry contract, section 5); the empty text is an empty mapping. */
export const headerMapping: ValueKind<readonly HeaderPair[]> = {
  schema: readBy((text, refuse) => {
    if (text === '') return [];
    const positions = new Map<string, number>();
    return text.split(',').flatMap((member, index) => {
      const position = index + 1;
      const pair = member.trim();
      const at = pair.indexOf(':');
      const header = pair.slice(0, Math.max(at, 0)).trim().toLowerCase();
      const attribute = pair.slice(at + 1).trim();
      const earlier = positions.get(header);
      if (pair === '') refuse(`has an empty pair at position ${position}`);
      else if (at < 0) refuse(`has no ":" in the pair at position ${position}`);
      else if (header === '') refuse(`has no header before the ":" in the pair at position ${position}`);
      else if (attribute === '') refuse(`has no attribute after the ":" in the pair at position ${position}`);
      else if (earlier) refuse(`has the header of position ${earlier} again at position ${position}`);
      else positions.set(header, position);
      return [{ header, attribute }];
    });
  }),
  allowed: 'header:attribute[,header:attribute…], each header once; empty to clear the default',
  placeholder: 'MAPPING',
  list: true,
};
