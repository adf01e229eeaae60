import type { MetadataValues } from '../model/metadata.js';
import type { Reply } from '../model/reply.js';
import type { Contract } from './contract.js';
import type { MessageKind, StructValue } from './messages.js';

/**
 * What we ask Envoy to send of a GenAI call. The user's `allowed_override_modes` must name exactly this
 * (request_header_mode aside), or Envoy drops the whole override without a word.
 */
const OBSERVE = {
  requestBodyMode: 1, // STREAMED
  responseHeaderMode: 1, // SEND
  responseBodyMode: 1, // STREAMED
  requestTrailerMode: 1, // SEND: with SKIP a body that ends in trailers has no end of stream at all
  responseTrailerMode: 1, // SEND
};

const KINDS: readonly MessageKind[] = [
  'requestHeaders',
  'requestBody',
  'requestTrailers',
  'responseHeaders',
  'responseBody',
  'responseTrailers',
];

/** Encodes replies; the plain "go on" of each kind is made once. */
export type ReplyEncoder = (kind: MessageKind, reply: Reply) => Buffer;

/** Makes the reply encoder of a namespace of dynamic metadata. */
export function createReplyEncoder(contract: Contract, namespace: string): ReplyEncoder {
  const plain = new Map(KINDS.map((kind) => [kind, contract.encodeReply({ [kind]: {} })]));
  return (kind, reply) => {
    const setsHeaders = kind === 'requestHeaders' && reply.headers !== undefined && reply.headers.length > 0;
    const overrides = kind === 'requestHeaders' && reply.observe === true;
    if (!setsHeaders && !overrides && reply.metadata === undefined) return plain.get(kind) as Buffer;
    return contract.encodeReply({
      [kind]: setsHeaders ? { response: { headerMutation: { setHeaders: headerOptions(reply.headers ?? []) } } } : {},
      ...(overrides ? { modeOverride: OBSERVE } : undefined),
      ...(reply.metadata ? { dynamicMetadata: metadataStruct(namespace, reply.metadata) } : undefined),
    });
  };
}

/** Only `raw_value` counts: a header set through `value` arrives empty. */
function headerOptions(headers: readonly (readonly [string, string])[]): object[] {
  return headers.map(([key, value]) => ({ header: { key, rawValue: Buffer.from(value) } }));
}

function metadataStruct(namespace: string, values: MetadataValues): object {
  const fields: Record<string, StructValue> = Object.create(null);
  for (const [key, value] of values) {
    if (typeof value === 'string') fields[key] = { stringValue: value };
    else if (typeof value === 'number') fields[key] = { numberValue: value };
    else fields[key] = { boolValue: value };
  }
  return { fields: { [namespace]: { structValue: { fields } } } };
}
