import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProcessingRequest } from './messages.js';
import { decodeProcessingRequest } from './request-decoder.js';

const PROTOS = fileURLToPath(new URL('../../envoy-protos', import.meta.url));
const SERVICE = 'envoy.service.ext_proc.v3.ExternalProcessor';

/** The ext_proc contract, loaded from `envoy-protos/`. */
export interface Contract {
  /** For `Server.addService`: requests are decoded, replies are ready bytes. */
  service: ServiceDefinition;
  /** A `ProcessingResponse` as bytes, by the generated encoder: for what is made once. */
  encodeReply(reply: object): Buffer;
  decodeRequest(bytes: Buffer): ProcessingRequest;
}

/**
 * Loads the contract. Replies pass the gRPC layer as ready bytes, so that the constant ones are encoded once; requests
 * are decoded by hand, which is cheaper. Throws when `envoy-protos/` is not beside the program.
 */
export function loadContract(): Contract {
  const definition = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [PROTOS] });
  const service = definition[SERVICE] as ServiceDefinition;
  const process = service['Process'] as MethodDefinition<ProcessingRequest, object>;
  return {
    service: {
      Process: { ...process, responseSerialize: (reply: Buffer) => reply, requestDeserialize: decodeProcessingRequest },
    } as unknown as ServiceDefinition,
    encodeReply: process.responseSerialize,
    decodeRequest: decodeProcessingRequest,
  };
}
