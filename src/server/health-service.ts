/** The standard health service (gRPC health checking protocol): only the server as a whole has a health. */
import { ProtobufReader } from '../util/protobuf-reader.js';
import type { Call, CallListener, CallServer } from './grpc/call.js';
import { STATUS } from './grpc/status.js';

/** The health of the server as a whole. */
export interface HealthService {
  /** The service's methods by their paths. */
  methods: ReadonlyMap<string, CallServer>;
  /** Says NOT_SERVING from now on, to those who watch too. */
  fail(): void;
  /** Ends the watches: an open one would hold up the server's end. */
  close(): void;
}

/** `HealthCheckResponse { status = 1 }` with the numbers of its enum. */
const RESPONSE = {
  serving: Buffer.from([8, 1]),
  notServing: Buffer.from([8, 2]),
  serviceUnknown: Buffer.from([8, 3]),
} as const;

/** `HealthListResponse { map statuses = 1 }` with the one entry of the empty name. */
const listed = (response: Buffer) => Buffer.from([0x0a, 4, 0x12, response.length, ...response]);

const PATH = '/grpc.health.v1.Health/';

/** Creates the service of a server that is about to serve. */
export function createHealthService(): HealthService {
  const watches = new Map<Call, { name: string }>();
  let health: Buffer = RESPONSE.serving;

  const check: CallServer = (call) =>
    unary(call, (name) => {
      if (name !== '') call.fail(STATUS.notFound, 'only the whole server has a health');
      else call.write(health);
    });
  const list: CallServer = (call) => unary(call, () => call.write(listed(health)));
  const watch: CallServer = (call) => ({
    message(bytes) {
      if (watches.has(call)) return;
      const name = serviceOf(bytes);
      if (name === undefined) {
        call.fail(STATUS.internal, 'the request is no HealthCheckRequest');
        return;
      }
      call.write(name === '' ? health : RESPONSE.serviceUnknown);
      if (health === RESPONSE.serving) watches.set(call, { name });
      else call.end();
    },
    ended: () => undefined, // it has asked; it is told until it hangs up
    writable: () => undefined,
    closed: () => void watches.delete(call),
  });

  return {
    methods: new Map([
      [`${PATH}Check`, check],
      [`${PATH}List`, list],
      [`${PATH}Watch`, watch],
    ]),
    fail() {
      health = RESPONSE.notServing;
      // of an unknown service there is nothing new to say
      for (const [call, { name }] of watches) if (name === '') call.write(health);
    },
    close() {
      for (const call of [...watches.keys()]) call.end();
    },
  };
}

/** A method with one request and one answer. */
function unary(call: Call, answer: (name: string) => void): CallListener {
  return {
    message(bytes) {
      const name = serviceOf(bytes);
      if (name === undefined) call.fail(STATUS.internal, 'the request is no HealthCheckRequest');
      else answer(name);
      call.end();
    },
    ended: () => call.fail(STATUS.internal, 'there is no request'),
    writable: () => undefined,
    closed: () => undefined,
  };
}

/** `HealthCheckRequest { service = 1 }`; `undefined`: it is none. */
function serviceOf(bytes: Buffer): string | undefined {
  const reader = new ProtobufReader(bytes);
  let name = '';
  try {
    while (reader.position < reader.end) {
      const tag = reader.varint();
      if (tag === ((1 << 3) | 2)) name = reader.text();
      else reader.skip(tag & 7);
    }
    return name;
  } catch {
    return undefined;
  }
}
