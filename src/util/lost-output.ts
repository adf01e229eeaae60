/** A stream of the process's own output. */
interface Output {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Bytes of the log that may wait for a disk that has no room. */
export const WAITING_LOG_BYTES = 64 * 1024;

/**
 * Whoever reads our output may go, and the disk behind it may fill: what cannot be written is lost, and the process goes on. Without
 * this the first such error would end it, and with it the observation of every call.
 */
export function outliveOutput(streams: readonly Output[]): void {
  for (const stream of streams) stream.on('error', () => undefined);
}

/** Writes a text where that is possible. */
export function tryToWrite(stream: { write(text: string): unknown }, text: string): void {
  try {
    stream.write(text);
  } catch {
    // a file on a full disk throws at once
  }
}
