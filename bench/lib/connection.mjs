import { once } from 'node:events';
import { connect } from 'node:net';
import { createResponseParser } from './response-parser.mjs';

/**
 * One keep-alive connection on a bare socket. `call(request, onBody)` writes the prepared request bytes and resolves with the
 * status at the end of the answer; one call at a time. Rejects when the connection breaks.
 */
export async function openConnection(port) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  let current;

  function fail(error) {
    const waiting = current;
    current = undefined;
    waiting?.reject(error);
  }

  const consume = createResponseParser(
    (piece) => current.onBody(piece),
    (status) => {
      const waiting = current;
      current = undefined;
      waiting.resolve(status);
    },
  );
  socket.on('data', (piece) => {
    try {
      consume(piece);
    } catch (error) {
      socket.destroy();
      fail(error);
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed in the middle of a call')));

  return {
    call(request, onBody) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) reject(new Error('the connection was closed between two calls'));
        current = { resolve, reject, onBody };
        socket.write(request);
      });
    },
  };
}
