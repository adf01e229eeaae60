/** Splits a byte stream into the texts of its events, whatever the chunking. */
export interface EventFraming {
  feed(bytes: Uint8Array): void;
  /** The stream is over: hands out a last event that lacks its end. */
  end(): void;
  /** Characters of the event that has not ended. */
  held(): number;
  /** Passes over the event that has not ended, up to its end, if it has more than `characters`; the next ones may have so many. */
  narrow(characters: number): void;
}
