import { StringDecoder } from 'node:string_decoder';
import type { EventFraming } from './event-framing.js';

/**
 * Creates a reader that calls `onLine` once a line that is not blank, in order (NDJSON: one JSON text a line, `\n` or `\r\n`).
 * A line over `limit` characters is dropped up to its end and reported by `onOversized`.
 */
export function createLineReader(limit: number, onLine: (line: string) => void, onOversized: () => void): EventFraming {
  const decoder = new StringDecoder('utf8');
  let pieces: string[] = []; // of the line that has not ended
  let pending = 0;
  let oversized = false;

  function add(piece: string): void {
    if (oversized || piece === '') return;
    pending += piece.length;
    if (pending > limit) {
      oversized = true;
      pieces = [];
      onOversized();
    } else pieces.push(piece);
  }

  function endLine(): void {
    const line = pieces.length === 1 ? (pieces[0] as string) : pieces.join('');
    pieces = [];
    pending = 0;
    if (!oversized && line.trim() !== '') onLine(line);
    oversized = false;
  }

  function feedText(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      add(text.slice(from, end));
      endLine();
      from = end + 1;
    }
    add(text.slice(from));
  }

  return {
    feed: (bytes) => feedText(decoder.write(bytes as Buffer)),
    end() {
      feedText(decoder.end());
      endLine();
    },
  };
}
