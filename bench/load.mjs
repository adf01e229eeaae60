/**
 * The load generator, a process of its own. Each message is a job
 * `{port, exchange, connections, durationMillis, callsPerSecond?, mostCalls?}`; the reply is `{result}`, with the milliseconds of
 * every call and the delay of every stamped event, or `{error}`. Connections stay open for the next job on the same port.
 *
 * Without `callsPerSecond` every connection calls again as soon as it has its answer. With it, calls fall due at an even pace
 * whether or not earlier ones are done, and a call's latency counts from the moment it was due.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createAnswerCheck } from './lib/answer-check.mjs';
import { openConnection } from './lib/connection.mjs';
import { exchanges, pathOf } from './lib/exchanges.mjs';

/** The request's bytes as they go on the wire; credentials and a session like a real client's. */
function wireRequest(name) {
  const { request } = exchanges[name];
  const head = [
    `POST ${pathOf(name)} HTTP/1.1`,
    'host: bench.local',
    'content-type: application/json',
    'accept: */*',
    'user-agent: bench/1.0',
    'authorization: Bearer bench-key',
    'agent-session-id: bench-session',
    `content-length: ${request.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), request]);
}

async function runBackToBack(connections, deadline, mostCalls, callOnce) {
  let made = 0;
  await Promise.all(
    connections.map(async (connection) => {
      do {
        made += 1;
        await callOnce(connection, performance.now());
      } while (performance.now() < deadline && made < mostCalls);
    }),
  );
}

async function runAtPace(connections, start, deadline, callsPerSecond, callOnce) {
  const free = [...connections];
  const due = [];
  const running = new Set();
  let made = 0;
  let failure;

  function startDue() {
    while (due.length > 0 && free.length > 0 && failure === undefined) {
      const connection = free.pop();
      const call = callOnce(connection, due.shift())
        .catch((error) => {
          failure = error;
        })
        .then(() => {
          running.delete(call);
          free.push(connection);
          startDue();
        });
      running.add(call);
    }
  }

  while (performance.now() < deadline && failure === undefined) {
    const target = ((performance.now() - start) * callsPerSecond) / 1000;
    for (; made < target; made += 1) due.push(start + (made * 1000) / callsPerSecond);
    startDue();
    await sleep(1);
  }
  while (running.size > 0) await Promise.race(running);
  if (failure !== undefined) throw failure;
}

const connectionsByPort = new Map();

/** `count` open connections to a port: those of earlier jobs, and new ones for what is missing. */
async function connectionsTo(port, count) {
  const open = connectionsByPort.get(port) ?? [];
  const missing = Array.from({ length: Math.max(0, count - open.length) }, () => openConnection(port));
  open.push(...(await Promise.all(missing)));
  connectionsByPort.set(port, open);
  return open.slice(0, count);
}

async function run(job) {
  const bytes = wireRequest(job.exchange);
  const latencies = [];
  const delays = [];
  const problems = [];
  let wrong = 0;

  async function callOnce(connection, since) {
    const check = createAnswerCheck(job.exchange, (delay) => delays.push(delay));
    const problem = check.end(await connection.call(bytes, check.onBody));
    latencies.push(performance.now() - since);
    if (problem !== undefined) {
      wrong += 1;
      if (problems.length < 3) problems.push(problem);
    }
  }

  const connections = await connectionsTo(job.port, job.connections);
  const start = performance.now();
  const deadline = start + job.durationMillis;
  if (job.callsPerSecond === undefined) {
    await runBackToBack(connections, deadline, job.mostCalls ?? Number.POSITIVE_INFINITY, callOnce);
  } else await runAtPace(connections, start, deadline, job.callsPerSecond, callOnce);
  return {
    calls: latencies.length,
    elapsedMillis: performance.now() - start,
    latencies: Float64Array.from(latencies),
    ...(delays.length > 0 ? { delays: Float64Array.from(delays) } : {}),
    wrong,
    problems,
  };
}

process.on('message', async (job) => {
  try {
    process.send({ result: await run(job) });
  } catch (error) {
    process.send({ error: `${job.exchange} on port ${job.port}: ${error.message}` });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
