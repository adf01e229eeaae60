/**
 * The yardstick: an ext_proc server that does nothing, on the same gRPC stack as the sidecar.
 * Frozen: figures are comparable over time only as long as this file stays as it is.
 *
 * It answers a request's headers with the mode override that the sidecar sends, and every other message with an
 * empty reply of its kind. Usage: node bench/noop.mjs HOST:PORT
 */
import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { HealthImplementation } from 'grpc-health-check';

const protos = fileURLToPath(new URL('../envoy-protos', import.meta.url));
const definition = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [protos] });
const { ExternalProcessor } = loadPackageDefinition(definition).envoy.service.ext_proc.v3;

const REQUEST_HEADERS = {
  requestHeaders: {},
  modeOverride: {
    requestBodyMode: 'STREAMED',
    responseHeaderMode: 'SEND',
    responseBodyMode: 'STREAMED',
    requestTrailerMode: 'SEND',
    responseTrailerMode: 'SEND',
  },
};
const REQUEST_BODY = { requestBody: {} };
const RESPONSE_HEADERS = { responseHeaders: {} };
const RESPONSE_BODY = { responseBody: {} };
const REQUEST_TRAILERS = { requestTrailers: {} };
const RESPONSE_TRAILERS = { responseTrailers: {} };

function handle(call) {
  call.on('data', (message) => {
    if (message.responseBody) call.write(RESPONSE_BODY);
    else if (message.requestBody) call.write(REQUEST_BODY);
    else if (message.requestHeaders) call.write(REQUEST_HEADERS);
    else if (message.responseHeaders) call.write(RESPONSE_HEADERS);
    else if (message.requestTrailers) call.write(REQUEST_TRAILERS);
    else if (message.responseTrailers) call.write(RESPONSE_TRAILERS);
    else call.end();
  });
  call.on('end', () => call.end());
  call.on('error', () => {});
}

const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
server.addService(ExternalProcessor.service, { Process: handle });
new HealthImplementation({ '': 'SERVING' }).addToServer(server);

const address = process.argv[2];
server.bindAsync(address, ServerCredentials.createInsecure(), (error) => {
  if (error) {
    console.error(`noop: cannot listen on ${address}: ${error.message}`);
    process.exit(1);
  }
  console.log(`listening on ${address}`);
});

// an exit of its own, so that a CPU profile is written
process.on('SIGTERM', () => process.exit(0));
