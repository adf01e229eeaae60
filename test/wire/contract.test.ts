import { fileURLToPath } from 'node:url';
import { load } from '@grpc/proto-loader';
import { describe, expect, test } from 'vitest';
import { loadContract } from '../../src/wire/contract.js';
import type { MessageKind } from '../../src/wire/messages.js';
import { messageKind } from '../../src/wire/messages.js';
import { createReplyEncoder } from '../../src/wire/replies.js';

const PROTOS = fileURLToPath(new URL('../../envoy-protos', import.meta.url));
const contract = loadContract();
const encode = createReplyEncoder(contract, 'io.envoy.ai_gateway');
const KINDS: MessageKind[] = [
  'requestHeaders',
  'requestBody',
  'requestTrailers',
  'responseHeaders',
  'responseBody',
  'responseTrailers',
];

interface DecodedReply {
  [kind: string]: unknown;
  modeOverride?: object;
  dynamicMetadata?: { fields: Record<string, { structValue: { fields: object } }> };
}

/** The other end's view: replies decoded, requests encoded. */
const definition = await load('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [PROTOS] });
const process = (definition['envoy.service.ext_proc.v3.ExternalProcessor'] as never)['Process'] as {
  responseDeserialize(bytes: Buffer): DecodedReply;
  requestSerialize(message: object): Buffer;
};

/** Plain values, Buffers as text. */
function decoded(bytes: Buffer): DecodedReply {
  return JSON.parse(
    JSON.stringify(process.responseDeserialize(bytes), (_key, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString() : value,
    ),
  );
}

describe('replies', () => {
  test.each(KINDS)('"go on" to %s says its kind and nothing else', (kind) => {
    expect(decoded(encode(kind, {}))).toEqual({ [kind]: {} });
    expect(decoded(encode(kind, { end: true }))).toEqual({ [kind]: {} });
    // made once
    expect(encode(kind, {})).toBe(encode(kind, {}));
  });

  test('the override has exactly the five members that allowed_override_modes must name', () => {
    expect(decoded(encode('requestHeaders', { observe: true }))).toEqual({
      requestHeaders: {},
      modeOverride: {
        requestBodyMode: 1,
        responseHeaderMode: 1,
        responseBodyMode: 1,
        requestTrailerMode: 1,
        responseTrailerMode: 1,
      },
    });
    expect(decoded(encode('requestHeaders', { observe: false }))).toEqual({ requestHeaders: {} });
  });

  test('headers are set by raw_value only, and never appended', () => {
    const reply = decoded(
      encode('requestHeaders', {
        headers: [
          ['traceparent', '00-a-b-01'],
          ['tracestate', 'ü'],
        ],
      }),
    );
    expect(reply).toEqual({
      requestHeaders: {
        response: {
          headerMutation: {
            setHeaders: [
              { header: { key: 'traceparent', rawValue: '00-a-b-01' } },
              { header: { key: 'tracestate', rawValue: 'ü' } },
            ],
          },
        },
      },
    });
    expect(decoded(encode('requestHeaders', { headers: [] }))).toEqual({ requestHeaders: {} });
  });

  test.each(KINDS.filter((kind) => kind !== 'requestHeaders'))('%s takes neither headers nor an override', (kind) => {
    expect(decoded(encode(kind, { observe: true, headers: [['traceparent', 'x']] }))).toEqual({ [kind]: {} });
  });

  test.each(KINDS)('metadata of %s keep their types, under the namespace', (kind) => {
    const metadata = new Map<string, string | number | boolean>([
      ['request_model', 'gpt-4o ü'],
      ['llm_input_token', 0],
      ['big', 1_234_567_890_123],
      ['token_latency_itl', 0.25],
      ['sampled', false],
      ['session.id', ''],
      ['__proto__', 'x'],
    ]);
    const reply = process.responseDeserialize(encode(kind, { metadata }));
    const fields = (reply.dynamicMetadata?.fields['io.envoy.ai_gateway']?.structValue.fields ?? {}) as Record<
      string,
      object
    >;
    expect(Object.keys(reply.dynamicMetadata?.fields ?? {})).toEqual(['io.envoy.ai_gateway']);
    expect(reply[kind]).toBeDefined();
    expect(JSON.parse(JSON.stringify(fields))).toMatchObject({
      request_model: { stringValue: 'gpt-4o ü' },
      llm_input_token: { numberValue: 0 },
      big: { numberValue: 1_234_567_890_123 },
      token_latency_itl: { numberValue: 0.25 },
      sampled: { boolValue: false },
      'session.id': { stringValue: '' },
    });
  });

  test('everything at once', () => {
    const reply = decoded(
      encode('requestHeaders', { observe: true, headers: [['a', 'b']], metadata: new Map([['k', 'v']]) }),
    );
    expect(Object.keys(reply).sort()).toEqual(['dynamicMetadata', 'modeOverride', 'requestHeaders']);
  });
});

describe('messages', () => {
  const roundTrip = (message: object) => contract.decodeRequest(process.requestSerialize(message));

  test('an empty body is absent, and its kind is known all the same', () => {
    const message = roundTrip({ responseBody: { endOfStream: true } });
    expect(message.responseBody?.body).toBeUndefined();
    expect(message.responseBody?.endOfStream).toBe(true);
    expect(messageKind(message)).toBe('responseBody');
    expect(messageKind(roundTrip({ requestBody: {} }))).toBe('requestBody');
  });

  test.each(KINDS)('%s is told from the others', (kind) => expect(messageKind(roundTrip({ [kind]: {} }))).toBe(kind));

  test('one of no kind has none', () => expect(messageKind(roundTrip({}))).toBeUndefined());

  test('headers, attributes and the mode come through', () => {
    const message = roundTrip({
      requestHeaders: { headers: { headers: [{ key: ':path', rawValue: Buffer.from('/ü') }] }, endOfStream: true },
      attributes: { 'envoy.filters.http.ext_proc': { fields: { 'xds.cluster_name': { stringValue: 'llm' } } } },
      protocolConfig: { requestBodyMode: 1, responseBodyMode: 4 },
      observabilityMode: true,
    });
    const [header] = message.requestHeaders?.headers?.headers ?? [];
    expect([header?.key, Buffer.from(header?.rawValue ?? []).toString()]).toEqual([':path', '/ü']);
    expect(message.protocolConfig).toEqual({ requestBodyMode: 1, responseBodyMode: 4 });
    expect(message.observabilityMode).toBe(true);
    expect(message.attributes?.['envoy.filters.http.ext_proc']?.fields?.['xds.cluster_name']?.stringValue).toBe('llm');
  });

  test('unknown fields and garbage do no harm', () => {
    expect(messageKind(contract.decodeRequest(Buffer.from([0x9a, 0x06, 0x01, 0x61, 0x2a, 0x00])))).toBe('responseBody');
    expect(() => contract.decodeRequest(Buffer.from([0x12, 0xff]))).toThrow();
  });
});
