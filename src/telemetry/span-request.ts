import type { Attributes } from '@opentelemetry/api';
import { attributesSize, writeAttributes } from './attribute-encoder.js';
import { fieldSize, ProtobufWriter, utf8Length } from '../util/protobuf-writer.js';

/** What stands before the spans in every request of this process: who speaks, and through which scope. */
export interface RequestEnvelope {
  /** `ResourceSpans.resource` (field 1). */
  resource: Buffer;
  /** `ScopeSpans.scope` (field 1). */
  scope: Buffer;
}

/** Encodes the constant part of all trace requests once. */
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

/** Bytes that a request has besides its spans, at most; the lengths before them take up to four bytes each. */
export function envelopeSize(envelope: RequestEnvelope): number {
  return envelope.resource.length + envelope.scope.length + 12;
}

/** Joins encoded spans to one ExportTraceServiceRequest. */
export function encodeRequest(envelope: RequestEnvelope, spans: readonly Buffer[]): Buffer {
  let scopeSpans = envelope.scope.length;
  for (const span of spans) scopeSpans += span.length;
  const resourceSpans = envelope.resource.length + fieldSize(scopeSpans);
  const writer = new ProtobufWriter(fieldSize(resourceSpans));
  writer.tag(1, 2);
  writer.varint(resourceSpans);
  writer.raw(envelope.resource);
  writer.tag(2, 2);
  writer.varint(scopeSpans);
  writer.raw(envelope.scope);
  for (const span of spans) writer.raw(span);
  return writer.bytes;
}
