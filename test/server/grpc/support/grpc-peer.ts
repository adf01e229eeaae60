import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import type { Settings } from '../../../../src/config/settings.js';
import type { Call, CallListener } from '../../../../src/server/grpc/call.js';
import { type GrpcServer, startGrpcServer } from '../../../../src/server/grpc-server.js';
import { testSettings } from '../../../support/sidecar.js';

const PROCESS = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';
const same = (bytes: Buffer) => bytes;

/** A server whose one method sends back each message, and what it was told of its calls. */
export interface EchoServer extends GrpcServer {
  calls: Call[];
  log: string[];
  refused: Error[];
}

/** Starts it. `behave` may replace what a call's listener does. */
export async function startEcho(
  change: Partial<Settings> = {},
  behave: (call: Call) => Partial<CallListener> = () => ({}),
): Promise<EchoServer> {
  const settings = { ...testSettings(), ...change };
  const calls: Call[] = [];
  const log: string[] = [];
  const refused: Error[] = [];
  const server = await startGrpcServer(
    settings,
    (call) => {
      calls.push(call);
      const own = behave(call);
      return {
        message: own.message ?? ((bytes) => void call.write(bytes)),
        ended() {
          log.push('ended');
          if (own.ended) own.ended();
          else call.end();
        },
        writable: () => own.writable?.(),
        closed() {
          log.push('closed');
          own.closed?.();
        },
      };
    },
    (error) => void refused.push(error),
  );
  return { ...server, calls, log, refused };
}

/** A call by the official client. */
export interface PeerCall {
  stream: ClientDuplexStream<Buffer, Buffer>;
  received: Buffer[];
  ended: Promise<StatusObject>;
}

export interface Peer {
  open(options?: { path?: string; metadata?: Metadata; deadline?: number }): PeerCall;
  close(): void;
}

/** Connects the official client. */
export function connectPeer(
  target: string,
  trust: ChannelCredentials = credentials.createInsecure(),
  options: object = {},
): Peer {
  const client = new Client(target, trust, {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    ...options,
  });
  return {
    open({ path = PROCESS, metadata, deadline } = {}) {
      const stream = client.makeBidiStreamRequest(
        path,
        same,
        same,
        metadata ?? new Metadata(),
        deadline === undefined ? {} : { deadline },
      );
      const received: Buffer[] = [];
      stream.on('data', (bytes: Buffer) => received.push(bytes));
      stream.on('error', () => undefined); // the status says it
      return { stream, received, ended: new Promise((resolve) => stream.on('status', resolve)) };
    },
    close: () => client.close(),
  };
}
