import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, test } from 'vitest';
import type { EndedSpan } from '../../src/telemetry/ended-span.js';
import { createOtlpMetricExporter } from '../../src/telemetry/otlp-metric-exporter.js';
import { readableSpan } from '../../src/telemetry/readable-span.js';
import { createSpanPipeline } from '../../src/telemetry/span-pipeline.js';
import { Counters } from '../../src/util/counters.js';
import { PACKAGE } from '../../src/util/package-info.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { telemetrySettings } from './telemetry-settings.js';

/*
 * What a collector gets from us is what it gets from the stock gRPC exporters: the same spans and metrics through both, over a real
 * socket, compared as decoded requests.
 */

const RESOURCE = resourceFromAttributes({ 'service.name': 'ünit', 'service.instance.id': 'i-1', replicas: 3 });
const noWarning = () => undefined;

const sinks: OtlpSink[] = [];
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close();
});

async function twoSinks(): Promise<{ stock: OtlpSink; ours: OtlpSink }> {
  const [stock, ours] = await Promise.all([startOtlpSink(), startOtlpSink()]);
  sinks.push(stock, ours);
  return { stock, ours };
}

/** Spans as calls make them: all kinds, statuses, values, parents, events; one large. */
function createSpans(): EndedSpan[] {
  const startTime = 1_700_000_000_000.25;
  const base = {
    traceId: 'a'.repeat(32),
    parent: undefined,
    startTime,
    droppedEventsCount: 0,
    droppedAttributesCount: 0,
  };
  return [
    {
      ...base,
      spanId: '1'.repeat(16),
      kind: 'INTERNAL',
      name: 'ChatCompletion',
      endTime: startTime + 42.125,
      attributes: { text: 'héllo 🌍', count: 31, ratio: 0.25, flag: true },
      droppedAttributesCount: 1,
      events: [{ name: 'First Token Stream Event', time: startTime + 10.5, attributes: {}, droppedAttributesCount: 0 }],
      status: { code: 'OK' },
    },
    {
      ...base,
      spanId: '2'.repeat(16),
      parent: { traceId: base.traceId, spanId: '3'.repeat(16), traceFlags: 1, isRemote: true },
      kind: 'CLIENT',
      name: 'chat gpt-4o',
      endTime: startTime + 6,
      attributes: { list: ['a', 'b'], vector: [0.5, -0.25], whole: [1, 2, 3], negative: -7 },
      events: [
        {
          name: 'exception',
          time: startTime + 5,
          attributes: { 'exception.type': 'RateLimitError' },
          droppedAttributesCount: 0,
        },
      ],
      status: { code: 'ERROR', message: 'Error code: 429 - slow down' },
    },
    {
      ...base,
      spanId: '4'.repeat(16),
      kind: 'INTERNAL',
      name: 'large',
      endTime: startTime + 1,
      attributes: { 'input.value': 'ä'.repeat(200_000) },
      events: [],
      status: { code: 'UNSET' },
    },
  ];
}

test('spans', async () => {
  const { stock, ours } = await twoSinks();
  const spans = createSpans();
  const exporter = new OTLPTraceExporter({ url: stock.grpcUrl });
  const readable = spans.map((span) => readableSpan(span, RESOURCE));
  const result = await new Promise<ExportResult>((resolve) => exporter.export(readable, resolve));
  expect(result.code).toBe(ExportResultCode.SUCCESS);

  const pipeline = createSpanPipeline(telemetrySettings(ours.grpcUrl), RESOURCE, new Counters(), noWarning);
  for (const span of spans) pipeline.take(span);
  await pipeline.close(10_000);
  await exporter.shutdown();

  expect(stock.spans()).toHaveLength(3);
  expect(stock.spans()[0]).toMatchObject({ droppedAttributes: 1, kind: 'INTERNAL' });
  expect(ours.spans()).toEqual(stock.spans());
});

/** Collects once. */
class OneReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

async function collectMetrics(): Promise<ResourceMetrics> {
  const reader = new OneReader();
  const meter = new MeterProvider({ resource: RESOURCE, readers: [reader] }).getMeter(PACKAGE.name, PACKAGE.version);
  const histogram = meter.createHistogram('gen_ai.client.token.usage', {
    unit: 'token',
    description: 'Tokens',
    advice: { explicitBucketBoundaries: [1, 4, 16, 64] },
  });
  for (const value of [0, 3, 17, 1000.5]) histogram.record(value, { 'gen_ai.token.type': 'input', model: 'ünit' });
  histogram.record(2, { 'gen_ai.token.type': 'output', count: 3, flag: true });
  meter.createCounter('genai_extproc.calls', { description: 'calls' }).add(7);
  meter.createObservableGauge('genai_extproc.build.info').addCallback((gauge) => gauge.observe(1, { version: '1' }));
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  return resourceMetrics;
}

test('metrics', async () => {
  const { stock, ours } = await twoSinks();
  const metrics = await collectMetrics();
  const exporter = new OTLPMetricExporter({ url: stock.grpcUrl });
  const settings = telemetrySettings(ours.grpcUrl).metrics;
  const our = createOtlpMetricExporter(settings, new Counters(), noWarning);
  for (const each of [exporter, our]) {
    const result = await new Promise<ExportResult>((resolve) => each.export(metrics, resolve));
    expect(result.code).toBe(ExportResultCode.SUCCESS);
    await each.shutdown();
  }
  expect(stock.metrics().map((metric) => metric.name)).toEqual([
    'gen_ai.client.token.usage',
    'genai_extproc.calls',
    'genai_extproc.build.info',
  ]);
  expect(ours.metrics()).toEqual(stock.metrics());
});
