import type { Server, ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';

type Asked = { service: string };
type Health = { status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN' };

/** The health of the server as a whole, by the standard gRPC service. */
export interface HealthService {
  /** Says NOT_SERVING from now on, and ends the watches: an open one would hold up the server's end. */
  close(): void;
}

/** Adds the service to a server that is about to serve (gRPC health checking protocol). */
export function addHealthService(server: Server): HealthService {
  const watches = new Set<ServerWritableStream<Asked, Health>>();
  let serving = true;
  // only the whole server has a health; a name says which service is asked for
  const healthOf = (name: string): Health['status'] | undefined => {
    if (name !== '') return undefined;
    return serving ? 'SERVING' : 'NOT_SERVING';
  };
  server.addService(service, {
    check(call: ServerUnaryCall<Asked, Health>, done: sendUnaryData<Health>) {
      const health = healthOf(call.request.service);
      if (health === undefined) done({ code: status.NOT_FOUND, details: 'only the whole server has a health' });
      else done(null, { status: health });
    },
    watch(call: ServerWritableStream<Asked, Health>) {
      call.write({ status: healthOf(call.request.service) ?? 'SERVICE_UNKNOWN' });
      if (!serving) {
        call.end();
        return;
      }
      watches.add(call);
      call.on('cancelled', () => watches.delete(call));
    },
    list(_call: unknown, done: sendUnaryData<{ statuses: Record<string, Health> }>) {
      done(null, { statuses: { '': { status: healthOf('') ?? 'SERVICE_UNKNOWN' } } });
    },
  });
  return {
    close() {
      serving = false;
      for (const call of watches) {
        // of an unknown service there is nothing new to say
        if (call.request.service === '') call.write({ status: 'NOT_SERVING' });
        call.end();
      }
      watches.clear();
    },
  };
}
