import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsOf } from './support.js';

interface Container {
  name: string;
  env?: { name: string; value: string }[];
  lifecycle?: { preStop: { sleep: { seconds: number } } };
}
interface Pod {
  spec: { terminationGracePeriodSeconds: number; containers: Container[]; initContainers?: Container[] };
}

const text = readFileSync('docs/shutdown.md', 'utf8');
const pods = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => parse(yaml as string) as Pod);
/** What the last export may take beyond the drain, and the process to end. */
const LAST_SECONDS = 1.5;

describe('docs/shutdown.md', () => {
  it('has pods', () => expect(pods).toHaveLength(3));

  it.each(pods.map(({ spec }) => [spec]))('%j gives each step its time', (spec) => {
    const sidecar = [...spec.containers, ...(spec.initContainers ?? [])].find(({ name }) => name === 'genai-extproc');
    const env = Object.fromEntries(sidecar?.env?.map(({ name, value }) => [name, value]) ?? []);
    const { drainMillis, drainDelayMillis } = settingsOf({ env });
    const before = sidecar?.lifecycle?.preStop.sleep.seconds ?? 0;
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(before + drainMillis / 1000 + LAST_SECONDS);
    expect(drainDelayMillis).toBeLessThan(drainMillis);
  });

  it('tells the defaults', () => {
    const { drainMillis, drainDelayMillis } = settingsOf({});
    expect(text).toContain(`\`GENAI_EXTPROC_DRAIN_DELAY_MILLIS\` (${drainDelayMillis / 1000} s)`);
    expect(text).toContain(`\`GENAI_EXTPROC_DRAIN_MILLIS\` (${drainMillis / 1000} s`);
  });

  it('waits for longer than the recommended health check takes to see it', () => {
    const { static_resources: resources } = parse(readFileSync('envoy.yaml', 'utf8')) as {
      static_resources: { clusters: { name: string; health_checks?: { interval: string }[] }[] };
    };
    const checks = resources.clusters.find(({ name }) => name === 'genai_sidecar')?.health_checks;
    const seconds = Number(checks?.[0]?.interval.replace('s', ''));
    expect(settingsOf({}).drainDelayMillis / 1000).toBeGreaterThan(seconds);
  });
});
