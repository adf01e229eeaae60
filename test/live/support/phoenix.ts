import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../../src/up/child-process.js';
import { pickFreePort } from '../../../src/up/free-port.js';
import { answers, waitUntil } from '../../../src/up/readiness.js';
import { fetchPart } from './fetch-part.js';

const VERSION = '20.26.1';
const READY_MILLIS = 120_000;

/** A running Arize Phoenix. */
export interface Phoenix {
  /** Its UI and its API. */
  url: string;
  /** Where it takes spans: OTLP over gRPC. */
  otlpUrl: string;
  /** Everything of a paged list of its REST API, such as `/v1/projects/default/spans`; empty while the project is unknown. */
  list<Item>(path: string): Promise<Item[]>;
  close(): Promise<void>;
}

/** Starts Phoenix with a database of its own on free ports of 127.0.0.1; it is fetched the first time. */
export async function startPhoenix(): Promise<Phoenix> {
  const environment = await fetchPart({
    name: `phoenix-${VERSION}`,
    costs: 'about 850 MB',
    async make(folder, run) {
      await run('python3', ['-m', 'venv', folder]);
      const python = join(folder, 'bin', 'python3');
      await run(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', `arize-phoenix==${VERSION}`]);
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'genai-extproc-phoenix-'));
  const [port, grpcPort] = [await pickFreePort(), await pickFreePort()];
  const log = join(folder, 'log');
  const descriptor = openSync(log, 'w');
  // as a module: the scripts of an environment that was moved name the place where it was made
  const child = startChild(join(environment, 'bin', 'python3'), ['-m', 'phoenix.server.main', 'serve'], {
    stdout: descriptor,
    stderr: descriptor,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      PHOENIX_WORKING_DIR: folder,
      PHOENIX_HOST: '127.0.0.1',
      PHOENIX_PORT: String(port),
      PHOENIX_GRPC_PORT: String(grpcPort),
      PHOENIX_SQL_DATABASE_URL: `sqlite:///${folder}/phoenix.db`,
      PHOENIX_TELEMETRY_ENABLED: 'false',
      PHOENIX_ALLOW_EXTERNAL_RESOURCES: 'false',
    },
  });
  closeSync(descriptor);
  const close = async () => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitUntil(() => answers(`${url}/healthz`, 1000), child.exited, READY_MILLIS);
  } catch (error) {
    const words = (await readFile(log, 'utf8')).trim().split('\n').slice(-8).join('\n');
    await close();
    throw new Error(`Phoenix did not start: ${(error as Error).message}\n${words}`);
  }
  return { url, otlpUrl: `http://127.0.0.1:${grpcPort}`, list: (path) => list(url, path), close };
}

async function list<Item>(url: string, path: string): Promise<Item[]> {
  const response = await fetch(`${url}${path}?limit=100`);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`Phoenix answers ${path} with ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { data: Item[] }).data;
}
