import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProcessingRequest } from '../../../src/wire/messages.js';
import { decodeProcessingRequest } from '../../../src/wire/request-decoder.js';
import type { FuzzTarget } from '../engine/fuzz-target.js';
import { assertSame, assertThat } from './assert.js';
import { isWellFormed } from './well-formed.js';

const PROTOS = fileURLToPath(new URL('../../../envoy-protos', import.meta.url));
const loaded = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [PROTOS] });
const generated = (loaded['envoy.service.ext_proc.v3.ExternalProcessor'] as ServiceDefinition)[
  'Process'
] as MethodDefinition<object, object>;

const header = (key: string, value: string) => ({ key, rawValue: Buffer.from(value) });
const MESSAGES = [
  {
    requestHeaders: { headers: { headers: [header(':path', '/v1/chat/completions'), header('x', 'ü')] } },
    attributes: {
      'envoy.filters.http.ext_proc': {
        fields: {
          'request.path': { stringValue: '/v1' },
          'response.code': { numberValue: 200 },
          'connection.mtls': { boolValue: true },
          'xds.node': { structValue: { fields: { a: { listValue: { values: [{ nullValue: 0 }] } } } } },
        },
      },
    },
    protocolConfig: { requestBodyMode: 1, responseBodyMode: 4 },
    metadataContext: { filterMetadata: { a: { fields: { b: { numberValue: 1 } } } } },
  },
  { requestBody: { body: Buffer.from('{"model":"m"}'), endOfStream: true } },
  { responseHeaders: { headers: { headers: [header(':status', '200')] }, endOfStream: true }, observabilityMode: true },
  { responseBody: { body: Buffer.from('data: {}\n\n') } },
  { responseTrailers: {} },
  { requestTrailers: {} },
];

/** Bytes that hurt a decoder: groups in groups, numbers that never end, lengths that lie, names that objects treat specially. */
const HOSTILE = [
  Buffer.alloc(4000, 0x0b),
  Buffer.alloc(4000, 0x13),
  Buffer.from('12ffffffff0f00', 'hex'),
  Buffer.from('12808080808080808080808001', 'hex'),
  Buffer.from('22ffffffffffffffff7f', 'hex'),
  Buffer.from('5080808080808080808001', 'hex'),
  Buffer.from('4a150a0178121012' + '0e0a095f5f70726f746f5f5f120122', 'hex'),
];

/** Envoy's messages, against the generated decoder. */
export const requestDecoder: FuzzTarget = {
  name: 'request-decoder',
  seeds: () => [...MESSAGES.map((message) => generated.requestSerialize(message)), ...HOSTILE],
  words: ['\x12\x00', '\x22\x02\x0a\x00', '\x0b', '\x0c', '\x80\x80\x80\x80\x01', '\x7f', '__proto__'],
  run(input) {
    const ours = attempt(() => decodeProcessingRequest(input));
    if (ours instanceof Error) assertThat(ours instanceof RangeError, `it refuses with a RangeError: ${ours.stack}`);
    else
      assertThat(JSON.stringify(ours).length <= 40 * input.length + 1000, 'the message is not larger than its bytes');
    assertThat(({} as Record<string, unknown>)['stringValue'] === undefined, 'no prototype is changed');
    if (!isWellFormed(input)) return;
    const theirs = attempt(() => generated.requestDeserialize(input));
    assertThat(!(ours instanceof Error) && !(theirs instanceof Error), `what is well-formed is read: ${ours}`);
    assertSame(plain(ours), plain(theirs), 'the generated decoder');
  },
};

function attempt<Value>(work: () => Value): Value | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}

/** What both must agree on: trailers are there or not, an empty list of headers may be absent, what is not read is left out. */
function plain(message: object | Error): unknown {
  const { requestHeaders, responseHeaders, requestBody, responseBody, observabilityMode, protocolConfig, ...rest } =
    message as ProcessingRequest;
  const trailers = { request: rest.requestTrailers != null, response: rest.responseTrailers != null };
  const headers = [requestHeaders, responseHeaders].map(
    (one) => one && { list: one.headers?.headers ?? [], end: one.endOfStream === true },
  );
  const attributes = Object.entries(rest.attributes ?? {}).map(([filter, { fields }]) => [
    filter,
    Object.entries(fields ?? {}).map(([name, value]) => [name, leafOf(value)]),
  ]);
  const bodies = [requestBody, responseBody].map(
    (one) => one && { body: one.body ?? Buffer.alloc(0), end: one.endOfStream === true },
  );
  return JSON.parse(
    JSON.stringify({ headers, bodies, attributes, trailers, observe: observabilityMode === true, protocolConfig }),
  );
}

/** A text, a number or a boolean; anything else is an empty value. */
function leafOf(value: unknown): unknown {
  const { stringValue, numberValue, boolValue } = (value ?? {}) as Record<string, unknown>;
  return { stringValue, numberValue, boolValue };
}
