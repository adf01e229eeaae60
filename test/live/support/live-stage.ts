import { expect } from 'vitest';
import { createGatewayConfig } from '../../envoy/support/gateway-config.js';
import { type AccessLogRow, startEnvoy, type TestEnvoy } from '../../support/envoy.js';
import { eventually } from '../../support/eventually.js';
import type { DecodedLog, DecodedSpan } from '../../support/otlp-decode.js';
import { type OtlpSink, startOtlpSink } from '../../support/otlp-sink.js';
import { freePort } from '../../support/ports.js';
import { startTestSidecar, type TestSidecar } from '../../support/sidecar.js';

const SIGNAL_MILLIS = 10_000;
/** A real model may take this long over what a client no longer waits for. */
const SETTLE_MILLIS = 60_000;

/** One call as Envoy's access log, the trace and the sidecar's own log tell it. */
export interface LiveCall {
  row: AccessLogRow;
  span: DecodedSpan;
  log: DecodedLog;
}

/** A real Envoy in front of a real server, our sidecar beside it, and a sink for what it exports. */
export interface LiveStage {
  /** Where clients call, without a path. */
  url: string;
  sink: OtlpSink;
  sidecar: TestSidecar;
  envoy: TestEnvoy;
  /** Waits until no request is under way and all are in the access log; how many of them are calls. */
  settled(): Promise<number>;
  /** The calls from the `from`-th on, as soon as there are `count` of them in every signal; fails when there are more. */
  calls(from: number, count: number): Promise<LiveCall[]>;
  close(): Promise<void>;
}

/** Starts it all in front of a server on 127.0.0.1. `settings`: the sidecar's, beside the export to the sink. */
export async function startLiveStage(upstreamPort: number, settings: Record<string, string> = {}): Promise<LiveStage> {
  const sink = await startOtlpSink();
  const sidecar = await startTestSidecar({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_LOGS_EXPORTER: 'otlp',
    ...settings,
  });
  const port = await freePort();
  const envoy = await startEnvoy(createGatewayConfig({ port, sidecar: sidecar.listen, upstreamPort, variants: {} }));
  await eventually(
    async () => (await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') === 1,
    () => 'Envoy does not find the sidecar',
    SIGNAL_MILLIS,
  );
  return {
    url: `http://127.0.0.1:${port}`,
    sink,
    sidecar,
    envoy,
    async settled() {
      // an Envoy that is gone says why in its log only
      await envoy.stats().catch(async (error: unknown) => {
        throw new Error(`Envoy does not answer: ${(await envoy.log()).slice(-2000)}`, { cause: error });
      });
      await eventually(
        async () => (await envoy.stats()).get('http.llm.downstream_rq_active') === 0,
        () => 'Envoy still has requests',
        SETTLE_MILLIS,
      );
      const rows = await envoy.accessLog((await envoy.stats()).get('http.llm.downstream_rq_total'));
      return rows.filter(isCall).length;
    },
    async calls(from, count) {
      const rowsOfCalls = async () => (await envoy.accessLog()).filter(isCall).slice(from);
      await eventually(
        async () => (await rowsOfCalls()).length >= count,
        () => `${count} calls were made; the access log does not have them`,
        SIGNAL_MILLIS,
      );
      const rows = await rowsOfCalls();
      expect(rows).toHaveLength(count);
      const ids = rows.map((row) => row['span_id'] as string);
      await sink.until((now) => ids.every((id) => now.spans().some((span) => span.spanId === id)), SIGNAL_MILLIS);
      await sink.until((now) => ids.every((id) => now.logs().some((log) => log.spanId === id)), SIGNAL_MILLIS);
      return rows.map((row) => {
        const spans = sink.spans().filter((span) => span.spanId === row['span_id']);
        const logs = sink.logs().filter((log) => log.spanId === row['span_id']);
        expect([spans.length, logs.length]).toEqual([1, 1]);
        return { row, span: spans[0] as DecodedSpan, log: logs[0] as DecodedLog };
      });
    },
    async close() {
      await envoy.close();
      await sidecar.close();
      await sink.close();
    },
  };
}

/** Rows of other traffic (a client that looks for models) have no span. */
function isCall(row: AccessLogRow): boolean {
  return row['span_id'] != null;
}
