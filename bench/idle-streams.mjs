/**
 * Both ends of many idle streams, a process of its own: an HTTP/2 upstream that answers each call with one event and then waits, and
 * the client. Started by fork; tells the upstream's port. `{open, port}` opens that many calls at Envoy's listener, `{finish}` lets the
 * upstream end them; each is answered with `{count, wrong, problems, millis}` when all have come so far.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import { exchanges, IDLE_EVENT, pathOf, STREAM_TAIL } from './lib/exchanges.mjs';

/** Streams on one connection of the client: fewer than what servers allow. */
const STREAMS_PER_CONNECTION = 500;

/** How many streams are being opened or ended at once, so that what is behind Envoy is busy and not flooded. */
const AT_ONCE = 16;

/** The header by which the upstream knows which of the client's streams it holds. */
const NUMBER_HEADER = 'x-bench-number';

const { request } = exchanges.idle;
const held = new Map();

const upstream = createServer();
upstream.on('stream', (stream, headers) => {
  const pieces = [];
  stream.on('data', (piece) => pieces.push(piece));
  stream.on('end', () => {
    if (!request.equals(Buffer.concat(pieces))) return stream.respond({ ':status': 400 }, { endStream: true });
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    stream.write(IDLE_EVENT);
    held.set(Number(headers[NUMBER_HEADER]), stream);
  });
  stream.on('error', () => {});
});

/** `work(index)` for each of `count` indices, a few at a time. */
async function inTurns(count, work) {
  let next = 0;
  async function worker() {
    while (next < count) await work(next++);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** A call that resolves with its first event; `ended` resolves with all that it answered. */
async function openStream(session, number) {
  const stream = session.request({
    ':method': 'POST',
    ':path': pathOf('idle'),
    ':authority': 'bench.local',
    'content-type': 'application/json',
    'agent-session-id': 'bench-session',
    [NUMBER_HEADER]: String(number),
  });
  let text = '';
  stream.setEncoding('latin1');
  stream.on('data', (piece) => {
    text += piece;
  });
  const ended = once(stream, 'end').then(() => text);
  // told by whoever awaits it; until then a broken stream is no unhandled rejection
  ended.catch(() => {});
  stream.end(request);
  const [headers] = await once(stream, 'response');
  if (headers[':status'] !== 200) throw new Error(`stream ${number}: status ${headers[':status']}`);
  while (text.length < IDLE_EVENT.length) await once(stream, 'data');
  return { ended };
}

async function openAll({ open, port }) {
  const sessions = Array.from({ length: Math.ceil(open / STREAMS_PER_CONNECTION) }, () =>
    connect(`http://127.0.0.1:${port}`),
  );
  await Promise.all(sessions.map((session) => once(session, 'connect')));
  const streams = [];
  await inTurns(open, async (index) => {
    streams[index] = await openStream(sessions[Math.floor(index / STREAMS_PER_CONNECTION)], index);
  });
  return { sessions, streams };
}

async function finishAll({ sessions, streams }) {
  const problems = [];
  await inTurns(streams.length, async (index) => {
    held.get(index).end(STREAM_TAIL);
    held.delete(index);
    const text = await streams[index].ended;
    if (text !== IDLE_EVENT + STREAM_TAIL) problems.push(`stream ${index} is not what the upstream sent`);
  });
  for (const session of sessions) session.close();
  return problems;
}

let current;

async function obey(message) {
  const start = performance.now();
  if (message.open !== undefined) current = await openAll(message);
  const count = current.streams.length;
  const problems = message.finish ? await finishAll(current) : [];
  return { count, wrong: problems.length, problems: problems.slice(0, 3), millis: performance.now() - start };
}

process.on('message', async (message) => {
  try {
    process.send({ result: await obey(message) });
  } catch (error) {
    process.send({ error: error.message });
  }
});
upstream.listen(0, '127.0.0.1', () => process.send({ port: upstream.address().port }));
process.on('disconnect', () => process.exit(0));
