import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { askRaw, type RawAnswer, rawRequest } from '../../support/raw-http.js';
import type { UpstreamScript } from '../../support/scripted-upstream.js';
import type { ListenerParts } from './gateway-config.js';
import type { Mark, Stage } from './stage.js';

/** Makes a listener the control: no ext_proc filter at all. Name it `unobserved`. */
export function withoutFilter({ manager }: ListenerParts): void {
  manager.http_filters = manager.http_filters.filter((filter) => filter.name !== 'genai.observe');
}

/** A chat request's body. */
export const chatBody = (mark: Mark, more: object = {}) =>
  JSON.stringify({ model: mark.model, messages: [{ role: 'user', content: 'Hi ü' }], ...more });

/** A request; a chat call where it says nothing else. */
export interface Traffic {
  method?: string;
  path?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  /** The observed and the control listener. */
  listeners?: [string | undefined, string];
}

/** The same request through the observed listener and a control without the filter: what the client got, and what the upstream did. */
export async function askBoth(stage: Stage, mark: Mark, run: UpstreamScript, traffic: Traffic = {}) {
  const script = stage.upstream.script(run);
  const [observed, control] = traffic.listeners ?? [undefined, 'unobserved'];
  const ask = (listener: string | undefined, query: string) =>
    askRaw(
      stage.port(listener),
      rawRequest(
        traffic.method ?? 'POST',
        `${traffic.path ?? '/v1/chat/completions'}?${query}`,
        { 'content-type': 'application/json', 'x-script': script, ...traffic.headers },
        traffic.body ?? chatBody(mark),
      ),
    );
  const answers = [await ask(observed, `t=${mark.id}`), await ask(control, 'control')] as const;
  return { answers, requests: stage.upstream.requests(script) };
}

/** Times and ids differ from request to request; nothing else may. */
const steady = (lines: readonly string[]) =>
  lines.map((line) =>
    line
      .replace(/^(x-envoy-upstream-service-time|date): .*/, '$1')
      .replace(/^(x-request-id): .*/, '$1')
      .replace(/^([A-Z]+ \S+)\?\S+/, '$1'),
  );

/** What must be the same. Bodies are compared by their digest: a difference in 10 MB would take minutes to print. */
export const seen = ({ statusLine, headers, body, trailers }: RawAnswer) => ({
  statusLine,
  headers: steady(headers),
  body: createHash('sha256').update(body).digest('hex'),
  bytes: body.length,
  trailers,
});

/** Asserts that client and upstream got the same through both listeners. */
export async function expectSameTraffic(
  stage: Stage,
  mark: Mark,
  run: UpstreamScript,
  traffic: Traffic = {},
): Promise<RawAnswer> {
  const { answers, requests } = await askBoth(stage, mark, run, traffic);
  const [observed, control] = answers;
  expect(seen(observed)).toEqual(seen(control));
  expect(requests).toHaveLength(2);
  const [first, second] = requests;
  expect(first?.body.equals(second?.body ?? Buffer.alloc(0))).toBe(true);
  const lines = (head = '') => steady(head.split('\r\n')).filter((line) => !/^(traceparent|tracestate):/.test(line));
  expect(lines(first?.head)).toEqual(lines(second?.head));
  return observed;
}
