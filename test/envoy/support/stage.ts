import OpenAI from 'openai';
import { expect } from 'vitest';
import type { EnvoyMode } from '../../../src/config/settings.js';
import { type AccessLogRow, startEnvoy, type TestEnvoy } from '../../support/envoy.js';
import { eventually } from '../../support/eventually.js';
import type { DecodedSpan } from '../../support/otlp-decode.js';
import { type OtlpSink, startOtlpSink } from '../../support/otlp-sink.js';
import { freePort } from '../../support/ports.js';
import { type MetricSample, sumOf } from '../../support/prometheus-page.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scripted-upstream.js';
import { startTestSidecar, type TestSidecar } from '../../support/sidecar.js';
import { createGatewayConfig, type ListenerParts, type Variant } from './gateway-config.js';

/** What ext_proc counts when something goes wrong with the observation. */
const TROUBLE = [
  'failure_mode_allowed',
  'message_timeouts',
  'spurious_msgs_received',
  'rejected_header_mutations',
  'streams_failed',
];

/** One call's marks: they find it again in every signal. */
export interface Mark {
  /** Stands in the query of the path. */
  id: string;
  model: string;
}

/** One call as every signal tells it. */
export interface Observed {
  row: AccessLogRow;
  span: DecodedSpan;
  /** The samples of /metrics with the call's model. */
  metrics: MetricSample[];
}

export interface VariantOptions {
  /** A sidecar of its own, with these settings. */
  settings?: Record<string, string>;
  /** As in envoy.observe.yaml or envoy.pair.yaml; absent: inline. */
  mode?: EnvoyMode;
  change?(parts: ListenerParts): void;
}

/** An upstream, an OTLP sink, sidecars and a real Envoy in front of them. */
export interface Stage {
  upstream: ScriptedUpstream;
  sink: OtlpSink;
  sidecar: TestSidecar;
  envoy: TestEnvoy;
  /** The port of the recommended listener, or of a variant's. */
  port(variant?: string): number;
  /** The admin endpoint of a listener's sidecar. */
  adminUrl(variant?: string): string;
  /** The official client for a listener; no retries. */
  client(variant?: string): OpenAI;
  /** Marks of a new call. It is counted as one that must be recorded, or have no span, or be no GenAI call at all. */
  mark(expected?: 'recorded' | 'without span' | 'not recorded'): Mark;
  /** Counts calls that were marked as none, once it is known what they must have given. */
  expectMore(recorded: number, withSpan: number): void;
  /** Waits for the access-log row of a marked request; there must be one only. */
  row(mark: Mark): Promise<AccessLogRow>;
  /** Waits until a marked call is in every signal. */
  observe(mark: Mark, variant?: string): Promise<Observed>;
  /** Every call that was marked gave exactly one span and one duration sample, in all sidecars together. */
  expectOneRecordPerCall(): Promise<void>;
  /** ext_proc's counters of a listener; `filter`: the `stat_prefix` of another than the observing one. */
  extProc(variant?: string, filter?: string): Promise<Record<string, number>>;
  /** ext_proc had no trouble on these listeners. */
  expectNoTrouble(...variants: string[]): Promise<void>;
  close(): Promise<void>;
}

export const RECOMMENDED = 'llm';

/** Starts everything; `settings` are the main sidecar's beside the export to the sink. */
export async function startStage(
  variants: Record<string, VariantOptions> = {},
  settings: Record<string, string> = {},
): Promise<Stage> {
  const [upstream, sink] = await Promise.all([startScriptedUpstream(), startOtlpSink()]);
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    GENAI_EXTPROC_DECODE_WAIT_MILLIS: '2000',
    GENAI_EXTPROC_REPLY_MILLIS: '5000',
    GENAI_EXTPROC_METRIC_ATTRIBUTE_VALUES: '1000',
  };
  const sidecars = new Map<string, TestSidecar>();
  const ports = new Map([[RECOMMENDED, await freePort()]]);
  const main = await startTestSidecar({ ...environment, ...settings });
  sidecars.set(RECOMMENDED, main);
  const listeners: Record<string, Variant> = {};
  for (const [name, variant] of Object.entries(variants)) {
    const own = variant.settings && (await startTestSidecar({ ...environment, ...variant.settings }));
    sidecars.set(name, own ?? main);
    const port = await freePort();
    ports.set(name, port);
    listeners[name] = { port, sidecar: own?.listen, mode: variant.mode, change: variant.change };
  }
  const envoy = await startEnvoy(
    createGatewayConfig({
      port: ports.get(RECOMMENDED)!,
      sidecar: main.listen,
      upstreamPort: upstream.port,
      variants: listeners,
    }),
  );
  const distinct = [...new Set(sidecars.values())];
  await healthy(envoy, distinct.length);
  let marks = 0;
  let calls = 0;
  let spans = 0;

  const samplesOf = async (which: readonly TestSidecar[]) =>
    (await Promise.all(which.map((sidecar) => sidecar.metrics()))).flat();

  const stage: Stage = {
    upstream,
    sink,
    sidecar: main,
    envoy,
    port: (variant = RECOMMENDED) => ports.get(variant)!,
    adminUrl: (variant = RECOMMENDED) => sidecars.get(variant)!.adminUrl,
    client: (variant = RECOMMENDED) =>
      new OpenAI({ baseURL: `http://127.0.0.1:${ports.get(variant)}/v1`, apiKey: 'sk-test', maxRetries: 0 }),
    mark(expected = 'recorded') {
      marks += 1;
      if (expected !== 'not recorded') calls += 1;
      if (expected === 'recorded') spans += 1;
      return { id: `mark-${marks}-`, model: `model-${marks}` };
    },
    expectMore(recorded, withSpan) {
      calls += recorded;
      spans += withSpan;
    },
    async row(mark) {
      const rows = async () =>
        (await envoy.accessLog()).filter((row) => String(row['request.path']).includes(`t=${mark.id}`));
      await eventually(
        async () => (await rows()).length > 0,
        () => `no access log row for ${mark.id}`,
      );
      const found = await rows();
      expect(found).toHaveLength(1);
      return found[0] as AccessLogRow;
    },
    async observe(mark, variant = RECOMMENDED) {
      const sidecar = sidecars.get(variant)!;
      const row = await stage.row(mark);
      const span = await eventually(
        () => sink.spans().find((candidate) => candidate.spanId === row['span_id']),
        () => `no span for ${mark.id}: ${JSON.stringify(row)}`,
      );
      const metrics = (await sidecar.metrics()).filter(
        (sample) => sample.labels['gen_ai_original_model'] === mark.model,
      );
      expect(sumOf(metrics, 'gen_ai_server_request_duration_seconds_count')).toBe(1);
      return { row, span, metrics };
    },
    async expectOneRecordPerCall() {
      const durations = async () => sumOf(await samplesOf(distinct), 'gen_ai_server_request_duration_seconds_count');
      await eventually(
        async () => (await durations()) >= calls && sink.spans().length >= spans,
        () => `${sink.spans().length} spans of ${spans}, ${calls} calls`,
      );
      expect({ durations: await durations(), spans: sink.spans().length }).toEqual({ durations: calls, spans });
      expect(new Set(sink.spans().map((span) => span.spanId)).size).toBe(spans);
      const counted = (name: string) => samplesOf(distinct).then((samples) => sumOf(samples, name));
      expect(await counted('genai_extproc_streams_internal_error_total')).toBe(0);
      expect(await counted('genai_extproc_streams_watchdog_total')).toBe(0);
      expect(await counted('genai_extproc_recorder_failed_total')).toBe(0);
    },
    async extProc(variant = RECOMMENDED, filter = 'genai') {
      const prefix = `http.${variant}.ext_proc.${filter}.`;
      const stats = await envoy.stats();
      const entries = [...stats].filter(([name]) => name.startsWith(prefix));
      return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
    },
    async expectNoTrouble(...names) {
      for (const name of names.length === 0 ? [RECOMMENDED] : names) {
        const counters = await stage.extProc(name);
        expect(counters['streams_started'], `${name} was observed`).toBeGreaterThan(0);
        const trouble = TROUBLE.filter((counter) => counters[counter] !== 0);
        expect(trouble.map((counter) => `${name} ${counter} ${counters[counter]}`)).toEqual([]);
      }
    },
    async close() {
      await envoy.close();
      await Promise.all(distinct.map((sidecar) => sidecar.close()));
      await Promise.all([upstream.close(), sink.close()]);
    },
  };
  return stage;
}

/** Waits until Envoy's health checks have found every sidecar. */
async function healthy(envoy: TestEnvoy, count: number): Promise<void> {
  const found = async () => {
    const stats = await envoy.stats();
    const names = [...stats.keys()].filter((name) =>
      /^cluster\.(genai_sidecar|sidecar_.*)\.membership_healthy$/.test(name),
    );
    return names.reduce((sum, name) => sum + stats.get(name)!, 0);
  };
  await eventually(
    async () => (await found()) === count,
    () => 'Envoy does not find the sidecars',
    10_000,
  );
}
