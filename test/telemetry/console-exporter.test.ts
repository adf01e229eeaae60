import { afterEach, expect, test, vi } from 'vitest';
import { createTelemetry } from '../../src/telemetry/telemetry.js';
import { Counters } from '../../src/util/counters.js';
import { startOtlpSink } from '../support/otlp-sink.js';
import { keepingLog, telemetrySettings } from './telemetry-settings.js';

afterEach(() => {
  vi.restoreAllMocks();
});

test('otlp,console: each gets every span and the metrics', async () => {
  const printed: unknown[] = [];
  vi.spyOn(console, 'dir').mockImplementation((value) => void printed.push(value));
  const sink = await startOtlpSink();
  const counters = new Counters();
  const settings = telemetrySettings(sink.grpcUrl, {
    traces: { exporters: ['otlp', 'console'] },
    metrics: { exporters: ['console', 'otlp'] },
  });
  const telemetry = createTelemetry(settings, counters, keepingLog());
  for (const name of ['first', 'second']) {
    telemetry.tracer
      .start({ header: () => undefined, grpcMetadata: () => undefined }, Date.now())
      .end({ name, endTime: Date.now(), attributes: { name }, events: [], status: { code: 'OK' } });
  }
  await telemetry.shutdown(3_000);
  await sink.close();
  const names = printed.flatMap((value) => (value as { name?: string }).name ?? []);
  expect(names).toEqual(['first', 'second']);
  expect(sink.spans().map((span) => span.name)).toEqual(names);
  expect(counters.values['spans.exported']).toBe(2);
  expect(sink.metrics().length).toBeGreaterThan(0);
  const metricNames = printed.flatMap((value) => (value as { descriptor?: { name: string } }).descriptor?.name ?? []);
  expect(metricNames).toContain('genai_extproc.spans.exported');
});

test('console alone counts what it printed', async () => {
  vi.spyOn(console, 'dir').mockImplementation(() => {});
  const counters = new Counters();
  const settings = telemetrySettings('http://127.0.0.1:1', {
    traces: { exporters: ['console'] },
    metrics: { exporters: ['none'] },
  });
  const telemetry = createTelemetry(settings, counters, keepingLog());
  telemetry.tracer
    .start({ header: () => undefined, grpcMetadata: () => undefined }, Date.now())
    .end({ name: 'x', endTime: Date.now(), attributes: {}, events: [], status: { code: 'OK' } });
  expect(counters.values['spans.exported']).toBe(1);
  await telemetry.shutdown(500);
});
