/** The first bytes of a body, up to a cap. */
export interface KeptBytes {
  add(bytes: Uint8Array): void;
  /** Bytes that were offered. */
  size(): number;
  /** More was offered than is kept. */
  truncated(): boolean;
  /** What is kept, in one piece. */
  bytes(): Buffer;
  /** Bytes of memory that it takes. */
  held(): number;
  /** Lets go of what is kept, and keeps no more. */
  letGo(): void;
}

/** Chunks that are held as they came; beyond, they are copied together, so that a million tiny chunks do not cost a million objects. */
const CHUNKS = 64;

const NOTHING = Buffer.alloc(0);

/** A piece that is smaller than this share of the memory it stands in is copied: kept as it is, it would keep all of that. */
const WORTH_KEEPING = 0.5;

/** Keeps the first `limit` bytes of what is added, without copying until asked where that keeps no more than it needs. */
export function keepBytes(limit: number): KeptBytes {
  let cap = limit;
  let joined = NOTHING; // grows by doubling; holds the first `joinedBytes` bytes
  let joinedBytes = 0;
  let chunks: Uint8Array[] = [];
  let kept = 0;
  let offered = 0;

  function join(): void {
    if (joined.length < kept) {
      const larger = Buffer.allocUnsafeSlow(Math.min(cap, Math.max(kept, joined.length * 2)));
      joined.copy(larger, 0, 0, joinedBytes);
      joined = larger;
    }
    for (const chunk of chunks) {
      joined.set(chunk, joinedBytes);
      joinedBytes += chunk.length;
    }
    chunks = [];
  }

  return {
    add(bytes) {
      offered += bytes.length;
      const room = cap - kept;
      if (room <= 0 || bytes.length === 0) return;
      const piece = bytes.length > room ? bytes.subarray(0, room) : bytes;
      chunks.push(piece);
      kept += piece.length;
      if (chunks.length > CHUNKS || piece.length < piece.buffer.byteLength * WORTH_KEEPING) join();
    },
    size: () => offered,
    truncated: () => offered > kept,
    bytes() {
      const only = chunks[0];
      if (joinedBytes === 0 && chunks.length === 1 && only)
        return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
      if (chunks.length > 0) join();
      return joined.subarray(0, joinedBytes);
    },
    held: () => Math.max(kept, joined.length),
    letGo() {
      cap = 0;
      kept = 0;
      joined = NOTHING;
      joinedBytes = 0;
      chunks = [];
    },
  };
}
