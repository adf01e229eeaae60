import type { Attributes } from '@opentelemetry/api';
import { BackwardWriter } from '../util/backward-writer.js';
import { fieldSize, ProtobufWriter } from '../util/protobuf-writer.js';
import { writeAttributes } from './attribute-encoder.js';

/*
 * Spans and log records travel in requests of the same shape: resource, scope, items, in the same fields (trace.proto, logs.proto).
 */

/** What stands before the items in every request of this process: who speaks, and through which scope. */
export interface RequestEnvelope {
  /** `ResourceSpans.resource`, `ResourceLogs.resource` (field 1). */
  resource: Buffer;
  /** `ScopeSpans.scope`, `ScopeLogs.scope` (field 1). */
  scope: Buffer;
}

/** Encodes the constant part of all requests once. */
export function encodeEnvelope(resource: Attributes, scope: { name: string; version: string }): RequestEnvelope {
  const writer = new BackwardWriter();
  writeAttributes(writer, resource, 1);
  writer.lengthKey(1, 0);
  const resourceBytes = writer.finish();
  writer.text(scope.version);
  writer.key(2, 2);
  writer.text(scope.name);
  writer.key(1, 2);
  writer.lengthKey(1, 0);
  return { resource: resourceBytes, scope: writer.finish() };
}

/** Bytes that a request has besides its items, at most; the lengths before them take up to four bytes each. */
export function envelopeSize(envelope: RequestEnvelope): number {
  return envelope.resource.length + envelope.scope.length + 12;
}

/** Joins encoded items to one ExportTraceServiceRequest or ExportLogsServiceRequest. */
export function encodeRequest(envelope: RequestEnvelope, items: readonly Buffer[]): Buffer {
  let scopeItems = envelope.scope.length;
  for (const item of items) scopeItems += item.length;
  const resourceItems = envelope.resource.length + fieldSize(scopeItems);
  const writer = new ProtobufWriter(fieldSize(resourceItems));
  writer.tag(1, 2);
  writer.varint(resourceItems);
  writer.raw(envelope.resource);
  writer.tag(2, 2);
  writer.varint(scopeItems);
  writer.raw(envelope.scope);
  for (const item of items) writer.raw(item);
  return writer.bytes;
}
