import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A started process and what it has written so far. */
export interface RunningProcess {
  readonly process: ChildProcess;
  /** Everything on standard output. */
  stdout(): string;
  /** Everything on standard error. */
  stderr(): string;
  /** Sends a signal and waits for the end: the exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Starts a process without a shell. The caller stops it. */
export function startProcess(command: readonly string[], options: SpawnOptions): RunningProcess {
  const [file = '', ...words] = command;
  const child = spawn(file, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  child.on('error', (error) => {
    stderr += String(error);
  });
  const ended = once(child, 'close');
  ended.catch(() => undefined);
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
      return child.exitCode ?? child.signalCode;
    },
  };
}

/**
 * Asks until the answer is there, a few times a second. Throws with `describe`'s text when the time is over:
 * by default 15 seconds.
 */
export async function eventually<Answer>(
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  describe: () => string,
  limitMillis = 15_000,
): Promise<Answer> {
  const end = Date.now() + limitMillis;
  for (;;) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => undefined);
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(describe());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
