import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { type MetricSample, parsePrometheus, sumOf } from '../../support/prometheus-page.js';
import type { TestEnvironment } from '../../support/sidecar.js';
import { buildProgram, startSidecarProcess } from '../../support/sidecar-process.js';
import { connectPeer, type Peer } from './peer.js';

/** `npm run test:limits`: the sizes that the documentation tells. */
export const FULL = process.env['LIMITS_FULL'] === '1';

/** An attack takes seconds where it is alone, and minutes on a machine that is busy with other tests. */
if (!FULL) vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

export const MIB = 1_048_576;
/** How long an ordinary call's reply may take while somebody attacks: in the gate other tests share the cores. */
const WORST_MILLIS = FULL ? 250 : 2_000;

/** What ordinary calls met meanwhile; milliseconds. */
export interface HonestFigures {
  calls: number;
  failed: number;
  median: number;
  p99: number;
  worst: number;
  /** How late the calling process itself was at worst. */
  lag: number;
}

/** What an attack did to the sidecar. */
export interface AttackFigures {
  /** Resident memory before, at its peak, and afterwards, in MiB. */
  before: number;
  peak: number;
  after: number;
  seconds: number;
  honest: HonestFigures;
}

/** A sidecar as a process, and everything that looks at it. */
export interface LimitStage {
  port: number;
  pid: number;
  adminUrl: string;
  /** A connection of its own; closed with the stage. */
  connect(): Peer;
  metrics(): Promise<MetricSample[]>;
  counter(name: string): Promise<number>;
  gauge(name: string): Promise<number>;
  /** Duration samples, those of ordinary calls left out. */
  samples(): Promise<number>;
  /** Resident memory, in MiB. */
  rss(): number;
  /**
   * Runs an attack while ordinary calls go on, and holds the sidecar to what it promises: those calls are answered in time and counted,
   * each once, memory grows by `growth` MiB at most, and no bug of ours ended a stream. `about` becomes a row of docs/limits.md. `worst`: how
   * long a reply may take where there is more work than time.
   */
  attack(about: string, growth: number, run: () => Promise<void>, worst?: number): Promise<AttackFigures>;
  stderr(): string;
  close(): Promise<void>;
}

/** Starts the built sidecar with these settings beside those of tests, which leave out nothing because a machine is busy. */
export async function startLimitStage(settings: TestEnvironment = {}): Promise<LimitStage> {
  buildProgram();
  const sidecar = await startSidecarProcess(settings);
  const { listen } = sidecar;
  if (listen.kind !== 'tcp') throw new Error('it listens on a port');
  const pid = sidecar.process.pid as number;
  const peers: Peer[] = [];
  const metrics = async () => parsePrometheus(await (await fetch(`${sidecar.adminUrl}/metrics`)).text());
  const counter = async (name: string) => sumOf(await metrics(), `genai_extproc_${name}_total`);
  const durations = (labels: Record<string, string>) =>
    metrics().then((samples) => sumOf(samples, 'gen_ai_server_request_duration_seconds_count', labels));
  const honestSamples = () => durations({ gen_ai_original_model: 'honest' });

  let honest: HonestCalls | undefined;

  return {
    port: listen.port,
    pid,
    adminUrl: sidecar.adminUrl,
    connect() {
      const peer = connectPeer(listen.port);
      peers.push(peer);
      return peer;
    },
    metrics,
    counter,
    gauge: async (name) => sumOf(await metrics(), `genai_extproc_${name}`),
    samples: async () => (await durations({})) - (await honestSamples()),
    rss: () => readMemory(pid).rss,
    async attack(about, growth, run, worst = WORST_MILLIS) {
      honest ??= await startHonestCalls(listen.port);
      await eventually(async () => (await honestSamples()) > 0);
      const honestBefore = await honestSamples();
      honest.start();
      const before = readMemory(pid).rss;
      forgetPeak(pid);
      const begin = performance.now();
      let figures: HonestFigures;
      try {
        await run();
      } finally {
        figures = await honest.stop();
      }
      const { rss: after, peak } = readMemory(pid);
      const outcome = { before, peak, after, seconds: (performance.now() - begin) / 1000, honest: figures };
      tell(about, outcome);
      expect(sidecar.process.exitCode, sidecar.stderr()).toBe(null);
      expect(figures.failed).toBe(0);
      expect(figures.worst, 'the slowest reply to an ordinary call').toBeLessThan(worst);
      expect(peak - before, 'growth of memory, in MiB').toBeLessThan(growth);
      await eventually(
        async () => (await honestSamples()) === honestBefore + figures.calls,
        () => `${figures.calls} ordinary calls were not counted once each`,
        10_000,
      );
      expect(await counter('streams_internal_error')).toBe(0);
      expect(await counter('recorder_failed')).toBe(0);
      return outcome;
    },
    stderr: sidecar.stderr,
    async close() {
      honest?.close();
      for (const peer of peers) peer.close();
      await sidecar.stop('SIGKILL');
    },
  };
}

interface HonestCalls {
  start(): void;
  stop(): Promise<HonestFigures>;
  close(): void;
}

/** Ordinary calls from a process of their own, which has made one when this resolves. */
async function startHonestCalls(port: number): Promise<HonestCalls> {
  const script = fileURLToPath(new URL('honest.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => void lines.push(line));
  child.stdin.on('error', () => undefined);
  const next = (what: string) =>
    eventually(
      () => lines.shift(),
      () => what,
      60_000,
    );
  await next('ordinary calls do not start');
  return {
    start: () => void child.stdin.write('start\n'),
    async stop() {
      child.stdin.write('stop\n');
      return JSON.parse(await next('ordinary calls do not end')) as HonestFigures;
    },
    close: () => void child.kill('SIGKILL'),
  };
}

/** Resident memory of a process now and at its peak since {@link forgetPeak}, in MiB. */
function readMemory(pid: number): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { rss: kibibytes('VmRSS') / 1024, peak: kibibytes('VmHWM') / 1024 };
}

/** See proc(5), /proc/pid/clear_refs: 5 sets the peak to what is resident now. */
function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Leaves a row for the documentation where that is being made. */
function tell(about: string, figures: AttackFigures): void {
  const file = process.env['LIMITS_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ about, ...figures })}\n`);
}
