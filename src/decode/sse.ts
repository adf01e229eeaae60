import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import type { EventFraming } from './event-framing.js';

/** Events end at an empty line; after an oversized one everything up to there is skipped. */
const EMPTY_LINE = '\n\n';
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Creates a reader that calls `onData` once an event, in order, whatever the chunking (WHATWG HTML, "server-sent events").
 * An event over `limit` characters is dropped up to its end and reported by `onOversized`.
 */
export function createSseReader(limit: number, onData: (data: string) => void, onOversized: () => void): EventFraming {
  const decoder = new StringDecoder('utf8');
  let started = false;
  let afterReturn = false; // the last character was a carriage return, passed on as a newline: one that follows belongs to it
  let oversized = false;
  let skipped = ''; // the newline at the end of what was skipped: an empty line may be cut by a chunk's border
  const parser = createParser({
    onEvent(event) {
      // one that came in a single piece is never held by the parser, so its limit does not see it
      if (event.data.length > limit) onOversized();
      else onData(event.data);
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') oversized = true;
    },
    maxBufferSize: limit,
  });

  /**
   * The text with newlines for all three line ends: the parser holds a carriage return at a chunk's end back, and takes
   * quadratic time for a chunk of one kind of line end that has one of the other kind behind it.
   */
  function normalized(text: string): string {
    let from = 0;
    if (!started && text !== '') {
      started = true;
      if (text.startsWith(BYTE_ORDER_MARK)) from = 1;
    }
    if (afterReturn && text[from] === '\n') from += 1;
    if (text !== '') afterReturn = text.endsWith('\r');
    const rest = from === 0 ? text : text.slice(from);
    return rest.includes('\r') ? rest.replace(/\r\n?/g, '\n') : rest;
  }

  function feedText(text: string): void {
    if (text === '') return;
    if (!oversized) {
      parser.feed(text);
      if (!oversized) return;
      onOversized();
      skipped = text.endsWith('\n') ? '\n' : '';
      return;
    }
    const rest = skipped + text;
    const end = rest.indexOf(EMPTY_LINE);
    if (end === -1) {
      skipped = text.endsWith('\n') ? '\n' : '';
      return;
    }
    oversized = false;
    parser.reset();
    feedText(rest.slice(end + EMPTY_LINE.length));
  }

  return {
    feed: (bytes) => feedText(normalized(decoder.write(bytes as Buffer))),
    end() {
      feedText(normalized(decoder.end()));
      if (!oversized) parser.feed(EMPTY_LINE);
    },
  };
}
