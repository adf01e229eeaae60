import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { GenAiRecord } from '../../src/model/record.js';
import { startOtlpSink } from '../support/otlp-sink.js';
import { startTestSidecar } from '../support/sidecar.js';

test('warming up leaves nothing behind: no call, no span, no sample', async () => {
  const sink = await startOtlpSink();
  const records: GenAiRecord[] = [];
  const recorder = { name: 'test', record: (record: GenAiRecord) => void records.push(record) };
  const sidecar = await startTestSidecar({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl }, { recorders: [recorder] });
  try {
    await wait(100); // what the warm-up deferred has run by then
    expect(records).toEqual([]);
    expect(Object.entries(sidecar.counters.values).filter(([, count]) => count !== 0)).toEqual([]);
    const samples = await sidecar.metrics();
    expect(samples.filter((sample) => sample.name.startsWith('gen_ai_'))).toEqual([]);
  } finally {
    await sidecar.close();
    await sink.close();
  }
  expect(sink.spans()).toEqual([]);
});
