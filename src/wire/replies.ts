import type { Reply } from '../model/reply.js';
import { utf8Length } from '../util/protobuf-writer.js';
import type { Contract } from './contract.js';
import type { MessageKind } from './messages.js';
import { encodeProcessingResponse } from './reply-encoder.js';

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

/** The replies' numbers in the oneof of `ProcessingResponse`. */
const KINDS = {
  requestHeaders: 1,
  responseHeaders: 2,
  requestBody: 3,
  responseBody: 4,
  requestTrailers: 5,
  responseTrailers: 6,
} as const satisfies Record<MessageKind, number>;

/** Encodes replies; the plain "go on" of each kind is made once. */
export type ReplyEncoder = (kind: MessageKind, reply: Reply) => Buffer;

/** Makes the reply encoder of a namespace of dynamic metadata. */
export function createReplyEncoder(contract: Contract, namespace: string): ReplyEncoder {
  const plain = Object.fromEntries(
    Object.keys(KINDS).map((kind) => [kind, contract.encodeReply({ [kind]: {} })]),
  ) as Record<MessageKind, Buffer>;
  const modeOverride = contract.encodeReply({ modeOverride: OBSERVE });
  const surroundings = { name: namespace, bytes: utf8Length(namespace) };
  return (kind, reply) => {
    const headers = kind === 'requestHeaders' && reply.headers?.length ? reply.headers : undefined;
    const overrides = kind === 'requestHeaders' && reply.observe === true;
    if (headers === undefined && !overrides && reply.metadata === undefined) return plain[kind];
    const mode = overrides ? modeOverride : undefined;
    return encodeProcessingResponse(KINDS[kind], headers, mode, reply.metadata, surroundings);
  };
}
