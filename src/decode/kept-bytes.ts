/** The first bytes of a body, up to a cap. */
export interface KeptBytes {
  add(bytes: Uint8Array): void;
  /** Bytes that were offered. */
  size(): number;
  /** More was offered than is kept. */
  truncated(): boolean;
  /** What is kept, in one piece. */
  bytes(): Buffer;
}

/** Chunks that are held as they came; beyond, they are copied together, so that a million tiny chunks do not cost a million objects. */
const CHUNKS = 64;

/** Keeps the first `cap` bytes of what is added, without copying until asked. */
export function keepBytes(cap: number): KeptBytes {
  let joined = Buffer.alloc(0); // grows by doubling; holds the first `joinedBytes` bytes
  let joinedBytes = 0;
  let chunks: Uint8Array[] = [];
  let kept = 0;
  let offered = 0;

  function join(): void {
    if (joined.length < kept) {
      const larger = Buffer.allocUnsafe(Math.min(cap, Math.max(kept, joined.length * 2)));
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
      chunks.push(bytes.length > room ? bytes.subarray(0, room) : bytes);
      kept += Math.min(room, bytes.length);
      if (chunks.length > CHUNKS) join();
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
  };
}
