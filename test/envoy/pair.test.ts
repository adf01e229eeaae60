import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { answerOf, chatCompletion, chatEvents, chunkOf, LAST_CHUNK, SSE_HEAD } from '../support/openai-answers.js';
import type { DecodedSpan } from '../support/otlp-decode.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, openRaw, rawRequest } from '../support/raw-http.js';
import type { UpstreamExchange, UpstreamScript } from '../support/scripted-upstream.js';
import { clusterAt, HTTP2_CLUSTER, type ListenerParts, type Part } from './support/gateway-config.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

/** envoy.pair.yaml: `genai.context` sets the trace headers, `genai.observe` watches. */
let stage: Stage;
/** Where Envoy's own spans go. */
let envoySpans: OtlpSink;

const CLOSE_MILLIS = 5000; // deferred_close_timeout

/** Leads one of the two filters to another cluster. */
function lead({ manager }: ListenerParts, filter: string, cluster: string): void {
  const found = manager.http_filters.find(({ name }) => name === filter);
  Object.assign(found?.typed_config['grpc_service'] as Part, { envoy_grpc: { cluster_name: cluster } });
}

beforeAll(async () => {
  envoySpans = await startOtlpSink();
  const dead = await freePort();
  const pair = { mode: 'pair' } as const;
  stage = await startStage({
    pair,
    // two processes: one decides, the other records
    split: { ...pair, settings: {}, change: (parts) => lead(parts, 'genai.context', 'genai_sidecar') },
    undecided: {
      ...pair,
      change(parts) {
        parts.clusters.push(clusterAt('nowhere', dead, HTTP2_CLUSTER));
        lead(parts, 'genai.context', 'nowhere');
      },
    },
    blind: {
      ...pair,
      change(parts) {
        lead(parts, 'genai.observe', 'nowhere');
      },
    },
    traced: {
      ...pair,
      change({ manager, clusters }) {
        clusters.push(clusterAt('otel', Number(new URL(envoySpans.grpcUrl).port), HTTP2_CLUSTER));
        manager['tracing'] = {
          random_sampling: { value: 100 },
          provider: {
            name: 'envoy.tracers.opentelemetry',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
              grpc_service: { envoy_grpc: { cluster_name: 'otel' }, timeout: '1s' },
              service_name: 'envoy',
            },
          },
        };
      },
    },
    half: { ...pair, settings: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' } },
    sampledOut: { ...pair, settings: { OTEL_TRACES_SAMPLER: 'always_off' } },
    unexported: { ...pair, settings: { OTEL_TRACES_EXPORTER: 'none' } },
    b3: { ...pair, settings: { OTEL_PROPAGATORS: 'b3' } },
    mapped: {
      ...pair,
      settings: {
        GENAI_EXTPROC_METADATA_NAMESPACE: 'io.envoy.ai_gateway',
        OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES: 'x-a:parent_span_id,x-b:trace_state,x-c:span_id,x-d:sampled',
      },
    },
  });
});
afterAll(async () => {
  await stage?.close();
  await envoySpans.close();
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

const json =
  (mark: Mark): UpstreamScript =>
  (exchange) =>
    exchange.write(answerOf(chatCompletion(mark.model)));
const stream =
  (mark: Mark): UpstreamScript =>
  async (exchange) => {
    await exchange.write(SSE_HEAD);
    for (const event of chatEvents(mark.model)) {
      await exchange.write(chunkOf(event));
      await exchange.pause(2);
    }
    await exchange.write(LAST_CHUNK);
  };
const requestFor = (mark: Mark, script: string, headers: Record<string, string>, path = '/v1/chat/completions') =>
  rawRequest(
    'POST',
    `${path}?t=${mark.id}`,
    { 'x-script': script, 'content-type': 'application/json', ...headers },
    JSON.stringify({ model: mark.model, messages: [{ role: 'user', content: 'Hi' }] }),
  );

/** One call; what the upstream got. */
async function call(mark: Mark, variant: string, headers: Record<string, string> = {}, run = json(mark)) {
  const script = stage.upstream.script(run);
  await askRaw(stage.port(variant), requestFor(mark, script, headers));
  const [exchange] = stage.upstream.requests(script);
  if (!exchange) throw new Error('the upstream was not asked');
  return exchange;
}

const traceparents = (upstream: UpstreamExchange) => upstream.headers('traceparent');

/** The span of a call whose row cannot name it. */
const spanOf = (mark: Mark): Promise<DecodedSpan> =>
  eventually(
    () => stage.sink.spans().find((span) => span.attributes['llm.model_name'] === `${mark.model}-2024`),
    () => `no span of ${mark.model}`,
  );

describe('one identity', () => {
  test.each(['pair', 'split'])('%s: upstream, access log and span agree; the span is complete', async (variant) => {
    for (const run of [json, stream]) {
      const mark = stage.mark();
      const opened = stage.sidecar.counters.values['streams.opened'];
      const upstream = await call(mark, variant, { 'agent-session-id': 's-1' }, run(mark));
      const { span, row } = await stage.observe(mark, variant);
      expect(traceparents(upstream)).toEqual([`00-${span.traceId}-${span.spanId}-01`]);
      expect(upstream.headers('tracestate')).toEqual([]);
      expect(row).toMatchObject({
        trace_id: span.traceId,
        span_id: span.spanId,
        sampled: true,
        'gen_ai.operation.name': 'chat',
        'session.id': 's-1',
        backend_name: 'llm_upstream',
      });
      expect(row).not.toHaveProperty('gen_ai.request.model');
      expect(span.parentSpanId).toBe('');
      expect(span.status.code).toBe('OK');
      expect(span.attributes).toMatchObject({
        'llm.request.model_name': mark.model,
        'llm.token_count.total': 31,
        'session.id': 's-1',
      });
      expect(stage.sidecar.counters.values['streams.opened'] - opened).toBe(variant === 'pair' ? 2 : 1);
    }
  });

  test.each(['pair', 'split'])('%s: below the client’s span', async (variant) => {
    const mark = stage.mark();
    const upstream = await call(mark, variant, { traceparent: TRACEPARENT, tracestate: 'vendor=1' });
    const { span, row } = await stage.observe(mark, variant);
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, traceState: 'vendor=1' });
    expect(traceparents(upstream)).toEqual([`00-${TRACE}-${span.spanId}-01`]);
    expect(upstream.headers('tracestate')).toEqual(['vendor=1']);
    expect(row).toMatchObject({ trace_id: TRACE, span_id: span.spanId });
  });

  test('B3', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, 'b3', { b3: `${TRACE}-${PARENT}-1`, tracestate: 'vendor=1' });
    const { span } = await stage.observe(mark, 'b3');
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, traceState: '' });
    expect(upstream.headers('b3')).toEqual([`${TRACE}-${span.spanId}-1`]);
    expect(traceparents(upstream)).toEqual([]);
  });

  test('Envoy traces: below the span that Envoy has for the first filter', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, 'traced', { traceparent: TRACEPARENT });
    const { span, row } = await stage.observe(mark, 'traced');
    expect(span.traceId).toBe(TRACE);
    expect(row).toMatchObject({ trace_id: TRACE, span_id: span.spanId });
    await envoySpans.until((sink) => sink.spans().some((candidate) => candidate.spanId === span.parentSpanId));
    const parent = envoySpans.spans().find((candidate) => candidate.spanId === span.parentSpanId);
    expect(parent?.name).toContain('ext_proc');
    const observer = envoySpans.spans().filter((candidate) => candidate.name === parent?.name);
    // the stream that watches has a later one
    expect(Math.min(...observer.map((candidate) => candidate.startTime))).toBe(parent?.startTime);
    expect(traceparents(upstream)).toHaveLength(1);
  });
});

describe('one decision', () => {
  test('sampled out: no span, no header, one sample', async () => {
    const mark = stage.mark('without span');
    const upstream = await call(mark, 'sampledOut');
    expect(traceparents(upstream)).toEqual([]);
    expect(await stage.row(mark)).toMatchObject({ trace_id: null, span_id: null, sampled: false });
  });

  test('sampled out below a client’s span: those behind us are told', async () => {
    const mark = stage.mark('without span');
    const upstream = await call(mark, 'sampledOut', { traceparent: TRACEPARENT });
    expect(traceparents(upstream)).toEqual([TRACEPARENT.replace(/01$/, '00')]);
    expect(await stage.row(mark)).toMatchObject({ trace_id: TRACE, span_id: null, sampled: false });
  });

  test('half of them: where there is a header there is a span, and where there is none there is none', async () => {
    const announced = new Set<string>();
    const calls = 60;
    for (let index = 0; index < calls; index += 1) {
      const mark = stage.mark('not recorded');
      const [value] = traceparents(await call(mark, 'half'));
      if (value) announced.add(value.slice(36, 52));
    }
    expect(announced.size).toBeGreaterThan(0);
    expect(announced.size).toBeLessThan(calls);
    stage.expectMore(calls, announced.size);
    const durations = async () => {
      const page = await (await fetch(`${stage.adminUrl('half')}/metrics`)).text();
      return sumOf(parsePrometheus(page), 'gen_ai_server_request_duration_seconds_count');
    };
    await eventually(async () => (await durations()) === calls);
    await eventually(() => stage.sink.spans().filter(({ spanId }) => announced.has(spanId)).length === announced.size);
  });

  test('no span exporter: headers are not touched', async () => {
    const mark = stage.mark('without span');
    const upstream = await call(mark, 'unexported', { traceparent: TRACEPARENT });
    expect(traceparents(upstream)).toEqual([TRACEPARENT]);
    expect(await stage.row(mark)).toMatchObject({ trace_id: TRACE, span_id: null, sampled: true });
  });
});

describe('only Envoy says which span it is', () => {
  test('not a client, by whatever header', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, 'mapped', {
      'x-genai-filter': 'context',
      'x-a': PARENT,
      'x-b': 'forged=1',
      'x-c': PARENT,
      'x-d': 'true',
      trace_id: TRACE,
      span_id: PARENT,
      sampled: 'true',
    });
    const { span, row } = await stage.observe(mark, 'mapped');
    expect(span).toMatchObject({ parentSpanId: '', traceState: '' });
    expect(span.spanId).not.toBe(PARENT);
    expect(traceparents(upstream)).toEqual([`00-${span.traceId}-${span.spanId}-01`]);
    expect(row['sampled']).toBe(true);
  });
});

describe('one of the two filters without a sidecar', () => {
  test('the first: the other has a span of its own, which nobody was told of', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, 'undecided');
    expect(traceparents(upstream)).toEqual([]);
    const span = await spanOf(mark);
    expect(span.parentSpanId).toBe('');
    expect(span.attributes['llm.token_count.total']).toBe(31);
    expect(await stage.row(mark)).toMatchObject({ trace_id: null, span_id: null, 'gen_ai.operation.name': null });
  });

  test('the first, below a client’s span', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, 'undecided', { traceparent: TRACEPARENT });
    expect(traceparents(upstream)).toEqual([TRACEPARENT]);
    expect(await spanOf(mark)).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  });

  test('the second: the call goes on with its header, and nothing is recorded', async () => {
    const mark = stage.mark('not recorded');
    const upstream = await call(mark, 'blind');
    const row = await stage.row(mark);
    expect(traceparents(upstream)).toEqual([`00-${row['trace_id']}-${row['span_id']}-01`]);
  });
});

describe('what is no call, or ends badly', () => {
  test('a path of no interest: both streams are short, nothing is set', async () => {
    const mark = stage.mark('not recorded');
    const received = stage.sidecar.counters.values['messages.received'];
    const body = 'x'.repeat(300_000);
    const script = stage.upstream.script((exchange) => exchange.write(answerOf(body)));
    const answer = await askRaw(stage.port('pair'), requestFor(mark, script, {}, '/v1/files'));
    expect(answer.body.toString()).toBe(body);
    expect(await stage.row(mark)).toMatchObject({ trace_id: null, 'gen_ai.operation.name': null });
    expect(traceparents(stage.upstream.requests(script)[0]!)).toEqual([]);
    // one message each is looked at; what Envoy copied before it heard of the end is not
    expect(stage.sidecar.counters.values['messages.received'] - received).toBe(2);
  });

  test('a path that others use too, and one of theirs: the log says neither call nor provider', async () => {
    const mark = stage.mark('not recorded');
    const script = stage.upstream.script((exchange) => exchange.write(answerOf('{"id":1}')));
    const body = JSON.stringify({ name: 'theirs' });
    const headers = { 'x-script': script, 'content-type': 'application/json' };
    await askRaw(stage.port('pair'), rawRequest('POST', `/completions?t=${mark.id}`, headers, body));
    expect(await stage.row(mark)).toMatchObject({ 'gen_ai.operation.name': null, 'gen_ai.provider.name': null });
  });

  test('a client that hangs up: one record, interrupted, as long as its latest message', async () => {
    const mark = stage.mark();
    const script = stage.upstream.script(async (exchange) => {
      await exchange.write(SSE_HEAD);
      for (const event of chatEvents(mark.model).slice(0, 3)) await exchange.write(chunkOf(event));
      await exchange.gone;
    });
    const client = openRaw(stage.port('pair'));
    client.write(requestFor(mark, script, {}));
    await client.until('Hel');
    client.close();
    const cut = () => stage.sink.spans().some(({ attributes }) => attributes['llm.request.model_name'] === mark.model);
    await eventually(cut, undefined, CLOSE_MILLIS + 15_000);
    const { span, row } = await stage.observe(mark, 'pair');
    expect(row['response_flags']).toBe('DC');
    expect(span.attributes['error.type']).toBe('interrupted');
    expect(span.endTime - span.startTime).toBeLessThan(CLOSE_MILLIS * 0.9);
  });
});

describe('all of them', () => {
  test('every call gave exactly one span and one duration sample', () => stage.expectOneRecordPerCall());

  test('no stream stays open', async () => {
    const open = async () => (await stage.envoy.stats()).get('cluster.genai_sidecar.upstream_rq_active');
    await eventually(async () => (await open()) === 0, undefined, CLOSE_MILLIS + 15_000);
  });

  test('Envoy had no trouble with either filter', async () => {
    const variants = ['pair', 'split', 'traced', 'half', 'sampledOut', 'unexported', 'b3', 'mapped'];
    await stage.expectNoTrouble(...variants);
    for (const variant of variants) {
      const counters = await stage.extProc(variant, 'genai_context');
      expect(counters['streams_started'], variant).toBeGreaterThan(0);
      expect(counters).toMatchObject({
        failure_mode_allowed: 0,
        message_timeouts: 0,
        spurious_msgs_received: 0,
        rejected_header_mutations: 0,
        streams_failed: 0,
      });
    }
  });
});
