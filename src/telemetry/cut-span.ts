import {
  CONTENT_CHARACTERS,
  type Content,
  contentsOfAttributes,
  MARKER_BYTES,
  shortenContents,
  shortened,
  TRUNCATED_ATTRIBUTE,
} from './cut-content.js';
import type { EndedSpan } from './ended-span.js';
import { encodeSpan } from './span-encoder.js';

/**
 * Encodes a span of `bytes` in less than `maxBytes` by cutting its largest texts and dropping its largest arrays, largest first, so
 * that it does not make a collector refuse the whole batch it is in. `undefined` when that does not help.
 */
export function cutSpan(span: EndedSpan, bytes: number, maxBytes: number): Buffer | undefined {
  const copy = copyOf(span);
  copy.attributes[TRUNCATED_ATTRIBUTE] = true;
  if (!shortenContents(contentsOf(copy), bytes + MARKER_BYTES - maxBytes)) return undefined;
  const cut = encodeSpan(copy);
  return cut.length <= maxBytes ? cut : undefined;
}

/** The same with attributes, events and status of its own. */
function copyOf(span: EndedSpan): EndedSpan {
  return {
    ...span,
    status: { ...span.status },
    attributes: { ...span.attributes },
    events: span.events.map((event) => ({ ...event, attributes: { ...event.attributes } })),
  };
}

function contentsOf(span: EndedSpan): Content[] {
  const contents = contentsOfAttributes(span.attributes, () => span.droppedAttributesCount++);
  for (const event of span.events)
    contents.push(...contentsOfAttributes(event.attributes, () => event.droppedAttributesCount++));
  const { status } = span;
  if (status.code === 'ERROR' && status.message.length > CONTENT_CHARACTERS) {
    const { message } = status;
    contents.push({
      bytes: Buffer.byteLength(message),
      shorten(over) {
        status.message = shortened(message, over);
      },
    });
  }
  return contents;
}
