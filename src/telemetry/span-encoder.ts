import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { fieldSize, ProtobufWriter, utf8Length, varintSize } from '../util/protobuf-writer.js';
import { attributesSize, writeAttributes } from './attribute-encoder.js';
import { type EndedSpan, traceStateOf } from './ended-span.js';

/*
 * OTLP trace.proto, written span by span when a span ends. The SDK's serializer takes a whole batch at once and walks
 * every text three times in JavaScript: 10 ms of a blocked event loop for each MiB, and only an estimate of the size
 * before. Here the size is exact before a byte is written, the work is spread over the calls, and a batch is a copy.
 */

/** A span measured: everything that writing it needs. */
export interface MeasuredSpan {
  span: EndedSpan;
  /** Bytes of the encoded span with its key and length, as {@link encodeSpan} will return it. */
  bytes: number;
  content: number;
  sizes: number[];
  traceState: string;
}

/** Bit 8: bit 9 is meaningful; bit 9: the parent is remote (trace.proto, SpanFlags). */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** Measures a span in its OTLP encoding; costs a native length count per text. */
export function measureSpan(span: EndedSpan): MeasuredSpan {
  const sizes: number[] = [];
  const traceState = traceStateOf(span);
  const nameBytes = utf8Length(span.name);
  const messageBytes = utf8Length(messageOf(span));
  // ids 18 + 10, kind 2, times 18, flags 1 (two-byte key) + 1 + 4
  let content = 18 + 10 + 2 + 18 + 6;
  content += fieldSize(nameBytes) + optionalTextSize(traceState);
  if (span.parent !== undefined) content += 10;
  content += attributesSize(span.attributes, sizes);
  content += optionalCountSize(span.droppedAttributesCount) + optionalCountSize(span.droppedEventsCount);
  for (const event of span.events) {
    const at = sizes.length;
    sizes.push(0, utf8Length(event.name));
    const attributes = attributesSize(event.attributes, sizes);
    const dropped = optionalCountSize(event.droppedAttributesCount);
    const eventBytes = 9 + fieldSize(sizes[at + 1] as number) + attributes + dropped;
    sizes[at] = eventBytes;
    content += fieldSize(eventBytes);
  }
  const statusBytes = (messageBytes > 0 ? fieldSize(messageBytes) : 0) + 2;
  content += fieldSize(statusBytes);
  sizes.push(messageBytes, statusBytes, nameBytes);
  return { span, bytes: fieldSize(content), content, sizes, traceState };
}

/** Encodes a measured span as one entry of `ScopeSpans.spans` (field 2), ready to be joined into a request. */
export function encodeSpan(measured: MeasuredSpan): Buffer {
  const { span, sizes, traceState } = measured;
  const writer = new ProtobufWriter(measured.bytes);
  const nameBytes = sizes[sizes.length - 1] as number;
  writer.tag(2, 2);
  writer.varint(measured.content);
  writer.tag(1, 2);
  writer.hex(span.traceId);
  writer.tag(2, 2);
  writer.hex(span.spanId);
  writeOptionalText(writer, 3, traceState);
  if (span.parent !== undefined) {
    writer.tag(4, 2);
    writer.hex(span.parent.spanId);
  }
  writer.tag(5, 2);
  writer.text(span.name, nameBytes);
  writer.tag(6, 0);
  // the API's kinds begin at 0 with INTERNAL, OTLP's at 1 after UNSPECIFIED
  writer.varint(SpanKind[span.kind] + 1);
  writer.tag(7, 1);
  writer.epochNanos(span.startTime);
  writer.tag(8, 1);
  writer.epochNanos(span.endTime);
  let cursor = writeAttributes(writer, span.attributes, 9, sizes, 0);
  writeOptionalCount(writer, 10, span.droppedAttributesCount);
  for (const event of span.events) {
    writer.tag(11, 2);
    writer.varint(sizes[cursor] as number);
    writer.tag(1, 1);
    writer.epochNanos(event.time);
    writer.tag(2, 2);
    writer.text(event.name, sizes[cursor + 1] as number);
    cursor = writeAttributes(writer, event.attributes, 3, sizes, cursor + 2);
    writeOptionalCount(writer, 4, event.droppedAttributesCount);
  }
  writeOptionalCount(writer, 12, span.droppedEventsCount);
  writer.tag(15, 2);
  writer.varint(sizes[cursor + 1] as number);
  const message = messageOf(span);
  if (message !== '') {
    writer.tag(2, 2);
    writer.text(message, sizes[cursor] as number);
  }
  writer.tag(3, 0);
  writer.varint(SpanStatusCode[span.status.code]);
  writer.tag(16, 5);
  writer.fixed32(TraceFlags.SAMPLED | HAS_IS_REMOTE | (span.parent?.isRemote === true ? IS_REMOTE : 0));
  return writer.bytes;
}

function messageOf({ status }: EndedSpan): string {
  return status.code === 'ERROR' ? status.message : '';
}

function optionalTextSize(text: string): number {
  return text === '' ? 0 : fieldSize(utf8Length(text));
}

function writeOptionalText(writer: ProtobufWriter, field: number, text: string): void {
  if (text === '') return;
  writer.tag(field, 2);
  writer.text(text, utf8Length(text));
}

function optionalCountSize(count: number): number {
  return count === 0 ? 0 : 1 + varintSize(count);
}

function writeOptionalCount(writer: ProtobufWriter, field: number, count: number): void {
  if (count === 0) return;
  writer.tag(field, 0);
  writer.varint(count);
}
