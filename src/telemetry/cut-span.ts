import type { Attributes } from '@opentelemetry/api';
import { attributesSize } from './attribute-encoder.js';
import { type EncodableSpan, type MeasuredSpan, measureSpan } from './span-encoder.js';

/** Says on a span that content was left out (telemetry contract, section 6). */
const TRUNCATED_ATTRIBUTE = 'genai_extproc.content.truncated';

/** Texts below this are never cut: they are names and ids, not content. */
const CONTENT_CHARACTERS = 1024;

/** Room for {@link TRUNCATED_ATTRIBUTE} and the counts that go with a cut. */
const MARKER_BYTES = 128;

/** One place of a span that holds something large. */
interface Content {
  bytes: number;
  /** Takes at least `over` bytes out, or all there are. */
  shorten(over: number): void;
}

/**
 * Brings a span under `maxBytes` by cutting its largest texts and dropping its largest arrays, largest first, so that
 * it does not make a collector refuse the whole batch it is in. `undefined` when that does not help.
 */
export function cutSpan(measured: MeasuredSpan, maxBytes: number): MeasuredSpan | undefined {
  const copy = copyOf(measured.span);
  copy.attributes[TRUNCATED_ATTRIBUTE] = true;
  let over = measured.bytes + MARKER_BYTES - maxBytes;
  for (const content of contentsOf(copy).sort((one, other) => other.bytes - one.bytes)) {
    if (over <= 0) break;
    content.shorten(over);
    over -= content.bytes;
  }
  if (over > 0) return undefined;
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

function contentsOfAttributes(attributes: Attributes, dropped: () => void): Content[] {
  const contents: Content[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'string' && value.length > CONTENT_CHARACTERS) {
      contents.push({
        bytes: Buffer.byteLength(value),
        shorten(over) {
          attributes[key] = shortened(value, over);
        },
      });
    } else if (Array.isArray(value) && value.length > CONTENT_CHARACTERS / 8) {
      contents.push({
        bytes: attributesSize({ [key]: value }, []),
        shorten() {
          delete attributes[key];
          dropped();
        },
      });
    }
  }
  return contents;
}

/** The text without at least `over` bytes of its end, as far as it has them. */
function shortened(text: string, over: number): string {
  const bytes = Buffer.from(text, 'utf8');
  let end = Math.max(0, bytes.length - over);
  // never in the middle of a character: continuation bytes are 10xxxxxx
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
