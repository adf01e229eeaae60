import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { BackwardWriter } from '../util/backward-writer.js';
import { writeAttributes } from './attribute-encoder.js';

/** Says on a span or a log record that content was left out (telemetry contract, section 6). */
export const TRUNCATED_ATTRIBUTE = 'genai_extproc.content.truncated';

/** Texts below this are never cut: they are names and ids, not content. */
export const CONTENT_CHARACTERS = 1024;

/** Room for {@link TRUNCATED_ATTRIBUTE} and the counts that go with a cut. */
export const MARKER_BYTES = 128;

/** One place of a span or a log record that holds something large. */
export interface Content {
  bytes: number;
  /** Takes at least `over` bytes out, or all there are. */
  shorten(over: number): void;
}

/** Takes `over` bytes out of the contents, largest first; returns whether there were as many. */
export function shortenContents(contents: readonly Content[], over: number): boolean {
  let rest = over;
  for (const content of [...contents].sort((one, other) => other.bytes - one.bytes)) {
    if (rest <= 0) break;
    content.shorten(rest);
    rest -= content.bytes;
  }
  return rest <= 0;
}

/** The large texts and arrays among attributes, which shortening changes; `dropped` is told of each array that goes whole. */
export function contentsOfAttributes(attributes: Attributes, dropped: () => void): Content[] {
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
        bytes: bytesOf(key, value),
        shorten() {
          delete attributes[key];
          dropped();
        },
      });
    }
  }
  return contents;
}

function bytesOf(key: string, value: AttributeValue): number {
  const writer = new BackwardWriter();
  writeAttributes(writer, { [key]: value }, 1);
  return writer.written;
}

/** The text without at least `over` bytes of its end, as far as it has them. */
export function shortened(text: string, over: number): string {
  const bytes = Buffer.from(text, 'utf8');
  let end = Math.max(0, bytes.length - over);
  // never in the middle of a character: continuation bytes are 10xxxxxx
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
