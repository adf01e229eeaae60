import { lookup } from 'node:dns/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostPort, Settings } from '../config/settings.js';
import type { Recorder } from '../model/record.js';
import { AppError, type ErrorCode, formatError } from '../util/errors.js';
import { aborted, createStopSignal, type StopSignal } from '../util/stop-signal.js';
import { findCaBundle } from './ca-bundle.js';
import { createCallLine } from './call-line.js';
import type { ChildExit } from './child-process.js';
import { chooseUpstream, OLLAMA_URL, type UpstreamChoice } from './choose-upstream.js';
import { createEnvoyConfig } from './envoy-config.js';
import { startEnvoyProcess } from './envoy-process.js';
import { findEnvoy } from './find-envoy.js';
import { assertPortFree } from './free-port.js';
import { LLAMA_MODEL, startLlamaModel } from './llama-model.js';
import { wantsColor } from './paint.js';
import { createProgress, type Progress, type Screen } from './progress.js';
import { answers } from './readiness.js';
import { startSimulatedModel } from './simulated-model.js';
import type { Upstream } from './upstream.js';
import { formatWelcome } from './welcome.js';

const PACE_MILLIS = 25;
const OLLAMA_MILLIS = 500;

export interface UpOptions {
  settings: Settings;
  env: NodeJS.ProcessEnv;
  /** Starts the sidecar in this process; resolves when it serves. */
  startSidecar(settings: Settings, options: { recorders: Recorder[] }): Promise<{ close(): Promise<void> }>;
  /** Where things are, and the calls. */
  stdout: Screen & Pick<NodeJS.EventEmitter, 'on' | 'off'>;
  /** Progress, notices and errors. */
  stderr: Screen;
}

/** What one run holds; `closers` are called in reverse. */
interface Run extends UpOptions {
  progress: Progress;
  stop: StopSignal;
  folder: string;
  closers: (() => Promise<void>)[];
}

/**
 * The command `up`: an upstream, the sidecar and Envoy, until Ctrl-C. Resolves with the exit code: 0 when it was
 * stopped, 1 when it could not start or a part of it died (the reason is on stderr). Whatever happens, every process
 * that it started is gone then.
 */
export async function runUp(options: UpOptions): Promise<number> {
  const stop = createStopSignal();
  const folder = await mkdtemp(join(tmpdir(), 'genai-extproc-'));
  const progress = createProgress(options.stderr);
  const run: Run = { ...options, progress, stop, folder, closers: [] };
  // whoever read our output is gone, as in `up | head`: nobody is there to stop us later
  options.stdout.on('error', stop.stop);
  let code = 0;
  try {
    const parts = await start(run);
    await Promise.race([aborted(stop.signal), ...parts]);
    progress.say('Stopping.');
  } catch (error) {
    if (!stop.signal.aborted) {
      code = 1;
      progress.say(`\n${explain(error, options.settings.debug)}`);
    }
  }
  for (const close of run.closers.reverse()) await close().catch((error: unknown) => progress.say(String(error)));
  await rm(folder, { recursive: true, force: true });
  options.stdout.off('error', stop.stop);
  stop.release();
  return code;
}

/** Starts everything; each of the promises rejects when its part dies. */
async function start(run: Run): Promise<Promise<never>[]> {
  const { settings, env, progress, stop, folder } = run;
  const { gateway } = settings.up;
  const { choice, notices } = await chooseUpstream({
    upstream: settings.up.upstream,
    openaiBaseUrl: env['OPENAI_BASE_URL'],
    gateway,
    ollamaAnswers: () => answers(`${OLLAMA_URL}/api/version`, OLLAMA_MILLIS),
    trustedCa: () => findCaBundle(env),
  });
  for (const notice of notices) progress.say(notice);
  await assertPortsFree(settings);
  const binary = await findEnvoy({ env, progress, signal: stop.signal });
  const { upstream, model, exited } = await startUpstream(run, choice);

  const callLine = createCallLine({
    write: (line) => run.stdout.write(`${line}\n`),
    color: wantsColor(run.stdout, env),
  });
  const spanFile = join(folder, 'spans.jsonl');
  const sidecar = await run.startSidecar(withSpans(settings, spanFile), { recorders: [callLine] });
  run.closers.push(() => sidecar.close());

  const accessLog = join(folder, 'access.jsonl');
  const config = createEnvoyConfig({
    listener: await resolved(gateway),
    admin: { host: '127.0.0.1', port: 0 },
    sidecars: [
      settings.listen.kind === 'unix' ? settings.listen : { kind: 'tcp', ...(await resolved(settings.listen)) },
    ],
    upstream,
    accessLog,
    mode: settings.up.mode,
    namespace: settings.metadataNamespace,
    exclusive: true,
  });
  const envoy = await startEnvoyProcess({ binary, config, folder, concurrency: 1 });
  run.closers.push(() => envoy.close());
  stop.signal.throwIfAborted();
  const color = wantsColor(run.stdout, env);
  run.stdout.write(
    `${formatWelcome({ settings, choice, model, accessLog, spanFile, envoyAdmin: envoy.adminUrl, color })}\n`,
  );
  const parts = [death('ENVOY_FAILED', 'Envoy', envoy.exited, stop, envoy.lastWords)];
  if (exited) parts.push(death('MODEL_FAILED', 'The model', exited, stop, async () => ''));
  return parts;
}

/** Without a backend the spans go to a file: whoever tries us shall see one. */
function withSpans(settings: Settings, spanFile: string): Settings {
  if (settings.sdkDisabled || !settings.traces.exporters.includes('none')) return settings;
  return { ...settings, traces: { ...settings.traces, spanFile } };
}

/** Starts what is not there yet; `model` is one that it has. */
async function startUpstream(
  run: Run,
  choice: UpstreamChoice,
): Promise<{ upstream: Upstream; model: string; exited?: Promise<ChildExit> }> {
  switch (choice.kind) {
    case 'url':
      return { upstream: choice.upstream, model: 'gpt-4o-mini' };
    case 'ollama':
      return { upstream: choice.upstream, model: await firstOllamaModel(run.progress) };
    case 'llama': {
      const llama = await startLlamaModel({ ...run, signal: run.stop.signal });
      run.closers.push(() => llama.close());
      return { upstream: { host: llama.host, port: llama.port }, model: LLAMA_MODEL, exited: llama.exited };
    }
    case 'simulated': {
      const simulated = await startSimulatedModel({ paceMillis: PACE_MILLIS });
      run.closers.push(() => simulated.close());
      return { upstream: { host: '127.0.0.1', port: simulated.port }, model: 'any-model' };
    }
  }
}

async function firstOllamaModel(progress: Progress): Promise<string> {
  try {
    const response = await fetch(`${OLLAMA_URL}/v1/models`, { signal: AbortSignal.timeout(2000) });
    const list = (await response.json()) as { data?: { id?: string }[] | null };
    const model = list.data?.[0]?.id;
    if (model && /^[\w.:/-]+$/u.test(model)) return model;
    progress.say('Ollama has no model yet: ollama pull smollm2:135m');
  } catch (error) {
    progress.say(`Ollama did not list its models (${(error as Error).message}).`);
  }
  return 'smollm2:135m';
}

async function assertPortsFree(settings: Settings): Promise<void> {
  await assertPortFree(settings.up.gateway, 'GATEWAY_FAILED', 'GENAI_EXTPROC_GATEWAY (--gateway)');
  await assertPortFree(settings.admin, 'ADMIN_FAILED', 'GENAI_EXTPROC_ADMIN (--admin)');
  const { listen } = settings;
  if (listen.kind === 'tcp') await assertPortFree(listen, 'LISTEN_FAILED', 'GENAI_EXTPROC_LISTEN (--listen)');
}

/** Envoy's configuration knows addresses only. */
async function resolved({ host, port }: HostPort): Promise<HostPort> {
  return { host: (await lookup(host)).address, port };
}

/** Never settles when the part ends because we stop. */
async function death(
  errorCode: ErrorCode,
  what: string,
  exited: Promise<ChildExit>,
  stop: StopSignal,
  lastWords: () => Promise<string>,
): Promise<never> {
  const { code, signal } = await exited;
  if (stop.signal.aborted) return new Promise(() => undefined);
  throw new AppError(errorCode, `${what} died (${signal ?? `exit code ${code}`}).\n${await lastWords()}`);
}

/** For people: what happened; for those who debug, also where. */
function explain(error: unknown, debug: boolean): string {
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  return formatError(error) + stack;
}
