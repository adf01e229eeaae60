import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProcessingRequest } from '../../../src/wire/messages.js';

const PROTOS = fileURLToPath(new URL('../../../envoy-protos', import.meta.url));
const service = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [PROTOS] })[
  'envoy.service.ext_proc.v3.ExternalProcessor'
] as ServiceDefinition;
const method = service['Process'] as MethodDefinition<ProcessingRequest, object>;

/** A gRPC frame: no compression, the length, the message. */
export function frameOf(message: Buffer, compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = compressed;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** A message of Envoy's as a gRPC frame. */
export function messageFrame(message: ProcessingRequest): Buffer {
  return frameOf(method.requestSerialize(message));
}

/** One stream of a peer; lighter than a gRPC client's, so that ten thousand fit into a test, and free to say what no client would. */
export interface PeerStream {
  send(message: ProcessingRequest): void;
  /** Writes bytes as they are; resolves when the server takes more. */
  write(bytes: Buffer): Promise<void>;
  /** Replies that have come. */
  replies(): number;
  /** Waits until so many replies came; rejects when the stream ends before. */
  until(count: number): Promise<void>;
  /** The stream is over: its gRPC status, or the code of its reset as `reset N`. */
  ended: Promise<string>;
  /** The status, once it is over. */
  outcome(): string | undefined;
  /** Ends our side. */
  finish(): void;
  reset(): void;
  /** Reads no more of what the server says. */
  stopReading(): void;
}

/** A connection to the sidecar in Envoy's place. */
export interface Peer {
  open(headers?: Record<string, string>): PeerStream;
  session: ClientHttp2Session;
  close(): void;
}

const GRPC_PATH = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';
/** Megabytes that Node's client may hold for a connection: it counts what waits for the server. */
const SESSION_MEGABYTES = 4096;

/** Connects to a port of 127.0.0.1. */
export function connectPeer(port: number): Peer {
  const session = connect(`http://127.0.0.1:${port}`, { maxSessionMemory: SESSION_MEGABYTES });
  session.on('error', () => undefined);
  return {
    session,
    open: (headers = {}) =>
      streamOf(
        session.request({
          ':method': 'POST',
          ':path': GRPC_PATH,
          'content-type': 'application/grpc',
          te: 'trailers',
          ...headers,
        }),
      ),
    close: () => session.destroy(),
  };
}

function streamOf(stream: ClientHttp2Stream): PeerStream {
  let replies = 0;
  let outcome: string | undefined;
  let missing = 0; // bytes of the reply that has begun
  let head: Buffer = Buffer.alloc(0);
  let waiting: { count: number; resolve(): void; reject(error: Error): void }[] = [];

  function settle(): void {
    waiting = waiting.filter(({ count, resolve, reject }) => {
      if (replies >= count) resolve();
      else if (outcome !== undefined)
        reject(new Error(`it ended with ${outcome} after ${replies} replies of ${count}`));
      else return true;
      return false;
    });
  }

  /** Counts frames, whatever their messages say. */
  function take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (missing > 0) {
        const part = Math.min(missing, chunk.length - at);
        missing -= part;
        at += part;
        if (missing === 0) replies += 1;
        continue;
      }
      const rest = chunk.subarray(at, at + 5 - head.length);
      head = Buffer.concat([head, rest]);
      at += rest.length;
      if (head.length < 5) break;
      missing = head.readUInt32BE(1);
      head = Buffer.alloc(0);
      if (missing === 0) replies += 1;
    }
    settle();
  }

  const ended = new Promise<string>((resolve) => {
    const over = (how: string) => {
      outcome ??= how;
      settle();
      resolve(outcome);
    };
    const readStatus = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] !== undefined) over(String(headers['grpc-status']));
    };
    stream.on('response', readStatus).on('trailers', readStatus);
    stream.on('error', () => undefined);
    stream.on('close', () => over(`reset ${stream.rstCode}`));
  });
  stream.on('data', take);
  return {
    send: (message) => void stream.write(messageFrame(message)),
    write: (bytes) =>
      new Promise((resolve) => {
        if (stream.closed || stream.writableEnded) resolve();
        else stream.write(bytes, () => resolve());
      }),
    replies: () => replies,
    until: (count) =>
      new Promise((resolve, reject) => {
        waiting.push({ count, resolve: () => resolve(), reject });
        settle();
      }),
    ended,
    outcome: () => outcome,
    finish: () => void stream.end(),
    reset: () => stream.close(constants.NGHTTP2_CANCEL),
    stopReading: () => void stream.removeAllListeners('data').pause(),
  };
}
