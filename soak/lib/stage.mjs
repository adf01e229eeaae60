import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { countFailures } from '../../bench/lib/envoy-stats.mjs';
import { readMemory } from '../../bench/lib/process-usage.mjs';
import { answers, freePorts } from '../../bench/lib/processes.mjs';
import { sumOf } from '../../bench/lib/prometheus-text.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const probe = pathToFileURL(`${root}soak/heap-probe.mjs`).href;
/** The sidecar's name at the sink. */
const NAME = 'soak';
/** Milliseconds for Envoy's first health checks. */
const HEALTHY_MILLIS = 2000;

/** Settings of the sidecar: everything on, exported often enough that a run of minutes sees many exports. */
const SETTINGS = { OTEL_BSP_SCHEDULE_DELAY: '1000', OTEL_METRIC_EXPORT_INTERVAL: '10000' };

/** What Envoy names the filter's counters and the sidecar's cluster by. */
const FILTER = 'http.llm.ext_proc.genai.';
const CLUSTER = 'genai_sidecar';

/**
 * The recommended configuration for these ports, with time to spare: all processes share the machine, a collection is asked for at every
 * sample, and what Envoy gives up for a pause is no matter of growth or count.
 */
async function writeConfiguration(file, options) {
  // it is there once the package is built
  const { createEnvoyConfig } = await import(`${root}dist/up/envoy-config.js`);
  const configuration = parse(createEnvoyConfig(options));
  const { listeners, clusters } = configuration.static_resources;
  const [{ typed_config: manager }] = listeners[0].filter_chains[0].filters;
  for (const { typed_config: filter } of manager.http_filters) {
    if (filter.message_timeout !== undefined) filter.message_timeout = '20s';
  }
  const cluster = clusters.find(({ name }) => name === CLUSTER);
  cluster.connect_timeout = '10s';
  for (const check of cluster.health_checks) check.timeout = '20s';
  const [protocol] = Object.values(cluster.typed_extension_protocol_options);
  protocol.explicit_http_config.http2_protocol_options.connection_keepalive = { interval: '30s', timeout: '20s' };
  writeFileSync(file, JSON.stringify(configuration, undefined, 2));
}

/** Starts upstream, sink, client, the built sidecar and Envoy before it. `processes` ends them all. */
export async function startStage({ processes, envoy, folder }) {
  const upstream = await processes.fork('upstream', `${root}soak/upstream.mjs`);
  const sink = await processes.fork('sink', `${root}bench/sink.mjs`);
  const traffic = await processes.fork('traffic', `${root}soak/traffic.mjs`);
  const [port, extProcPort, adminPort, envoyAdminPort] = await freePorts(4);
  const heapFile = `${folder}/heap.json`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const sidecar = await processes.start(
    'sidecar',
    process.execPath,
    [
      ...['--expose-gc', '--import', probe, `${root}dist/main.js`, 'serve'],
      ...['--listen', `127.0.0.1:${extProcPort}`, '--admin', `127.0.0.1:${adminPort}`],
    ],
    {
      PATH: process.env['PATH'],
      SOAK_HEAP_FILE: heapFile,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.hello.port}/${NAME}`,
      ...SETTINGS,
    },
    () => answers(`${admin}/health`),
  );
  const here = (number) => ({ host: '127.0.0.1', port: number });
  await writeConfiguration(`${folder}/envoy.json`, {
    listener: here(port),
    admin: here(envoyAdminPort),
    sidecars: [{ kind: 'tcp', ...here(extProcPort) }],
    upstream: here(upstream.hello.port),
    accessLog: `${folder}/access.jsonl`,
  });
  await processes.start(
    'envoy',
    envoy,
    ['-c', `${folder}/envoy.json`, '--concurrency', '1', '--use-dynamic-base-id', '-l', 'warn'],
    process.env,
    () => answers(`http://127.0.0.1:${envoyAdminPort}/ready`),
  );
  await sleep(HEALTHY_MILLIS);

  return {
    port,
    traffic,
    /** Lets the held streams end. */
    release: () => upstream.ask('release'),

    /** What the sidecar says of itself on /metrics. */
    async page() {
      const page = await (await fetch(`${admin}/metrics`)).text();
      const own = (name) => sumOf(page, `genai_extproc_${name}`) ?? 0;
      return {
        samples: sumOf(page, 'gen_ai_server_request_duration_seconds_count') ?? 0,
        openStreams: own('streams_open'),
        openCalls: own('calls_open'),
        dropped: own('spans_dropped_total') + own('logs_dropped_total') + own('metrics_export_failed_total'),
        trouble: {
          'internal errors': own('streams_internal_error_total'),
          watchdog: own('streams_watchdog_total'),
          recorders: own('recorder_failed_total'),
        },
        shed: own('content_shed_total') + own('spans_shed_total') + own('content_given_up_total'),
      };
    },

    /** The heap after a collection, what lies outside of it, and the resident memory, in bytes. */
    async memory() {
      rmSync(heapFile, { force: true });
      process.kill(sidecar.pid, 'SIGUSR2');
      for (let attempt = 0; attempt < 250; attempt += 1) {
        if (existsSync(heapFile)) {
          return { ...JSON.parse(readFileSync(heapFile, 'utf8')), resident: readMemory(sidecar.pid).current };
        }
        await sleep(20);
      }
      throw new Error('the sidecar does not tell its heap');
    },

    /** Streams that Envoy holds open to the sidecar, and how many failures its counters know. */
    async envoy() {
      const { stats } = await (await fetch(`http://127.0.0.1:${envoyAdminPort}/stats?format=json`)).json();
      const named = new Map(stats.map(({ name, value }) => [name, value]));
      const filter = [...named].filter(([name]) => name?.startsWith(FILTER));
      if (filter.length === 0) throw new Error(`Envoy has no counters ${FILTER}…`);
      return {
        active: named.get(`cluster.${CLUSTER}.upstream_rq_active`) ?? 0,
        failures: countFailures(Object.fromEntries(filter.map(([name, value]) => [name.slice(FILTER.length), value]))),
      };
    },

    /** Spans that arrived. */
    async exportedSpans() {
      const { counts } = await sink.ask('counts');
      return { spans: counts[NAME]?.spans ?? 0, refused: counts[NAME]?.refused ?? 0 };
    },

    /** Ends the sidecar as an orchestrator does; its exit code. */
    async endSidecar() {
      sidecar.stopping = true;
      const ended = new Promise((resolve) => sidecar.child.once('exit', (code, signal) => resolve(signal ?? code)));
      sidecar.child.kill('SIGTERM');
      return ended;
    },
  };
}
