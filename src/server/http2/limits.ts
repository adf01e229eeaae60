/** What one connection may make us hold. Each is told to the peer, where the protocol has a word for it. */
export const LIMITS = {
  /** Streams at a time. Envoy opens another connection beyond it. */
  streams: 32_768,
  /** Body bytes of one stream that are not worked off yet: a stream is paused while its reply is being awaited. */
  streamWindow: 262_144,
  /** Body bytes of all streams that are on their way: what is worked off is taken back at once, so this is no bound on memory. */
  connectionWindow: 16_777_216,
  /** Headers of one request, each with 32 bytes beside its text. */
  headerListBytes: 65_536,
  /** A header block before it is read; Huffman's code makes it smaller than the headers. */
  headerBlockBytes: 65_536,
  /** Frames that continue one header block. */
  continuations: 16,
  /** Until the client has said its first words, in milliseconds. */
  greetingMillis: 10_000,
  /** Until a client has read the last words of a connection that is over, in milliseconds. */
  farewellMillis: 10_000,
  /** Until a client has heard that no new streams are taken, in milliseconds. */
  drainMillis: 1000,
} as const;
