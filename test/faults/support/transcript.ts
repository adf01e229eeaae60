import { createHash } from 'node:crypto';

/** What one side of a call saw, in a form that two runs of the same call share. */
export interface Transcript {
  /** 0: no answer came. */
  status: number;
  /** `name: value` in order of arrival; what differs from call to call by nature has no value. */
  headers: string[];
  trailers: string[];
  bytes: number;
  digest: string;
  /** `whole`: ended by the protocol; `cut`: by the other side, in the middle; `left`: by this side. */
  end: 'whole' | 'cut' | 'left' | 'silent';
}

/** Times and ids of one request. */
const OF_THE_CALL = new Set(['date', 'x-request-id', 'x-call']);
/**
 * What the sidecar is there to change, the upstream's trace context; and Envoy's measure of the upstream, which it leaves out where the
 * answer came before Envoy had seen the request's end (behind a filter that reads bodies, the end follows the last byte).
 */
const CHANGED = new Set(['traceparent', 'x-envoy-upstream-service-time']);

/** Header lines as they came, `name` and `value` in turn. */
export function readHeaders(raw: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] as string;
    const value = raw[at + 1] as string;
    if (CHANGED.has(name.toLowerCase())) continue;
    if (OF_THE_CALL.has(name.toLowerCase())) lines.push(name);
    else lines.push(`${name}: ${name === ':path' ? value.replace(/\?.*/, '') : value}`);
  }
  return lines;
}

/** Counts and digests bytes as they come. */
export function createDigest() {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    add(chunk: Uint8Array) {
      bytes += chunk.length;
      hash.update(chunk);
    },
    bytes: () => bytes,
    digest: () => hash.copy().digest('hex').slice(0, 16),
  };
}

/** Where two transcripts differ, in words; empty: they are the same. `drawn`: names of headers that do not count. */
export function difference(one: Transcript, other: Transcript, drawn: readonly string[] = []): string[] {
  const [observed, control] = [one, other].map((transcript) => ({
    ...transcript,
    headers: transcript.headers.filter((line) => !drawn.some((name) => line.toLowerCase().startsWith(`${name}:`))),
  })) as [Transcript, Transcript];
  const parts = ['status', 'headers', 'trailers', 'bytes', 'digest', 'end'] as const;
  return parts
    .filter((part) => JSON.stringify(observed[part]) !== JSON.stringify(control[part]))
    .map((part) => `${part} ${JSON.stringify(observed[part])} instead of ${JSON.stringify(control[part])}`);
}
