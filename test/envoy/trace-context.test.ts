import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, chatCompletion } from '../support/openai-answers.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, rawRequest } from '../support/raw-http.js';
import { clusterAt, HTTP2_CLUSTER, type ListenerParts } from './support/gateway-config.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

let stage: Stage;
/** Where Envoy's own spans go. */
let envoySpans: OtlpSink;

beforeAll(async () => {
  envoySpans = await startOtlpSink();
  const tracing = (percent: number) => (parts: ListenerParts) => {
    parts.manager['tracing'] = {
      random_sampling: { value: percent },
      provider: {
        name: 'envoy.tracers.opentelemetry',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
          grpc_service: { envoy_grpc: { cluster_name: 'otel' }, timeout: '1s' },
          service_name: 'envoy',
        },
      },
    };
    if (parts.clusters.some((cluster) => cluster.name === 'otel')) return;
    parts.clusters.push(clusterAt('otel', Number(new URL(envoySpans.grpcUrl).port), HTTP2_CLUSTER));
  };
  stage = await startStage({
    traced: { change: tracing(100) },
    tracedUnsampled: { change: tracing(0) },
    sampledOut: { settings: { OTEL_TRACES_SAMPLER: 'always_off' } },
    unexported: { settings: { OTEL_TRACES_EXPORTER: 'none' } },
    b3: { settings: { OTEL_PROPAGATORS: 'b3multi' } },
  });
});
afterAll(async () => {
  await stage?.close();
  await envoySpans.close();
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

/** One call; what the upstream got of its headers. */
async function call(mark: Mark, headers: [string, string][] = [], variant?: string) {
  const script = stage.upstream.script((exchange) => exchange.write(answerOf(chatCompletion(mark.model))));
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const request = rawRequest(
    'POST',
    `/v1/chat/completions?t=${mark.id}`,
    { 'x-script': script, 'content-type': 'application/json' },
    JSON.stringify({ model: mark.model, messages: [] }),
  ).toString();
  await askRaw(stage.port(variant), request.replace('\r\n', `\r\n${lines}`));
  const [exchange] = stage.upstream.requests(script);
  if (!exchange) throw new Error('the upstream was not asked');
  return exchange;
}

describe('Envoy does not trace', () => {
  test('a client with a trace: our span is its child, and goes upstream in its place, once', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, [
      ['traceparent', TRACEPARENT],
      ['tracestate', 'vendor=1'],
    ]);
    const { span, row } = await stage.observe(mark);
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, traceState: 'vendor=1' });
    expect(upstream.headers('traceparent')).toEqual([`00-${TRACE}-${span.spanId}-01`]);
    expect(upstream.headers('tracestate')).toEqual(['vendor=1']);
    expect(row).toMatchObject({ trace_id: TRACE, span_id: span.spanId, sampled: true });
  });

  test('a client without one: a new trace', async () => {
    const mark = stage.mark();
    const upstream = await call(mark);
    const { span } = await stage.observe(mark);
    expect(span.parentSpanId).toBe('');
    expect(upstream.headers('traceparent')).toEqual([`00-${span.traceId}-${span.spanId}-01`]);
    expect(upstream.headers('tracestate')).toEqual([]);
  });

  test.each(['garbage', '00-00000000000000000000000000000000-b7ad6b7169203331-01', `ff-${TRACE}-${PARENT}-01`])(
    'a traceparent that is none (%s): a new trace in its place',
    async (value) => {
      const mark = stage.mark();
      const upstream = await call(mark, [['traceparent', value]]);
      const { span } = await stage.observe(mark);
      expect(span.parentSpanId).toBe('');
      expect(upstream.headers('traceparent')).toEqual([`00-${span.traceId}-${span.spanId}-01`]);
    },
  );

  test('two traceparents: exactly one goes on', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, [
      ['traceparent', TRACEPARENT],
      ['traceparent', TRACEPARENT.replace(PARENT, 'aaaaaaaaaaaaaaaa')],
    ]);
    const { span } = await stage.observe(mark);
    expect(upstream.headers('traceparent')).toEqual([`00-${span.traceId}-${span.spanId}-01`]);
  });

  test('a parent that was sampled out: no span, its context goes on unchanged', async () => {
    const mark = stage.mark('without span');
    const parent = TRACEPARENT.replace(/01$/, '00');
    const upstream = await call(mark, [['traceparent', parent]]);
    expect(upstream.headers('traceparent')).toEqual([parent]);
    const row = await stage.row(mark);
    expect(row).toMatchObject({ trace_id: TRACE, span_id: null, sampled: false, 'gen_ai.usage.total_tokens': 31 });
  });
});

describe('Envoy traces', () => {
  test('without a client’s trace: ours hangs below Envoy’s span, and Envoy writes what goes upstream', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, [], 'traced');
    const { span } = await stage.observe(mark, 'traced');
    await envoySpans.until((sink) => sink.spans().some((candidate) => candidate.spanId === span.parentSpanId));
    const mine = envoySpans.spans().filter((candidate) => candidate.traceId === span.traceId);
    const parent = mine.find((candidate) => candidate.spanId === span.parentSpanId);
    expect(parent?.name).toContain('ext_proc');
    await envoySpans.until((sink) => sink.spans().some((candidate) => candidate.spanId === parent?.parentSpanId));
    const [value, ...more] = upstream.headers('traceparent');
    expect(more).toEqual([]);
    expect(value?.slice(3, 35)).toBe(span.traceId);
    expect(value).not.toContain(span.spanId);
  });

  test('with a client’s trace: one trace from client to us', async () => {
    const mark = stage.mark();
    const upstream = await call(mark, [['traceparent', TRACEPARENT]], 'traced');
    const { span } = await stage.observe(mark, 'traced');
    expect(span.traceId).toBe(TRACE);
    expect(span.parentSpanId).not.toBe(PARENT);
    expect(upstream.headers('traceparent').map((value) => value.slice(3, 35))).toEqual([TRACE]);
  });

  test('and samples the trace out: so do we', async () => {
    const mark = stage.mark('without span');
    const upstream = await call(mark, [['traceparent', TRACEPARENT]], 'tracedUnsampled');
    expect(upstream.headers('traceparent').map((value) => value.slice(-2))).toEqual(['00']);
    expect(await stage.row(mark)).toMatchObject({ trace_id: TRACE, sampled: false, 'gen_ai.usage.total_tokens': 31 });
  });
});

describe('settings', () => {
  const durations = async (mark: Mark, variant: string) => {
    const samples = parsePrometheus(await (await fetch(`${stage.adminUrl(variant)}/metrics`)).text());
    return sumOf(samples, 'gen_ai_server_request_duration_seconds_count', { gen_ai_original_model: mark.model });
  };

  test('sampled out here: metrics and log stay, and those behind us are told', async () => {
    const mark = stage.mark('without span');
    const upstream = await call(mark, [['traceparent', TRACEPARENT]], 'sampledOut');
    expect(upstream.headers('traceparent')).toEqual([TRACEPARENT.replace(/01$/, '00')]);
    expect(await stage.row(mark)).toMatchObject({
      trace_id: TRACE,
      span_id: null,
      sampled: false,
      'gen_ai.usage.total_tokens': 31,
    });
    expect(await durations(mark, 'sampledOut')).toBe(1);
  });

  test('no span exporter: headers are not touched', async () => {
    const [joined, alone] = [stage.mark('without span'), stage.mark('without span')];
    expect((await call(joined, [['traceparent', TRACEPARENT]], 'unexported')).headers('traceparent')).toEqual([
      TRACEPARENT,
    ]);
    expect((await call(alone, [], 'unexported')).headers('traceparent')).toEqual([]);
    expect(await stage.row(joined)).toMatchObject({ trace_id: TRACE, span_id: null, 'gen_ai.usage.total_tokens': 31 });
    expect(await stage.row(alone)).toMatchObject({ trace_id: null, 'gen_ai.usage.total_tokens': 31 });
    expect(await durations(alone, 'unexported')).toBe(1);
  });

  test('B3: read and written, and Envoy lets it through', async () => {
    const mark = stage.mark();
    const headers: [string, string][] = [
      ['x-b3-traceid', TRACE],
      ['x-b3-spanid', PARENT],
      ['x-b3-sampled', '1'],
    ];
    const upstream = await call(mark, headers, 'b3');
    const { span } = await stage.observe(mark, 'b3');
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
    expect(upstream.headers('x-b3-traceid')).toEqual([TRACE]);
    expect(upstream.headers('x-b3-spanid')).toEqual([span.spanId]);
    expect(upstream.headers('x-b3-sampled')).toEqual(['1']);
    expect(upstream.headers('traceparent')).toEqual([]);
  });
});

describe('all of them', () => {
  test('every call gave one duration sample, and one span unless it was sampled out', () =>
    stage.expectOneRecordPerCall());

  test('Envoy had no trouble with the observation', () =>
    stage.expectNoTrouble('llm', 'traced', 'tracedUnsampled', 'sampledOut', 'unexported', 'b3'));
});
