import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';

/** Splits a byte stream into the `data` of its server-sent events. */
export interface SseReader {
  feed(bytes: Uint8Array): void;
  /** The stream is over: hands out a last event that lacks its newline. */
  end(): void;
}

/** Events end at an empty line; after an oversized one everything up to there is skipped. */
const EMPTY_LINE = /\n\n|\r\r|\r\n\r\n/;

/**
 * Creates a reader that calls `onData` once an event, in order, whatever the chunking (WHATWG HTML, "server-sent events").
 * An event over `limit` characters is dropped up to its end and reported by `onOversized`.
 */
export function createSseReader(limit: number, onData: (data: string) => void, onOversized: () => void): SseReader {
  const decoder = new StringDecoder('utf8');
  let oversized = false;
  let skipped = ''; // the end of what was skipped: an empty line may be cut by a chunk's border
  const parser = createParser({
    onEvent: (event) => onData(event.data),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') oversized = true;
    },
    maxBufferSize: limit,
  });

  function feedText(text: string): void {
    if (text === '') return;
    if (!oversized) {
      parser.feed(text);
      if (!oversized) return;
      onOversized();
      skipped = text.slice(-3);
      return;
    }
    const rest = skipped + text;
    const found = EMPTY_LINE.exec(rest);
    if (!found) {
      skipped = rest.slice(-3);
      return;
    }
    oversized = false;
    skipped = '';
    parser.reset();
    feedText(rest.slice(found.index + found[0].length));
  }

  return {
    feed: (bytes) => feedText(decoder.write(bytes as Buffer)),
    end() {
      feedText(decoder.end());
      if (!oversized) parser.feed('\n\n');
    },
  };
}
