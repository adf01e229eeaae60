import { fileURLToPath } from 'node:url';
import {
  type ClientDuplexStream,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceDefinition,
  type StatusObject,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { MessageKind, ProcessingRequest, StructValue } from '../../../src/wire/messages.js';

/** A `ProcessingResponse` as a client decodes it: absent members absent. */
export interface ProcessingReply {
  requestHeaders?: HeadersReply;
  responseHeaders?: HeadersReply;
  requestBody?: object;
  responseBody?: object;
  requestTrailers?: object;
  responseTrailers?: object;
  modeOverride?: Record<string, number>;
  dynamicMetadata?: { fields: Record<string, { structValue: { fields: Record<string, StructValue> } }> };
}

interface HeadersReply {
  response?: { headerMutation?: { setHeaders: { header: { key: string; value?: string; rawValue: Buffer } }[] } };
}

/** One stream as Envoy would hold it. */
export interface Conversation {
  send(message: ProcessingRequest): void;
  replies: ProcessingReply[];
  /** Waits until so many replies came; rejects when the stream ends before. */
  until(count: number): Promise<ProcessingReply[]>;
  /** Sends one message and waits for its reply. */
  ask(message: ProcessingRequest): Promise<ProcessingReply>;
  /** Half-closes, as Envoy does when an exchange was aborted. */
  finish(): void;
  /** Resets, as Envoy does after a clean end. */
  reset(): void;
  /** The status with which the stream ended. */
  ended: Promise<StatusObject>;
  isOver(): boolean;
}

export interface ExtProcClient {
  open(metadata?: Record<string, string>): Conversation;
  close(): void;
}

const PROTOS = fileURLToPath(new URL('../../../envoy-protos', import.meta.url));
const service = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [PROTOS] })[
  'envoy.service.ext_proc.v3.ExternalProcessor'
] as ServiceDefinition;
const Client = makeGenericClientConstructor(service, 'ExternalProcessor');

/** Connects a client in Envoy's place. `target`: as gRPC takes it. */
export function connectClient(target: string): ExtProcClient {
  const client = new Client(target, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  return {
    open(values = {}) {
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(values)) metadata.set(key, value);
      const open = client['Process'] as (metadata: Metadata) => ClientDuplexStream<ProcessingRequest, ProcessingReply>;
      return converse(open.call(client, metadata));
    },
    close: () => client.close(),
  };
}

function converse(stream: ClientDuplexStream<ProcessingRequest, ProcessingReply>): Conversation {
  const replies: ProcessingReply[] = [];
  const waiting: { count: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  let over = false;
  const settle = () => {
    for (const { count, resolve, reject } of waiting) {
      if (replies.length >= count) resolve();
      else if (over) reject(new Error(`the stream ended after ${replies.length} replies of ${count}`));
    }
  };
  stream.on('data', (reply) => {
    replies.push(reply);
    settle();
  });
  const ended = new Promise<StatusObject>((resolve) => stream.on('status', resolve));
  stream.on('error', () => undefined); // the status says it
  void ended.then(() => {
    over = true;
    settle();
  });
  const until = (count: number) =>
    new Promise<ProcessingReply[]>((resolve, reject) => {
      waiting.push({ count, resolve: () => resolve(replies), reject });
      settle();
    });
  return {
    send: (message) => void stream.write(message),
    replies,
    until,
    async ask(message) {
      const place = replies.length;
      stream.write(message);
      await until(place + 1);
      return replies[place] as ProcessingReply;
    },
    finish: () => stream.end(),
    reset: () => stream.cancel(),
    ended,
    isOver: () => over,
  };
}

/** The kind of a reply. */
export function replyKind(reply: ProcessingReply): MessageKind | undefined {
  const kinds: MessageKind[] = [
    'requestHeaders',
    'requestBody',
    'requestTrailers',
    'responseHeaders',
    'responseBody',
    'responseTrailers',
  ];
  return kinds.find((kind) => reply[kind] != null);
}

/** The dynamic metadata of a reply as plain values; empty when it has none. */
export function metadataOf(
  reply: ProcessingReply,
  namespace = 'io.envoy.ai_gateway',
): Record<string, string | number | boolean | undefined> {
  const fields = reply.dynamicMetadata?.fields[namespace]?.structValue.fields ?? {};
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value.stringValue ?? value.numberValue ?? value.boolValue]),
  );
}
