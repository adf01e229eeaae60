/** Everything that the calls of one fault meet: upstream, collector, sidecar process, and a real Envoy with the recommended timers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayConfig } from '../../envoy/support/gateway-config.js';
import { startEnvoy, type TestEnvoy } from '../../support/envoy.js';
import { type OtlpSink, startOtlpSink } from '../../support/otlp-sink.js';
import { freePort } from '../../support/ports.js';
import { controlOf, createVariants, type ListenerName } from './listeners.js';
import { poll } from './poll.js';
import { type FaultSidecar, type FaultSidecarOptions, startFaultSidecar } from './sidecar.js';
import { type FaultUpstream, startFaultUpstream } from './upstream.js';

export interface FaultStageOptions {
  listeners: readonly ListenerName[];
  /** Of the sidecar, beside the export to the sink. */
  environment?: (sink: OtlpSink) => Record<string, string>;
  output?: FaultSidecarOptions['output'];
  /** Envoy waits long for the sidecar, for faults that are not about time on machines that others use too. */
  patient?: boolean;
}

/** Envoy's counters of the observation, all observed listeners together. */
export type ExtProcCounters = Record<(typeof EXT_PROC)[number], number>;

export const EXT_PROC = [
  'streams_started',
  'streams_failed',
  'failure_mode_allowed',
  'message_timeouts',
  'spurious_msgs_received',
  'rejected_header_mutations',
] as const;

export interface FaultStage {
  upstream: FaultUpstream;
  sink: OtlpSink;
  envoy: TestEnvoy;
  /** The sidecar that runs now. */
  sidecar(): FaultSidecar;
  /** Starts the next one in place of one that is gone, and waits until Envoy has found it. */
  restartSidecar(): Promise<void>;
  port(listener: string): number;
  extProc(): Promise<ExtProcCounters>;
  /** What Envoy has open: requests on any listener, streams to the sidecar, requests to upstreams. */
  envoyOpen(): Promise<Record<string, number>>;
  /** `POST` to Envoy's admin. */
  admin(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts it all; resolves when Envoy has found the sidecar. */
export async function startFaultStage(options: FaultStageOptions): Promise<FaultStage> {
  const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-faults-'));
  const socket = join(folder, '0.sock');
  const [upstream, sink] = await Promise.all([startFaultUpstream(), startOtlpSink()]);
  const names = options.listeners.flatMap((name) => [name, controlOf(name)]);
  const ports = new Map<string, number>();
  for (const name of [...names, 'llm', 'refused port', 'admin', 'hooks']) ports.set(name, await freePort());
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    // each call has a model of its own, to be found by
    GENAI_EXTPROC_METRIC_ATTRIBUTE_VALUES: '10000',
    GENAI_EXTPROC_METRIC_SERIES: '100000',
    ...(options.patient && { GENAI_EXTPROC_DECODE_WAIT_MILLIS: '2000', GENAI_EXTPROC_REPLY_MILLIS: '5000' }),
    ...options.environment?.(sink),
  };
  const start = () =>
    startFaultSidecar({
      socket,
      adminPort: ports.get('admin')!,
      hooksPort: ports.get('hooks')!,
      environment,
      output: options.output,
    });
  let sidecar = await start();
  const variants = createVariants(options.listeners, ports, {
    http2Port: upstream.http2Port,
    refusedPort: ports.get('refused port')!,
  });
  const envoy = await startEnvoy(
    createGatewayConfig({
      port: ports.get('llm')!,
      sidecar: { kind: 'unix', path: socket },
      upstreamPort: upstream.http1Port,
      variants,
      recommendedTimers: options.patient !== true,
    }),
  );
  const found = async () => {
    const healthy = async () => (await envoy.stats()).get('cluster.genai_sidecar.membership_healthy') === 1;
    if (!(await poll(healthy, 20_000))) throw new Error('Envoy does not find the sidecar');
  };
  const stage: FaultStage = {
    upstream,
    sink,
    envoy,
    sidecar: () => sidecar,
    async restartSidecar() {
      sidecar = await start();
      await found();
    },
    port: (listener) => ports.get(listener)!,
    async extProc() {
      const stats = await envoy.stats();
      const sum = (counter: string) =>
        options.listeners.reduce(
          (total, name) => total + (stats.get(`http.${name}.ext_proc.genai.${counter}`) ?? 0),
          0,
        );
      return Object.fromEntries(EXT_PROC.map((counter) => [counter, sum(counter)])) as ExtProcCounters;
    },
    async envoyOpen() {
      const stats = await envoy.stats();
      const gauges = [...stats].filter(
        ([name]) =>
          (/^http\..*\.downstream_rq_active$/.test(name) && !name.startsWith('http.admin')) ||
          /^cluster\..*\.upstream_rq_(active|pending_active)$/.test(name),
      );
      return Object.fromEntries(gauges.filter(([, value]) => value !== 0));
    },
    async admin(path) {
      const response = await fetch(`http://127.0.0.1:${envoy.adminPort}${path}`, { method: 'POST' });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
    },
    async close() {
      await envoy.close();
      await sidecar.stop('SIGKILL');
      await Promise.all([upstream.close(), sink.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await found();
    await stage.extProc();
    return stage;
  } catch (error) {
    await stage.close();
    throw error;
  }
}
