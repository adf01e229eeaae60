/**
 * The upstream: answers as the header x-answer says (lib/answers.mjs). Started by fork; tells its port; any message lets the held streams
 * go on, and the answer is how many there were.
 */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANSWERS } from './lib/answers.mjs';

const RESET_MILLIS = 50;

let held = [];

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    answer(ANSWERS[request.headers['x-answer']], response).catch(() => response.destroy());
  });
  request.on('error', () => undefined);
  response.on('error', () => undefined);
});

async function answer({ status, headers, pieces, pauseMillis, ending }, response) {
  if (ending === 'silence') {
    response.socket.resetAndDestroy();
    return;
  }
  response.writeHead(status, headers);
  for (const [index, piece] of pieces.entries()) {
    if (response.destroyed) return;
    if (ending === 'held' && index === 1) await new Promise((resolve) => held.push(resolve));
    response.write(piece);
    if (pauseMillis !== undefined) await sleep(pauseMillis);
  }
  if (ending !== 'reset') {
    response.end();
    return;
  }
  // what was written has to leave before the connection breaks
  await sleep(RESET_MILLIS);
  response.socket?.resetAndDestroy();
}

server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => {
  const released = held;
  held = [];
  for (const resolve of released) resolve();
  process.send({ released: released.length });
});
process.on('disconnect', () => process.exit(0));
