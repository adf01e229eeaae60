import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { BackwardWriter } from '../util/backward-writer.js';
import { writeAttributes } from './attribute-encoder.js';
import { type EndedEvent, type EndedSpan, traceStateOf } from './ended-span.js';

/*
 * OTLP trace.proto, written span by span when a span ends. The SDK's serializer takes a whole batch at once and walks
 * every text three times in JavaScript: 10 ms of a blocked event loop for each MiB, and only an estimate of the size
 * before. Here the work is spread over the calls, and a batch is a copy.
 */

/** Bit 8: bit 9 is meaningful; bit 9: the parent is remote (trace.proto, SpanFlags). */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

const writer = new BackwardWriter();

/** Encodes a span as one entry of `ScopeSpans.spans` (field 2), ready to be joined into a request. */
export function encodeSpan(span: EndedSpan): Buffer {
  const { parent, events, status } = span;
  writer.begin();
  writer.fixed32(TraceFlags.SAMPLED | HAS_IS_REMOTE | (parent?.isRemote === true ? IS_REMOTE : 0));
  writer.key(16, 5);
  writer.varint(SpanStatusCode[status.code]);
  writer.key(3, 0);
  if (status.code === 'ERROR') writeText(2, status.message);
  writer.lengthKey(15, FLAGS_BYTES);
  writeCount(12, span.droppedEventsCount);
  for (let index = events.length - 1; index >= 0; index--) writeEvent(events[index] as EndedEvent);
  writeCount(10, span.droppedAttributesCount);
  writeAttributes(writer, span.attributes, 9);
  writeTime(span.endTime);
  writer.key(8, 1);
  writeTime(span.startTime);
  writer.key(7, 1);
  // the API's kinds begin at 0 with INTERNAL, OTLP's at 1 after UNSPECIFIED
  writer.varint(SpanKind[span.kind] + 1);
  writer.key(6, 0);
  writer.text(span.name);
  writer.key(5, 2);
  if (parent !== undefined) {
    writer.hex(parent.spanId);
    writer.key(4, 2);
  }
  writeText(3, traceStateOf(span));
  writer.hex(span.spanId);
  writer.key(2, 2);
  writer.hex(span.traceId);
  writer.key(1, 2);
  writer.lengthKey(2, 0);
  return writer.finish();
}

/** Of the flags, which stand behind the status: a key of two bytes and four. */
const FLAGS_BYTES = 6;

function writeEvent(event: EndedEvent): void {
  const before = writer.written;
  writeCount(4, event.droppedAttributesCount);
  writeAttributes(writer, event.attributes, 3);
  writer.text(event.name);
  writer.key(2, 2);
  writeTime(event.time);
  writer.key(1, 1);
  writer.lengthKey(11, before);
}

/** Epoch milliseconds to the nanosecond that their fraction says, as the SDK reads them. */
function writeTime(millis: number): void {
  writer.fixedNanos(Math.trunc(millis / 1000), Math.round((millis % 1000) * 1e6));
}

function writeText(field: number, text: string): void {
  if (text === '') return;
  writer.text(text);
  writer.key(field, 2);
}

function writeCount(field: number, count: number): void {
  if (count === 0) return;
  writer.varint(count);
  writer.key(field, 0);
}
