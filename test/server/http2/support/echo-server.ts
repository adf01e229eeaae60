import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Http2Connection, serveConnection } from '../../../../src/server/http2/connection.js';
import type { HeaderList } from '../../../../src/server/http2/header-decoder.js';
import { encodeHeaders } from '../../../../src/server/http2/header-encoder.js';
import type { Http2Stream } from '../../../../src/server/http2/stream.js';

const OK = encodeHeaders([[':status', '200']]);
const TRAILERS = encodeHeaders([['x-end', 'yes']]);
const EMPTY = Buffer.alloc(0);

/** A server that sends back what it gets, with trailers after it. */
export interface EchoServer {
  port: number;
  connections: Set<Http2Connection>;
  /** The headers of each stream, in the order in which they came. */
  headers: HeaderList[];
  /** Streams that are open; what happened to them. */
  open: number;
  ended: number;
  closed: number;
  /** Takes no data while it is set; the bytes that waited are taken when it is unset. */
  hold(held: boolean): void;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startEchoServer(): Promise<EchoServer> {
  const connections = new Set<Http2Connection>();
  let held = false;
  let waiting: { stream: Http2Stream; bytes: Buffer }[] = [];
  const server = createServer((socket) => {
    const connection = serveConnection(socket, serve, () => connections.delete(connection));
    connections.add(connection);
  });

  const echo: EchoServer = {
    port: 0,
    connections,
    headers: [],
    open: 0,
    ended: 0,
    closed: 0,
    hold(now) {
      held = now;
      if (held) return;
      for (const { stream, bytes } of waiting) {
        stream.sendData(EMPTY, bytes);
        stream.credit(bytes.length);
      }
      waiting = [];
    },
    async close() {
      for (const connection of connections) connection.close();
      server.close();
      await once(server, 'close');
    },
  };

  function serve(stream: Http2Stream) {
    echo.headers.push(stream.headers);
    echo.open += 1;
    stream.sendHeaders(OK, false);
    return {
      data(bytes: Buffer, from: number, to: number) {
        const copy = Buffer.from(bytes.subarray(from, to));
        if (held) {
          waiting.push({ stream, bytes: copy });
          return 0;
        }
        stream.sendData(EMPTY, copy);
        return to - from;
      },
      ended() {
        echo.ended += 1;
        stream.sendHeaders(TRAILERS, true);
      },
      writable: () => undefined,
      cut: () => stream.sendHeaders(TRAILERS, true),
      closed() {
        echo.open -= 1;
        echo.closed += 1;
      },
    };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  echo.port = (server.address() as AddressInfo).port;
  return echo;
}
