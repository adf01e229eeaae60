import type { HeaderList } from '../http2/header-decoder.js';
import { firstHeader } from '../http2/request-headers.js';
import type { StreamServer } from '../http2/stream.js';
import type { CallServer } from './call.js';
import { GrpcCall } from './grpc-call.js';
import { STATUS } from './status.js';
import { NOT_GRPC, trailersOf, UNCOMPRESSED } from './trailers.js';

/** `grpc-timeout`: digits and a unit (gRPC over HTTP/2, "Requests"). */
const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MILLIS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };
/** The longest time that a timer takes; a call does not live that long. */
const GREATEST_MILLIS = 0x7fff_ffff;

/** Gives each stream to the server of its path. `messageBytes`: the longest message that is taken; -1 is no limit. */
export function createRouter(servers: ReadonlyMap<string, CallServer>, messageBytes: number): StreamServer {
  return (stream) => {
    const { headers } = stream;
    const call = new GrpcCall(stream, messageBytes);
    if (!isGrpc(headers)) {
      stream.sendHeaders(NOT_GRPC, true);
      call.closed();
      return call;
    }
    const path = firstHeader(headers, ':path') as string;
    const serve = servers.get(path);
    const encoding = firstHeader(headers, 'grpc-encoding');
    const timeout = firstHeader(headers, 'grpc-timeout');
    const millis = timeout === undefined ? undefined : parseTimeout(timeout);
    if (serve === undefined) call.fail(STATUS.unimplemented, `there is no method ${path}`);
    else if (encoding !== undefined && encoding !== 'identity') refuseEncoding(call, encoding);
    else if (timeout !== undefined && millis === undefined) call.fail(STATUS.internal, 'grpc-timeout is no time');
    else {
      if (millis !== undefined) call.setDeadline(millis);
      call.listen(serve(call));
    }
    return call;
  };
}

function isGrpc(headers: HeaderList): boolean {
  const type = firstHeader(headers, 'content-type');
  return firstHeader(headers, ':method') === 'POST' && type !== undefined && /^application\/grpc(?:$|[+;])/.test(type);
}

function parseTimeout(text: string): number | undefined {
  const [, digits, unit = ''] = TIMEOUT.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Math.min(Number(digits) * (UNIT_MILLIS[unit] ?? 0), GREATEST_MILLIS);
}

function refuseEncoding(call: GrpcCall, encoding: string): void {
  call.finish(Buffer.concat([UNCOMPRESSED, trailersOf(STATUS.unimplemented, `messages in ${encoding} are not taken`)]));
}
