import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reply } from '../../src/model/reply.js';
import { loadContract } from '../../src/wire/contract.js';
import type { MessageKind, ProcessingRequest } from '../../src/wire/messages.js';
import { createReplyEncoder } from '../../src/wire/replies.js';

/** The generated codec of the same contract: what ours must agree with. */
const PROTOS = fileURLToPath(new URL('../../envoy-protos', import.meta.url));
const loaded = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [PROTOS] });
const generated = (loaded['envoy.service.ext_proc.v3.ExternalProcessor'] as ServiceDefinition)[
  'Process'
] as MethodDefinition<object, object>;

const contract = loadContract();
const text = fc.string({ unit: 'grapheme', maxLength: 80 });
const longText = fc.tuple(text, fc.integer({ min: 1, max: 40 })).map(([part, times]) => part.repeat(times));
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const some = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const RUNS = { numRuns: 300 };

describe('requests', () => {
  const headers = fc.record({
    headers: some(fc.record({ headers: fc.array(fc.record({ key: text, rawValue: bytes }), { minLength: 1 }) })),
    endOfStream: some(fc.boolean()),
  });
  const body = fc.record({ body: some(bytes), endOfStream: some(fc.boolean()) });
  const value = fc.oneof(
    fc.record({ stringValue: longText }),
    fc.record({ numberValue: fc.double({ noNaN: true }) }),
    fc.record({ boolValue: fc.boolean() }),
  );
  const key = text.filter((name) => name !== '__proto__');
  const attributes = fc.dictionary(
    key,
    fc.record({ fields: fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true }) }),
    { minKeys: 1, noNullPrototype: true },
  );
  const kind = fc.oneof(
    fc.record({ requestHeaders: headers }),
    fc.record({ responseHeaders: headers }),
    fc.record({ requestBody: body }),
    fc.record({ responseBody: body }),
    fc.constant({ requestTrailers: {} }),
    fc.constant({ responseTrailers: {} }),
    fc.constant({}),
  );
  const rest = fc.record({
    metadataContext: some(bytes),
    attributes: some(attributes),
    observabilityMode: some(fc.boolean()),
    protocolConfig: some(
      fc.record({ requestBodyMode: fc.integer({ min: 0, max: 5 }), responseBodyMode: fc.integer({ min: 0, max: 5 }) }),
    ),
  });
  const message = fc.tuple(kind, rest).map(([one, other]) => prune({ ...one, ...other }) as ProcessingRequest);
  /** Fields that we do not read: what a later Envoy may add. */
  const unread = fc.constantFrom('', 'a006ac02', 'a1060102030405060708', 'a50601020304');

  test('are decoded as the generated decoder does', () => {
    fc.assert(
      fc.property(message, unread, (sent, more) => {
        const wire = Buffer.concat([generated.requestSerialize(sent), Buffer.from(more, 'hex')]);
        expect(plain(contract.decodeRequest(wire))).toEqual(plain(generated.requestDeserialize(wire)));
      }),
      RUNS,
    );
  });

  test('that are cut or are no messages are refused or read as far as the generated decoder reads them, never past their end', () => {
    fc.assert(
      fc.property(message, fc.nat(), bytes, (sent, cut, noise) => {
        const whole = generated.requestSerialize(sent);
        for (const wire of [whole.subarray(0, cut % (whole.length + 1)), noise]) {
          const outcome = attempt(() => contract.decodeRequest(wire));
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(RangeError);
          else expect(JSON.stringify(outcome).length).toBeLessThan(20 * wire.length + 1000);
        }
        const cutShort = whole.subarray(0, cut % (whole.length + 1));
        const theirs = attempt(() => generated.requestDeserialize(cutShort));
        if (!(theirs instanceof Error)) expect(plain(contract.decodeRequest(cutShort))).toEqual(plain(theirs));
        else expect(() => contract.decodeRequest(cutShort)).toThrow(RangeError);
      }),
      RUNS,
    );
  });

  test('with a name that objects treat specially', () => {
    const fields = Object.fromEntries([['__proto__', { stringValue: 'x' }]]);
    const wire = generated.requestSerialize({ requestHeaders: {}, attributes: { filter: { fields } } });
    const decoded = contract.decodeRequest(wire);
    expect(Object.keys(decoded.attributes?.['filter']?.fields ?? {}).length).toBeLessThanOrEqual(1);
    expect(({} as Record<string, unknown>)['stringValue']).toBeUndefined();
  });
});

describe('replies', () => {
  const kinds: MessageKind[] = [
    'requestHeaders',
    'requestBody',
    'requestTrailers',
    'responseHeaders',
    'responseBody',
    'responseTrailers',
  ];
  const metadata = fc
    .array(fc.tuple(longText, fc.oneof(longText, fc.double({ noNaN: true }), fc.nat(), fc.boolean())), {
      maxLength: 20,
    })
    .map((entries) => new Map(entries.filter(([name]) => name !== '__proto__')));
  const reply: fc.Arbitrary<Reply> = fc
    .record({
      observe: some(fc.boolean()),
      headers: some(fc.array(fc.tuple(text, longText), { maxLength: 4 })),
      metadata: some(metadata),
    })
    .map((one) => prune(one) as Reply);

  test('are what the generated encoder makes of the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), reply, longText, (kind, one, namespace) => {
        const wire = createReplyEncoder(contract, namespace)(kind, one);
        expect(generated.responseDeserialize(wire)).toEqual(
          generated.responseDeserialize(generated.responseSerialize(asMessage(kind, one, namespace))),
        );
      }),
      RUNS,
    );
  });

  test('that say nothing are made once', () => {
    const encode = createReplyEncoder(contract, 'n');
    for (const kind of kinds) expect(encode(kind, {})).toBe(encode(kind, {}));
  });
});

/** A reply as the generated encoder takes it. */
function asMessage(kind: MessageKind, reply: Reply, namespace: string): object {
  const first = kind === 'requestHeaders';
  const setHeaders = (reply.headers ?? []).map(([key, value]) => ({ header: { key, rawValue: Buffer.from(value) } }));
  const fields = Object.fromEntries(
    [...(reply.metadata ?? [])].map(([key, value]) => [
      key,
      { [`${typeof value}Value`.replace('boolean', 'bool')]: value },
    ]),
  );
  return {
    [kind]: first && setHeaders.length > 0 ? { response: { headerMutation: { setHeaders } } } : {},
    ...(first && reply.observe
      ? {
          modeOverride: {
            requestBodyMode: 1,
            responseHeaderMode: 1,
            responseBodyMode: 1,
            requestTrailerMode: 1,
            responseTrailerMode: 1,
          },
        }
      : {}),
    ...(reply.metadata ? { dynamicMetadata: { fields: { [namespace]: { structValue: { fields } } } } } : {}),
  };
}

function attempt<Value>(work: () => Value): Value | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}

/** Without members that are undefined, at any depth. */
function prune(value: object): object {
  if (Array.isArray(value) || Buffer.isBuffer(value) || value instanceof Map) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, typeof member === 'object' && member !== null ? prune(member) : member]),
  );
}

/** What both decoders must agree on: what is empty may be absent, trailers are not read, bytes are bytes. */
function plain(message: object): unknown {
  const { requestTrailers, responseTrailers, metadataContext, ...others } = message as ProcessingRequest;
  const rest = metadataContext?.length ? { ...others, metadataContext } : others;
  const trailers = { request: requestTrailers != null, response: responseTrailers != null };
  return JSON.parse(JSON.stringify({ ...rest, trailers }));
}
