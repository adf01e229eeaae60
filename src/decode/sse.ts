import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import type { EventFraming } from './event-framing.js';

/** Events end at an empty line; after an oversized one everything up to there is skipped. */
const EMPTY_LINE = '\n\n';
/** Lines of one event that may wait for its end: the parser joins them, and each costs more than its characters. */
const EVENT_LINES = 65_536;
/** What a line that waits costs beside its characters, in bytes. */
const LINE_BYTES = 64;
/** From this size on a chunk's whole events and the beginning of its last one are two texts, so that the one does not keep the other. */
const LARGE_CHUNK = 1024;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Creates a reader that calls `onData` once an event, in order, whatever the chunking (WHATWG HTML, "server-sent events").
 * An event over `bound` characters is dropped up to its end and reported by `onOversized`.
 */
export function createSseReader(bound: number, onData: (data: string) => void, onOversized: () => void): EventFraming {
  const decoder = new StringDecoder('utf8');
  let limit = Number.POSITIVE_INFINITY; // the parser has the bound itself
  let waiting = 0; // characters of the event that has not ended
  let lines = 0; // and its lines
  let afterNewline = false;
  let started = false;
  let afterReturn = false; // the last character was a carriage return, passed on as a newline: one that follows belongs to it
  let oversized = false;
  let skipped = ''; // the newline at the end of what was skipped: an empty line may be cut by a chunk's border
  const parser = createParser({
    onEvent(event) {
      // one that came in a single piece is never held by the parser, so its limit does not see it
      if (event.data.length > Math.min(bound, limit)) onOversized();
      else onData(event.data);
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') oversized = true;
    },
    maxBufferSize: bound,
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
      measure(text);
      if (oversized || waiting > limit || lines > EVENT_LINES) passOver(text.endsWith('\n'));
      return;
    }
    const rest = skipped + text;
    const end = rest.indexOf(EMPTY_LINE);
    if (end === -1) {
      skipped = text.endsWith('\n') ? '\n' : '';
      return;
    }
    oversized = false;
    waiting = 0;
    lines = 0;
    afterNewline = true;
    parser.reset();
    feedText(rest.slice(end + EMPTY_LINE.length));
  }

  /** What waits behind the last empty line. */
  function measure(text: string): void {
    const end = text.lastIndexOf(EMPTY_LINE);
    let from = end === -1 ? 0 : end + EMPTY_LINE.length;
    if (end === -1 && afterNewline && text.startsWith('\n')) from = 1;
    if (from > 0) {
      waiting = 0;
      lines = 0;
    }
    waiting += text.length - from;
    for (let line = text.indexOf('\n', from); line !== -1; line = text.indexOf('\n', line + 1)) lines += 1;
    afterNewline = text.endsWith('\n');
  }

  function passOver(atNewline: boolean): void {
    oversized = true;
    onOversized();
    parser.reset();
    waiting = 0;
    lines = 0;
    skipped = atNewline ? '\n' : '';
  }

  return {
    feed(bytes) {
      const end = bytes.length < LARGE_CHUNK ? -1 : (bytes as Buffer).lastIndexOf(EMPTY_LINE);
      if (end === -1) feedText(normalized(decoder.write(bytes as Buffer)));
      else {
        feedText(normalized(decoder.write(bytes.subarray(0, end + EMPTY_LINE.length) as Buffer)));
        feedText(normalized(decoder.write(bytes.subarray(end + EMPTY_LINE.length) as Buffer)));
      }
    },
    end() {
      feedText(normalized(decoder.end()));
      if (!oversized) parser.feed(EMPTY_LINE);
    },
    // comments count as if they were kept
    held: () => Math.min(waiting, bound) + lines * LINE_BYTES,
    narrow(characters) {
      limit = Math.min(limit, characters);
      if (!oversized && waiting > limit) passOver(afterNewline);
    },
  };
}
