import { StringDecoder } from 'node:string_decoder';
import type { EventFraming } from './event-framing.js';

/** What a piece of a line costs beside its characters, in bytes. */
const PIECE_BYTES = 8;

/**
 * Creates a reader that calls `onLine` once a line that is not blank, in order (NDJSON: one JSON text a line, `\n` or `\r\n`).
 * A line over `bound` characters is dropped up to its end and reported by `onOversized`.
 */
export function createLineReader(bound: number, onLine: (line: string) => void, onOversized: () => void): EventFraming {
  const decoder = new StringDecoder('utf8');
  let limit = bound;
  let pieces: string[] = []; // of the line that has not ended
  let pending = 0;
  let oversized = false;

  function add(piece: string): void {
    if (oversized || piece === '') return;
    pending += piece.length;
    if (pending > limit) passOver();
    else pieces.push(piece);
  }

  function passOver(): void {
    oversized = true;
    pieces = [];
    pending = 0;
    onOversized();
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
    held: () => pending + pieces.length * PIECE_BYTES,
    narrow(characters) {
      limit = Math.min(limit, characters);
      if (!oversized && pending > limit) passOver();
    },
  };
}
