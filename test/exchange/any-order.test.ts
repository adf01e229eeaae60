import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttributeView } from '../../src/exchange/exchange.js';
import type { Reply } from '../../src/model/reply.js';
import { CHAT_STREAM_REQUEST, chatAnswer, chatDelta, sse, USAGE_CHUNK } from '../support/answers.js';
import { type Bench, createBench, rawHeaders } from '../support/drive-exchange.js';

/** One message, or the stream's end. */
type Step = (bench: Bench) => Reply | Promise<Reply> | undefined;

const fragments = [
  JSON.stringify(CHAT_STREAM_REQUEST),
  JSON.stringify(chatAnswer({ content: 'x' })),
  sse(chatDelta({ content: 'x' }), USAGE_CHUNK, '[DONE]'),
  'data: {"error":{"type":"server_error"}}\n\n',
  '{"model":"m"',
  '{"choices":[null,1,{"index":-1,"delta":5,"message":[]}],"usage":[]}',
  'data: {"choices":[{"index":1e9,"delta":{"tool_calls":[null,{"index":-1,"function":1}],"content":{}}}]}\n\n',
  'data: {"choices":{"0":1},"error":[]}\n\n',
  '{"__proto__":{"model":"x"},"messages":[{"content":[{"type":"image_url"},7,null]}],"tools":[null]}',
].map((text) => Buffer.from(text));
const bytes = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(...fragments),
  fc.constantFrom(...fragments).map((fragment) => gzipSync(fragment, { level: 1 })),
  fc.uint8Array({ maxLength: 50 }),
  fc.constant(Buffer.alloc(5000, '{"a":')),
);
const path = fc.constantFrom('/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/models', undefined);
const headers = fc
  .record({
    ':method': fc.constantFrom('POST', 'POST', 'POST', 'GET', undefined),
    ':path': path,
    ':status': fc.constantFrom('200', '200', '429', '600', 'x', undefined),
    'content-type': fc.constantFrom(
      'application/json',
      'text/event-stream',
      'text/html; charset=x',
      '',
      'application/x-ndjson',
      undefined,
    ),
    'content-encoding': fc.constantFrom('gzip', 'br', 'zstd', 'deflate', 'identity', 'gzip, br', undefined, undefined),
    'content-length': fc.constantFrom('10', '0', '-1', 'x', '99999999999999999999', undefined),
    'agent-session-id': fc.constantFrom('s-1', '', '\u0000\ud800', undefined),
  })
  .map((record) => {
    const present: Record<string, string> = {};
    for (const [name, value] of Object.entries(record)) if (value !== undefined) present[name] = value;
    return rawHeaders(present);
  });
const attributes = path.map(
  (value): AttributeView =>
    (name) => {
      if (name === 'request.path') return value;
      return name === 'request.method' ? 'POST' : undefined;
    },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(headers, fc.boolean(), attributes).map(
      ([list, end, view]): Step =>
        ({ exchange }) =>
          exchange.requestHeaders(list, end, view),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(bytes, fc.boolean(), attributes).map(
      ([body, end, view]): Step =>
        ({ exchange }) =>
          exchange.requestBody(body, end, view),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(headers, fc.boolean(), attributes).map(
      ([list, end, view]): Step =>
        ({ exchange }) =>
          exchange.responseHeaders(list, end, view),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(bytes, fc.boolean(), attributes).map(
      ([body, end, view]): Step =>
        ({ exchange }) =>
          exchange.responseBody(body, end, view),
    ),
  },
  fc.constant<Step>(({ exchange }) => exchange.requestTrailers()),
  fc.constant<Step>(({ exchange }) => exchange.responseTrailers()),
  fc.constant<Step>(({ exchange }) => void exchange.close()),
  fc.constant<Step>(({ settle }) => void settle()),
  fc.constant<Step>(({ advance }) => void advance(7)),
);
/** Envoy's order of kinds, each any number of times. */
const inOrder = fc.array(fc.tuple(fc.nat(5), step), { maxLength: 14 });

const options = fc.record({
  bodiesComeAnyway: fc.boolean(),
  recording: fc.boolean(),
  limits: fc.constantFrom(
    {},
    { contentBytes: 0 },
    { contentBytes: 64, eventBytes: 32 },
    { decodedBytes: 10, decodeWaitMillis: 0 },
  ),
});

/** How long a decoder may take on a busy machine; a call that still has no record then has lost it. */
const DECODER_MILLIS = 10_000;

/** `recorded`: the call is one that must have a record, so that is waited for. */
async function run(
  steps: readonly Step[],
  configured: Parameters<typeof createBench>[0],
  recorded: boolean,
): Promise<Bench> {
  const bench = createBench(configured);
  const owed: (Reply | Promise<Reply>)[] = [];
  for (const one of steps) {
    const reply = one(bench);
    if (reply) owed.push(reply);
  }
  // each message has its one reply, in time, whatever came
  for (const reply of await Promise.all(owed)) expect(typeof reply).toBe('object');
  bench.exchange.close();
  bench.exchange.close();
  // a decoder that the end did not wait for works on threads of its own, as fast as the machine lets it
  const deadline = performance.now() + (recorded ? DECODER_MILLIS : 0);
  bench.settle();
  while (bench.records.length < bench.started() && performance.now() < deadline) {
    await wait(1);
    bench.settle();
  }
  bench.settle();
  return bench;
}

describe('whatever comes, in whatever order', () => {
  test.each([
    ['anything', fc.array(step, { maxLength: 12 })],
    [
      "Envoy's order, mostly",
      inOrder.map((list) => list.sort(([first], [second]) => first - second).map(([, one]) => one)),
    ],
  ])('%s: nothing throws, and a call gives one record at most', async (_name, steps) => {
    await fc.assert(
      fc.asyncProperty(steps, options, async (list, configured) => {
        const bench = await run(list, configured, false);
        expect(bench.started()).toBeLessThanOrEqual(1);
        expect(bench.records.length).toBeLessThanOrEqual(bench.started());
        expect(bench.errors).toEqual([]);
        expect(bench.spans.length).toBe(configured.recording ? bench.records.length : 0);
        expect(bench.counters.values['calls.recorded']).toBe(bench.records.length);
      }),
      { numRuns: 400, seed: 19 },
    );
  });

  test('a recognised call gives exactly one record, at whatever moment it ends', async () => {
    const begin: Step = ({ exchange }) =>
      exchange.requestHeaders(
        rawHeaders({ ':method': 'POST', ':path': '/v1/chat/completions' }),
        false,
        () => undefined,
      );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), options, async (steps, configured) => {
        const bench = await run([begin, ...steps], configured, true);
        expect(bench.started()).toBe(1);
        expect(bench.records).toHaveLength(1);
      }),
      { numRuns: 400, seed: 20 },
    );
  });
});
