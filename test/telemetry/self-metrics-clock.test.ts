import { afterEach, expect, test, vi } from 'vitest';
import { sumOf } from '../support/prometheus-page.js';
import { startTestSidecar, type TestSidecar } from '../support/sidecar.js';

let sidecar: TestSidecar | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await sidecar?.close();
});

test('what the sidecar says of itself goes on when the wall clock is set back', async () => {
  sidecar = await startTestSidecar();
  const { gauges } = sidecar.counters;
  const open = async () => sumOf(await sidecar!.metrics(), 'genai_extproc_streams_open');
  gauges['streams.open'] = 7;
  expect(await open()).toBe(7);
  const real = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => real() - 3_600_000);
  gauges['streams.open'] = 0;
  expect(await open()).toBe(0);
});
