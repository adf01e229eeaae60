// How long does exporting spans with content stop the event loop, and what does a span cost?
//   npm run build && node bench/telemetry-pause.mjs [bytes of content per span] [spans per second]
// Prints one line per exporter. The collector is another process; the stock batch processor and exporter are measured
// in the same run for comparison.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createOtlpHttpExportDelegate, httpAgentFactoryFromOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const CONTENT_BYTES = Number(process.argv[2] ?? 50_000);
const SPANS_PER_SECOND = Number(process.argv[3] ?? 200);
const SECONDS = 5;

if (process.argv[2] === 'collector') await runCollector();
else await runAll();

/** A collector that reads and forgets. */
async function runCollector() {
  const http = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const identity = (bytes) => bytes;
  const codec = {
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
  const grpc = new Server({ 'grpc.max_receive_message_length': -1 });
  for (const signal of ['trace.v1.Trace', 'metrics.v1.Metrics']) {
    grpc.addService(
      {
        export: {
          path: `/opentelemetry.proto.collector.${signal}Service/Export`,
          requestStream: false,
          responseStream: false,
          ...codec,
        },
      },
      { export: (_call, done) => done(null, Buffer.alloc(0)) },
    );
  }
  grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, port) => {
    process.send({ http: `http://127.0.0.1:${http.address().port}`, grpc: `http://127.0.0.1:${port}` });
  });
}

async function runAll() {
  const collector = fork(new URL(import.meta.url), ['collector']);
  const [urls] = await once(collector, 'message');
  console.log(
    `${CONTENT_BYTES} B of content a span, ${SPANS_PER_SECOND} spans/s, ${SECONDS} s, Node ${process.versions.node}`,
  );
  await measure('no exporter', await ours({ exporters: ['none'], protocol: 'grpc', url: urls.grpc }));
  for (const compression of ['none', 'gzip']) {
    await measure(
      `grpc, ${compression}`,
      await ours({ exporters: ['otlp'], protocol: 'grpc', url: urls.grpc, compression }),
    );
    await measure(
      `http/protobuf, ${compression}`,
      await ours({ exporters: ['otlp'], protocol: 'http/protobuf', url: urls.http, compression }),
    );
  }
  await measure('stock processor, http/protobuf', stock(urls.http));
  collector.kill();
}

/** Our tracer, with the defaults of the settings but for the batch size that the environment may give. */
async function ours({ exporters, protocol, url, compression = 'none' }) {
  const { createTelemetry } = await import('../dist/telemetry/telemetry.js');
  const { Counters } = await import('../dist/util/counters.js');
  const otlp = { protocol, headers: {}, timeoutMillis: 10_000, compression };
  const at = (path) => ({ ...otlp, endpoint: protocol === 'grpc' ? url : `${url}/v1/${path}` });
  const log = { debug() {}, info() {}, warn: console.error, error: console.error };
  const telemetry = createTelemetry(
    {
      sdkDisabled: false,
      serviceName: 'bench',
      resourceAttributes: {},
      propagators: ['tracecontext', 'baggage'],
      traces: {
        exporters,
        otlp: at('traces'),
        sampler: 'parentbased_always_on',
        samplerRatio: 1,
        attributeCountLimit: 4096,
        attributeValueLengthLimit: Number.POSITIVE_INFINITY,
        batch: { maxQueueSize: 2048, maxBatchSize: 512, scheduleDelayMillis: 5_000, exportTimeoutMillis: 30_000 },
      },
      metrics: {
        exporters: ['none'],
        otlp: at('metrics'),
        intervalMillis: 60_000,
        exportTimeoutMillis: 30_000,
        temporality: 'cumulative',
      },
      limits: {
        metricSeries: 2_000,
        spanQueueBytes: 64 * 1024 * 1024,
        spanBatchBytes: Number(process.env.BATCH_BYTES ?? 1024 * 1024),
      },
    },
    new Counters(),
    log,
  );
  const carrier = { header: () => undefined, grpcMetadata: () => undefined };
  return {
    span(attributes) {
      const time = Date.now();
      telemetry.tracer
        .start(carrier, 'ChatCompletion', 'INTERNAL', time)
        .end({ endTime: time + 1, attributes, events: [] });
    },
    close: () => telemetry.shutdown(10_000),
  };
}

function stock(url) {
  const delegate = createOtlpHttpExportDelegate(
    {
      url: `${url}/v1/traces`,
      headers: async () => ({ 'Content-Type': 'application/x-protobuf' }),
      compression: 'none',
      concurrencyLimit: 30,
      timeoutMillis: 10_000,
      agentFactory: httpAgentFactoryFromOptions({ keepAlive: true }),
    },
    ProtobufTraceSerializer,
    'bench',
    TraceExporterMetricsHelper,
    undefined,
  );
  const provider = new TracerProvider({
    spanLimits: { attributeCountLimit: 4096 },
    spanProcessors: [new BatchSpanProcessor({ exporter: delegate })],
  });
  const tracer = provider.getTracer('bench');
  return {
    span(attributes) {
      const time = Date.now();
      const span = tracer.startSpan('ChatCompletion', { startTime: time });
      span.setAttributes(attributes);
      span.end(time + 1);
    },
    close: () => provider.shutdown(),
  };
}

async function measure(name, subject) {
  const content = 'The quick brown fox. '.repeat(Math.ceil(CONTENT_BYTES / 2 / 21));
  const attributes = { 'llm.model_name': 'gpt-4o', 'input.value': content, 'output.value': content };
  for (let index = 0; index < 20; index++) attributes[`llm.input_messages.${index}.message.role`] = 'user';
  for (let index = 0; index < 50; index++) subject.span(attributes);
  await sleep(200);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  let made = 0;
  // CPU time between two turns: what a pause would be on a machine that does nothing else
  let longestWork = 0;
  let before = cpu;
  while (performance.now() - begin < SECONDS * 1000) {
    const due = Math.floor(((performance.now() - begin) / 1000) * SPANS_PER_SECOND);
    // one a turn, as calls come
    if (made < due) {
      subject.span(attributes);
      made++;
    }
    await sleep(1);
    const now = process.cpuUsage();
    longestWork = Math.max(longestWork, now.user + now.system - before.user - before.system);
    before = now;
  }
  await subject.close();
  delay.disable();
  const used = process.cpuUsage(cpu);
  const millis = (nanos) => (nanos / 1e6).toFixed(1).padStart(7);
  console.log(
    `${name.padEnd(32)} longest pause ${millis(delay.max)} ms, p99.9 ${millis(delay.percentile(99.9))} ms, ` +
      `longest work in one turn ${(longestWork / 1000).toFixed(1).padStart(6)} ms, ` +
      `CPU ${((used.user + used.system) / made).toFixed(0).padStart(5)} us a span with the idling between, ${made} spans`,
  );
}
