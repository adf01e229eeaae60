import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.js';
import { type MetricSample, parsePrometheus } from '../../support/prometheus-page.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HOOKS = new URL('./sidecar-hooks.mjs', import.meta.url).href;

export interface FaultSidecarOptions {
  /** The unix socket for Envoy. */
  socket: string;
  adminPort: number;
  hooksPort: number;
  environment: Record<string, string>;
  /** Where its standard output and error lead: to pipes that are read (default), to pipes that nobody reads any more, or to a full disk. */
  output?: 'read' | 'closed' | 'full' | undefined;
}

/** What is open in the sidecar's process. */
export interface OpenThings {
  /** Handles and requests of the event loop by kind. */
  resources: Record<string, number>;
  /** Bytes after a garbage collection. */
  heap: number;
  rss: number;
}

/** The built program as a process of its own, which can be stopped, killed and looked into. */
export interface FaultSidecar {
  process: ChildProcess;
  metrics(): Promise<MetricSample[]>;
  open(): Promise<OpenThings>;
  /** Blocks its event loop once. */
  block(millis: number): Promise<void>;
  /** Blocks its event loop for so long, again and again; 0 ends that. */
  stutter(millis: number, every: number): Promise<void>;
  /** Steps the wall clock that its program reads. */
  step(millis: number): Promise<void>;
  stderr(): string;
  /** Sends a signal and waits for the end: the exit code, or the signal that ended it. */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Starts `serve` and waits until its admin endpoint says that it serves. */
export async function startFaultSidecar(options: FaultSidecarOptions): Promise<FaultSidecar> {
  const full = options.output === 'full' ? openSync('/dev/full', 'w') : undefined;
  const child = spawn(process.execPath, ['--import', HOOKS, `${ROOT}dist/main.js`, 'serve'], {
    stdio: ['ignore', full ?? 'pipe', full ?? 'pipe'],
    env: {
      PATH: process.env['PATH'],
      GENAI_EXTPROC_LISTEN: `unix://${options.socket}`,
      GENAI_EXTPROC_ADMIN: `127.0.0.1:${options.adminPort}`,
      FAULT_HOOKS_PORT: String(options.hooksPort),
      ...options.environment,
    },
  });
  const ended = once(child, 'exit');
  ended.catch(() => undefined);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  child.stdout?.resume();
  if (full !== undefined) closeSync(full);
  if (options.output === 'closed') {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
  const admin = `http://127.0.0.1:${options.adminPort}`;
  const hook = async (command: string) => (await fetch(`http://127.0.0.1:${options.hooksPort}${command}`)).json();
  const sidecar: FaultSidecar = {
    process: child,
    metrics: async () => parsePrometheus(await (await fetch(`${admin}/metrics`)).text()),
    open: async () => (await hook('/open')) as OpenThings,
    block: async (millis) => void (await hook(`/block?millis=${millis}`)),
    stutter: async (millis, every) => void (await hook(`/stutter?millis=${millis}&every=${every}`)),
    step: async (millis) => void (await hook(`/step?millis=${millis}`)),
    stderr: () => stderr,
    async stop(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode ?? child.signalCode;
    },
  };
  const serves = () =>
    fetch(`${admin}/health`).then(
      (response) => response.ok,
      () => false,
    );
  try {
    await eventually(serves, () => `the sidecar does not serve: ${stderr}`, 20_000);
    return sidecar;
  } catch (error) {
    await sidecar.stop('SIGKILL');
    throw error;
  }
}
