import type { Attributes } from '@opentelemetry/api';
import { fieldSize, ProtobufWriter, utf8Length } from '../util/protobuf-writer.js';
import { attributesSize, writeAttributes } from './attribute-encoder.js';

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
  const sizes: number[] = [];
  const resourceBytes = attributesSize(resource, sizes);
  const resourceWriter = new ProtobufWriter(fieldSize(resourceBytes));
  resourceWriter.tag(1, 2);
  resourceWriter.varint(resourceBytes);
  writeAttributes(resourceWriter, resource, 1, sizes, 0);

  const name = utf8Length(scope.name);
  const version = utf8Length(scope.version);
  const scopeBytes = fieldSize(name) + fieldSize(version);
  const scopeWriter = new ProtobufWriter(fieldSize(scopeBytes));
  scopeWriter.tag(1, 2);
  scopeWriter.varint(scopeBytes);
  scopeWriter.tag(1, 2);
  scopeWriter.text(scope.name, name);
  scopeWriter.tag(2, 2);
  scopeWriter.text(scope.version, version);
  return { resource: resourceWriter.bytes, scope: scopeWriter.bytes };
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
