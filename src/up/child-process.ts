import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawnChild } from '../util/spawn-child.js';

/** How a child process ended. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that we started and that never outlives us. */
export interface Child {
  pid: number;
  /** Settles when it ends, whatever the reason; never rejects. */
  exited: Promise<ChildExit>;
  /** Asks it to end (SIGTERM), and after `graceMillis` makes it. Settles when it is gone. */
  stop(graceMillis?: number): Promise<void>;
}

export interface ChildOptions {
  /** File descriptors, or `ignore` (the default). */
  stdout?: number | 'ignore' | undefined;
  stderr?: number | 'ignore' | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  /** Aborting it kills the process. */
  signal?: AbortSignal | undefined;
}

/**
 * The process stands in a group of its own, so that Ctrl-C reaches us alone and we end it in order. Beside it waits a
 * guard: it reads from a pipe whose other end only we hold, and when we are gone, SIGKILL included, it ends the group.
 */
const GUARDED = '(read _ <&3; kill -KILL 0) & exec "$@" 3<&-';

/** Starts a process, see {@link Child}. A command that does not exist exits with 127 and says so on its stderr. */
export function startChild(command: string, parameters: readonly string[], options: ChildOptions = {}): Child {
  const stdio: StdioOptions = ['ignore', options.stdout ?? 'ignore', options.stderr ?? 'ignore', 'pipe'];
  const child = spawnChild('/bin/sh', ['-c', GUARDED, 'sh', command, ...parameters], {
    detached: true,
    stdio,
    ...(options.env && { env: options.env }),
  });
  const kill = () => signalGroup(child, 'SIGKILL');
  const exited = new Promise<ChildExit>((resolve) => {
    const settle = (exit: ChildExit) => {
      process.off('exit', kill);
      options.signal?.removeEventListener('abort', kill);
      child.stdio[3]?.destroy();
      resolve(exit);
    };
    child.once('exit', (code, signal) => settle({ code, signal }));
    child.once('error', () => settle({ code: 127, signal: null }));
  });
  process.on('exit', kill);
  if (options.signal?.aborted) kill();
  options.signal?.addEventListener('abort', kill);
  return {
    pid: child.pid ?? 0,
    exited,
    async stop(graceMillis = 3000) {
      signalGroup(child, 'SIGTERM');
      const timer = setTimeout(kill, graceMillis);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Sends to the process and all its descendants; nothing when it has ended already. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
