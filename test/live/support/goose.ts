import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '../../packaging/support/processes.js';
import { fetchPart } from './fetch-part.js';

const GOOSE = '@aaif/goose-acp@1.50.0';
const BINARIES = [
  'goose-binary-linux-x64',
  'goose-binary-linux-arm64',
  'goose-binary-darwin-arm64',
  'goose-binary-darwin-x64',
];

/** Fetches the agent Goose. Its program's path; rejects when there is none for this machine. */
export async function fetchGoose(): Promise<string> {
  const folder = await fetchPart({
    name: 'goose-acp-1.50.0',
    costs: 'about 300 MB',
    make: (partial, run) =>
      run('npm', ['install', '--prefix', partial, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', GOOSE]),
  });
  const binary = BINARIES.map((name) => join(folder, 'node_modules', '@aaif', name, 'bin', 'goose')).find(existsSync);
  if (binary === undefined) {
    throw new Error(`${GOOSE} has no program for ${process.platform}-${process.arch}. Leave goose out with --only.`);
  }
  return binary;
}

/** Lets Goose do a task with a model behind an OpenAI address, with a home of its own. What it wrote; rejects when it fails. */
export async function runGoose(binary: string, task: { url: string; model: string; text: string }): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'genai-extproc-goose-'));
  const parameters = ['run', '--no-session', '--no-profile', '-q', '--max-turns', '2', '-t', task.text];
  const running = startProcess([binary, ...parameters], {
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      GOOSE_PROVIDER: 'openai',
      GOOSE_MODEL: task.model,
      GOOSE_MAX_TOKENS: '24',
      GOOSE_MODE: 'auto',
      GOOSE_DISABLE_KEYRING: '1',
      GOOSE_TELEMETRY_OFF: '1',
      OPENAI_HOST: task.url,
      OPENAI_BASE_PATH: 'v1/chat/completions',
      OPENAI_API_KEY: 'sk-test',
    },
  });
  try {
    const code = await ended(running);
    const words = `${running.stdout()}${running.stderr()}`;
    if (code !== 0) throw new Error(`goose ended with ${code}:\n${words}`);
    return words;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The exit code, or the signal that ended it. */
function ended({ process: child }: RunningProcess): Promise<number | string | null> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
}
