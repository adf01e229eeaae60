/**
 * Where telemetry goes: an OTLP http/protobuf receiver that counts spans and bytes and keeps nothing. The first path segment
 * names the sender: `/us/v1/traces`. Started by fork; tells its port, and the counts when it is asked by any message.
 */
import { createServer } from 'node:http';
import { CONTENT_MARKER } from './lib/exchanges.mjs';
import { countSpans } from './lib/otlp-spans.mjs';

const counts = {};

function countsOf(sender) {
  counts[sender] ??= {
    spans: 0,
    traceRequests: 0,
    withContent: 0,
    metricRequests: 0,
    logRequests: 0,
    bytes: 0,
    largest: 0,
    refused: 0,
  };
  return counts[sender];
}

const server = createServer((request, response) => {
  const [, sender, , signal] = request.url.split('/');
  const count = countsOf(sender);
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces);
    try {
      if (signal === 'traces') {
        count.spans += countSpans(body);
        count.traceRequests += 1;
        if (body.includes(CONTENT_MARKER)) count.withContent += 1;
      } else if (signal === 'logs') count.logRequests += 1;
      else count.metricRequests += 1;
      count.bytes += body.length;
      count.largest = Math.max(count.largest, body.length);
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    } catch (error) {
      count.refused += 1;
      response.writeHead(400, { 'content-type': 'text/plain' }).end(error.message);
    }
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => process.send({ counts }));
process.on('disconnect', () => process.exit(0));
