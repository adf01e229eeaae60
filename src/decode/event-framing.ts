/** Splits a byte stream into the texts of its events, whatever the chunking. */
export interface EventFraming {
  feed(bytes: Uint8Array): void;
  /** The stream is over: hands out a last event that lacks its end. */
  end(): void;
}
