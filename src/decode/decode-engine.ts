/** How a compressed body ended: read to its end, not readable, or over a limit (its copy was dropped). */
export type DecodeEnd = 'complete' | 'failed' | 'limited';

/** What decodes one body; it hands out bytes and the end by the callbacks that it was made with. */
export interface DecodeEngine {
  write(bytes: Uint8Array): void;
  /** No more bytes: the end is told, soon but not at once. */
  end(): void;
  /** Stops and frees; no callback follows. */
  close(): void;
  /** Bytes of memory that it takes beside its window, about. */
  held(): number;
}
