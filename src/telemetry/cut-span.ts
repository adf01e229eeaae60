import type { Attributes } from '@opentelemetry/api';
import {
  CONTENT_CHARACTERS,
  type Content,
  contentsOfAttributes,
  MARKER_BYTES,
  shortenContents,
  shortened,
  TRUNCATED_ATTRIBUTE,
} from './cut-content.js';
import { type EncodableSpan, type MeasuredSpan, measureSpan } from './span-encoder.js';

/**
 * Brings a span under `maxBytes` by cutting its largest texts and dropping its largest arrays, largest first, so that
 * it does not make a collector refuse the whole batch it is in. `undefined` when that does not help.
 */
export function cutSpan(measured: MeasuredSpan, maxBytes: number): MeasuredSpan | undefined {
  const copy = copyOf(measured.span);
  copy.attributes[TRUNCATED_ATTRIBUTE] = true;
  if (!shortenContents(contentsOf(copy), measured.bytes + MARKER_BYTES - maxBytes)) return undefined;
  const cut = measureSpan(copy);
  return cut.bytes <= maxBytes ? cut : undefined;
}

type SpanCopy = EncodableSpan & { droppedAttributesCount: number };

function copyOf(span: EncodableSpan): SpanCopy {
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    parentSpanContext: span.parentSpanContext,
    startTime: span.startTime,
    endTime: span.endTime,
    status: { ...span.status },
    attributes: { ...span.attributes },
    events: span.events.map((event) => ({ ...event, attributes: { ...event.attributes } })),
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
  } as SpanCopy;
}

function contentsOf(span: SpanCopy): Content[] {
  const contents = contentsOfAttributes(span.attributes, () => span.droppedAttributesCount++);
  for (const event of span.events) contents.push(...contentsOfAttributes(event.attributes as Attributes, () => {}));
  const message = span.status.message;
  if (message !== undefined && message.length > CONTENT_CHARACTERS) {
    contents.push({
      bytes: Buffer.byteLength(message),
      shorten(over) {
        span.status.message = shortened(message, over);
      },
    });
  }
  return contents;
}
