import type { Settings } from '../../src/config/settings.js';
import { findEndpoint } from '../../src/endpoints/registry.js';
import type { ExchangeDependencies } from '../../src/exchange/dependencies.js';
import { createExchange, type Exchange } from '../../src/exchange/exchange.js';
import type { RawHeader } from '../../src/exchange/header-view.js';
import type { ContentPolicy } from '../../src/model/content-policy.js';
import type { GenAiRecord } from '../../src/model/record.js';
import type { Reply } from '../../src/model/reply.js';
import type { CallTracer, SpanEnd } from '../../src/model/trace.js';
import { describeMetadata } from '../../src/recorders/metadata/metadata.js';
import { createOpenInferenceConvention } from '../../src/recorders/openinference/openinference-convention.js';
import { createSpanRecorder } from '../../src/recorders/span/span-recorder.js';
import { Counters } from '../../src/util/counters.js';
import { DEFAULT_PATH, type ExchangeCase } from './exchange-case.js';
import { testSettings } from './sidecar.js';

/** How one exchange's bytes become messages. */
export interface Cutting {
  request(bytes: Uint8Array): Uint8Array[];
  response(bytes: Uint8Array): Uint8Array[];
  /** The end of stream comes in an empty message of its own, as Envoy mostly sends it. */
  endAlone?: boolean;
  /** When deferred work runs: between messages, or only after the last. */
  deferred?: 'between' | 'after';
}

/** The whole body in one message. */
export const IN_ONE_PIECE: Cutting = { request: (bytes) => [bytes], response: (bytes) => [bytes] };

/** A message for every byte. */
export const BYTE_BY_BYTE: Cutting = { request: bytesOf, response: bytesOf, endAlone: true };

function bytesOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
}

/** An exchange with everything around it faked, and what came out of it. */
export interface Bench {
  exchange: Exchange;
  records: GenAiRecord[];
  spans: SpanEnd[];
  counters: Counters;
  /** What recorders threw. */
  errors: unknown[];
  /** Calls that began. */
  started(): number;
  /** Turns the clock. */
  advance(milliseconds: number): void;
  /** Runs the deferred work that waits. */
  settle(): void;
}

export const TRACE = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
/** The wall clock's time when a bench begins. */
export const START = 1_700_000_000_000;

export interface BenchOptions {
  limits?: Partial<Settings['limits']>;
  policy?: Partial<ContentPolicy>;
  recording?: boolean;
  bodiesComeAnyway?: boolean;
  environment?: Record<string, string>;
  /** What load takes away. */
  load?: Pick<ExchangeDependencies, 'shedLevel' | 'held'>;
  counters?: Counters;
}

/** Read once: a bench is made for every run of a property. */
const DEFAULTS = testSettings();

/** Makes an exchange whose clock the test turns and whose deferred work the test runs. */
export function createBench(options: BenchOptions = {}): Bench {
  const settings = options.environment ? testSettings(options.environment) : DEFAULTS;
  const recording = options.recording ?? true;
  const records: GenAiRecord[] = [];
  const spans: SpanEnd[] = [];
  const errors: unknown[] = [];
  const counters = options.counters ?? new Counters();
  let started = 0;
  let now = 0;
  let waiting: (() => void)[] = [];
  const policy = { ...settings.contentPolicy, ...options.policy };
  const tracer: CallTracer = {
    start: () => {
      started += 1;
      return {
        ...TRACE,
        sampled: recording,
        recording,
        headers: [['traceparent', `00-${TRACE.traceId}-${TRACE.spanId}-01`]],
        baggage: () => undefined,
        end: (span) => spans.push(span),
      };
    },
  };
  const exchange = createExchange(
    {
      findEndpoint,
      tracer,
      recorders: [
        createSpanRecorder([createOpenInferenceConvention(policy)]),
        { name: 'collector', record: (record) => void records.push(record) },
      ],
      describeMetadata,
      wantsResponseContent: !policy.hideOutputs,
      wantsRequestContent: !policy.hideInputs,
      headerMapping: settings.headerMapping,
      providers: settings.providers,
      bodySessions: settings.bodySessions,
      costOf: () => undefined,
      customCostsOf: () => undefined,
      // a busy machine must not let a decoder miss its reply
      limits: { ...settings.limits, decodeWaitMillis: 10_000, ...options.limits },
      clock: { now: () => now, wallTime: () => START + now },
      counters,
      ...options.load,
      defer: (work) => void waiting.push(work),
      onRecorderError: (_recorder, error) => void errors.push(error),
    },
    { grpcMetadata: () => undefined, bodiesComeAnyway: options.bodiesComeAnyway ?? false },
  );
  return {
    exchange,
    records,
    spans,
    counters,
    errors,
    started: () => started,
    advance(milliseconds) {
      now += milliseconds;
    },
    settle() {
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        for (const work of batch) work();
      }
    },
  };
}

/** Everything that came out of one driven exchange. */
export interface Driven extends Omit<Bench, 'exchange' | 'advance' | 'settle' | 'started'> {
  /** One for each message, in order. */
  replies: Reply[];
  /** The metadata of all replies, merged as Envoy merges it. */
  metadata: Record<string, string | number | boolean>;
}

/**
 * Runs one case in Envoy's order of messages, cut as `cutting` says, and ends the stream. Time stands at 0 for the request's headers,
 * and 10 ms later for each of request body, answer headers, answer body and end. Stops sending when the exchange lets go, as Envoy does.
 */
export async function driveExchange(one: ExchangeCase, cutting: Cutting): Promise<Driven> {
  const { contentBytes, eventBytes, policy } = one;
  const limits = { ...(contentBytes === undefined ? {} : { contentBytes }), ...(eventBytes ? { eventBytes } : {}) };
  const bench = createBench({ limits, ...(policy ? { policy } : {}) });
  const { exchange } = bench;
  const replies: Reply[] = [];
  const metadata: Driven['metadata'] = {};
  let over = false;

  async function take(reply: Reply | Promise<Reply>): Promise<void> {
    const settled = await reply;
    replies.push(settled);
    for (const [key, value] of settled.metadata ?? []) metadata[key] = value;
    if (settled.end) over = true;
    if (cutting.deferred !== 'after') bench.settle();
  }

  const { request, response } = one;
  const requestBytes = asBytes(request.body);
  const requestPieces = requestBytes ? pieces(cutting.request(requestBytes), cutting.endAlone) : [];
  const method = request.method ?? 'POST';
  const path = request.path ?? DEFAULT_PATH;
  const head = { ':method': method, ':path': path, ':authority': 'gateway.test', ...request.headers };
  await take(exchange.requestHeaders(rawHeaders(head), requestPieces.length === 0, () => undefined));
  bench.advance(10);
  for (const [bytes, last] of requestPieces) {
    if (!over) await take(exchange.requestBody(bytes, last, () => undefined));
  }
  if (response && !over) {
    bench.advance(10);
    const end = response.end ?? 'complete';
    const bytes = asBytes(response.body);
    const answerPieces = bytes ? pieces(cutting.response(bytes), cutting.endAlone || end !== 'complete') : [];
    const headers = {
      ':status': String(response.status ?? 200),
      'content-type': 'application/json',
      ...response.headers,
    };
    const attribute = (name: string) => (name === 'xds.cluster_name' ? 'llm_upstream' : undefined);
    await take(exchange.responseHeaders(rawHeaders(headers), bytes === undefined && end === 'complete', attribute));
    bench.advance(10);
    for (const [piece, last] of answerPieces) {
      if (last && end !== 'complete') break;
      if (!over) await take(exchange.responseBody(piece, last, () => undefined));
    }
    if (end === 'trailers') await take(exchange.responseTrailers());
  }
  exchange.close();
  bench.settle();
  return { ...bench, replies, metadata };
}

/** Body messages: bytes (absent where Envoy sends none) and whether they end the stream. */
function pieces(cut: Uint8Array[], endAlone: boolean | undefined): [Uint8Array | undefined, boolean][] {
  const messages = cut.map((bytes, index): [Uint8Array | undefined, boolean] => [
    bytes,
    !endAlone && index === cut.length - 1,
  ]);
  if (endAlone || cut.length === 0) messages.push([undefined, true]);
  return messages;
}

function asBytes(body: string | Uint8Array | undefined): Uint8Array | undefined {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

/** Headers as they are on the wire. */
export function rawHeaders(headers: Record<string, string>): RawHeader[] {
  return Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) }));
}
