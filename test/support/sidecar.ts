import { readFileSync } from 'node:fs';
import { type Sidecar, type SidecarOptions, startSidecar } from '../../src/app.js';
import { parseSettings } from '../../src/config/parse-settings.js';
import { formatProblems } from '../../src/config/problem.js';
import type { ListenAddress, Settings } from '../../src/config/settings.js';
import { type MetricSample, parsePrometheus } from './prometheus-page.js';

/** Loopback, free ports, and timers short enough for tests. */
const FAST = {
  GENAI_EXTPROC_LISTEN: '127.0.0.1:0',
  GENAI_EXTPROC_ADMIN: '127.0.0.1:0',
  OTEL_BSP_SCHEDULE_DELAY: '20',
  OTEL_METRIC_EXPORT_INTERVAL: '100',
  // there is no other sidecar that Envoy could choose meanwhile
  GENAI_EXTPROC_DRAIN_DELAY_MILLIS: '0',
  // a busy machine is no reason to leave out what a test looks at
  GENAI_EXTPROC_SHED_LAG_MILLIS: '0',
};

/** Environment variables of a test; they win over the fast defaults. */
export type TestEnvironment = Record<string, string>;

/** The whole environment of a sidecar under test: nothing of the tests' own. */
export function testEnvironment(environment: TestEnvironment = {}): TestEnvironment {
  return { ...FAST, ...environment };
}

/** Settings as the program itself reads them. Throws with every problem. */
export function testSettings(environment: TestEnvironment = {}): Settings {
  const env = testEnvironment(environment);
  const parsed = parseSettings({ argv: [], env, readFile: (path) => readFileSync(path, 'utf8') });
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  return parsed.settings;
}

/** A sidecar in this process. */
export interface TestSidecar extends Sidecar {
  /** Where Envoy reaches it. */
  listen: ListenAddress;
  /** `http://127.0.0.1:PORT` of the admin endpoint. */
  adminUrl: string;
  /** The samples of `/metrics`. */
  metrics(): Promise<MetricSample[]>;
}

/** Starts a sidecar in this process. Close it when the test ends. */
export async function startTestSidecar(
  environment: TestEnvironment = {},
  options: SidecarOptions = {},
): Promise<TestSidecar> {
  const settings = testSettings(environment);
  const sidecar = await startSidecar(settings, { log: SILENT, ...options });
  const adminUrl = `http://127.0.0.1:${sidecar.adminPort}`;
  return {
    ...sidecar,
    listen: settings.listen.kind === 'tcp' ? { ...settings.listen, port: sidecar.port } : settings.listen,
    adminUrl,
    metrics: async () => parsePrometheus(await (await fetch(`${adminUrl}/metrics`)).text()),
  };
}

const ignore = () => undefined;
/** What the sidecar has to say is not what these tests look at. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
