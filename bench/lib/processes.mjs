import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that a process has to start, and to end after SIGTERM. */
const START_MILLIS = 15_000;
const END_MILLIS = 10_000;

/** Ports below those that systems give to connections: one that is free now will hardly be taken before it is listened on. */
const LOWEST_PORT = 16_000;
const HIGHEST_PORT = 32_000;

async function isFree(port) {
  const server = createServer();
  const free = await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

/** Ports that were given out: not all of them are listened on at once. */
const given = new Set();

/** `count` TCP ports in a row that are free on the loopback interface now, none of them given before. */
export async function freePorts(count) {
  for (;;) {
    const first = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (ports.some((port) => given.has(port))) continue;
    const free = await Promise.all(ports.map(isFree));
    if (!free.every(Boolean)) continue;
    for (const port of ports) given.add(port);
    return ports;
  }
}

/**
 * The processes of one run. Each is started by name, must not end before it is told to, and is ended by `stopAll`, in reverse order;
 * `killAll` ends them at once and may be called while this process exits.
 */
export function createProcesses(logFolder) {
  const children = [];

  function keep(name, child, logFile) {
    const entry = { name, child, pid: child.pid, stopping: false, ended: undefined };
    child.once('exit', (code, signal) => {
      entry.ended = `${name} ended by itself (${signal ?? `code ${code}`}); its output is in ${logFile}`;
    });
    child.once('error', (error) => {
      entry.ended = `${name} did not start: ${error.message}`;
    });
    children.push(entry);
    return entry;
  }

  function assertAlive() {
    const gone = children.find((entry) => entry.ended !== undefined && !entry.stopping);
    if (gone !== undefined) throw new Error(gone.ended);
  }

  return {
    /** The result of `work`, unless one of the processes ended by itself: then that is the error, whatever else it led to. */
    async whileAlive(work) {
      try {
        return await work;
      } catch (error) {
        // a process' end may be noticed a little later than its broken connections
        await sleep(200);
        assertAlive();
        throw error;
      } finally {
        assertAlive();
      }
    },

    /** Starts any program; its output goes to a log. `ready` is polled until it is true. */
    async start(name, command, commandArguments, environment, ready) {
      const logFile = `${logFolder}/${name}.log`;
      const log = openSync(logFile, 'a');
      const entry = keep(
        name,
        spawn(command, commandArguments, { stdio: ['ignore', log, log], env: environment }),
        logFile,
      );
      const deadline = Date.now() + START_MILLIS;
      while (!(await ready())) {
        assertAlive();
        if (Date.now() > deadline)
          throw new Error(`${name} is not ready after ${START_MILLIS} ms; its output is in ${logFile}`);
        await sleep(50);
      }
      return entry;
    },

    /** Starts one of our own scripts, which tells with its first message that it is ready. `ask(message)` sends and awaits the answer. */
    async fork(name, script) {
      const logFile = `${logFolder}/${name}.log`;
      const log = openSync(logFile, 'a');
      const child = fork(script, { stdio: ['ignore', log, log, 'ipc'], serialization: 'advanced' });
      const entry = keep(name, child, logFile);
      const ended = once(child, 'exit').then(() => assertAlive());
      ended.catch(() => {});

      async function answer() {
        const [message] = await Promise.race([
          once(child, 'message'),
          ended.then(() => [{ error: `${name} was stopped` }]),
        ]);
        if (message.error !== undefined) throw new Error(`${name}: ${message.error}`);
        return message;
      }

      const hello = await answer();
      return {
        ...entry,
        hello,
        ask(message) {
          const reply = answer();
          child.send(message);
          return reply;
        },
      };
    },

    async stopAll() {
      for (const entry of children.toReversed()) {
        entry.stopping = true;
        if (entry.child.exitCode !== null || entry.child.signalCode !== null) continue;
        const gone = once(entry.child, 'exit');
        entry.child.kill('SIGTERM');
        const late = setTimeout(() => entry.child.kill('SIGKILL'), END_MILLIS);
        await gone;
        clearTimeout(late);
      }
    },

    killAll() {
      for (const entry of children) entry.child.kill('SIGKILL');
    },
  };
}

/** Whether a GET of the address answers 200. */
export async function answers(address) {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
