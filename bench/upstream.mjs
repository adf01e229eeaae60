/**
 * The upstream: answers each exchange of lib/exchanges.mjs, and refuses with 400 a request body that is not, byte for byte, the
 * one that the client sent. Started by fork; tells its port.
 */
import { createServer } from 'node:http';
import {
  exchanges,
  pathOf,
  STREAM_EVENTS,
  STREAM_INTERVAL_MILLIS,
  STREAM_TAIL,
  streamEvent,
} from './lib/exchanges.mjs';

const byPath = new Map(Object.entries(exchanges).map(([name, exchange]) => [pathOf(name), exchange]));

function refuse(response, text) {
  response.writeHead(400, { 'content-type': 'text/plain' }).end(text);
}

function pace(response) {
  let index = 0;
  const timer = setInterval(() => {
    if (index < STREAM_EVENTS) {
      response.write(streamEvent(index, process.hrtime.bigint()));
      index += 1;
    } else {
      clearInterval(timer);
      response.end(STREAM_TAIL);
    }
  }, STREAM_INTERVAL_MILLIS);
  response.on('close', () => clearInterval(timer));
}

/** Every event in a chunk of its own, as servers write them, all in one go. */
function burst(events, response) {
  response.cork();
  for (const event of events) response.write(event);
  response.end();
}

function answer(exchange, response) {
  if (exchange.contentType === 'text/event-stream') {
    response.writeHead(200, { 'content-type': exchange.contentType, 'cache-control': 'no-cache' });
    if (exchange.events === undefined) pace(response);
    else burst(exchange.events, response);
    return;
  }
  response.writeHead(200, { 'content-type': exchange.contentType, 'content-length': exchange.answer.length });
  response.end(exchange.answer);
}

const server = createServer((request, response) => {
  const exchange = byPath.get(request.url);
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    if (exchange === undefined) return refuse(response, `no exchange at ${request.url}`);
    const body = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    if (!exchange.request.equals(body))
      return refuse(response, `the request body of ${request.url} was changed on its way`);
    answer(exchange, response);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
