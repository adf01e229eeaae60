import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startEnvoyProcess } from '../../src/up/envoy-process.js';
import { findEnvoy } from '../../src/up/find-envoy.js';
import { createProgress } from '../../src/up/progress.js';

const ACCESS_LOG_MILLIS = 10_000;

/** One row of the JSON access log. */
export type AccessLogRow = Record<string, unknown>;

/** A real Envoy of one test file. */
export interface TestEnvoy {
  adminPort: number;
  /** Counters and gauges by name, such as `http.llm.ext_proc.genai.failure_mode_allowed`. */
  stats(): Promise<Map<string, number>>;
  /** The JSON rows that it wrote to stdout; waits until there are `atLeast` (default 0), and fails when they do not come. */
  accessLog(atLeast?: number): Promise<AccessLogRow[]>;
  /** Envoy's own log. */
  log(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts a real Envoy (`ENVOY_BIN`, else as `npm start` finds one) and waits until it is ready. The process cannot
 * outlive this one. Rejects with the end of Envoy's log when it does not come up.
 * @param config YAML with an admin section; port 0 there is best
 */
export async function startEnvoy(config: string, options: { concurrency?: number } = {}): Promise<TestEnvoy> {
  const binary = await findEnvoy({ env: process.env, progress: createProgress(process.stderr) });
  const folder = await mkdtemp(join(tmpdir(), 'genai-extproc-envoy-'));
  try {
    const envoy = await startEnvoyProcess({ binary, config, folder, concurrency: options.concurrency ?? 1 });
    return {
      adminPort: envoy.adminPort,
      stats: async () => parseStats(await (await fetch(`${envoy.adminUrl}/stats`)).text()),
      accessLog: (atLeast = 0) => readRows(envoy.stdoutPath, atLeast),
      log: () => readFile(envoy.logPath, 'utf8'),
      async close() {
        await envoy.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function parseStats(text: string): Map<string, number> {
  const lines = text.split('\n').map((line) => /^(.+): (\d+)$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? [[match[1] as string, Number(match[2])] as const] : [])));
}

async function readRows(path: string, atLeast: number): Promise<AccessLogRow[]> {
  const deadline = Date.now() + ACCESS_LOG_MILLIS;
  for (;;) {
    const text = await readFile(path, 'utf8');
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    const rows = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AccessLogRow);
    if (rows.length >= atLeast) return rows;
    if (Date.now() > deadline) throw new Error(`${rows.length} access log rows, expected ${atLeast}`);
    await wait(20);
  }
}
