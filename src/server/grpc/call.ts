/** One gRPC call, as whoever serves it sees it. Once it is over, nothing here does anything. */
export interface Call {
  /** The call's metadata of that name, in lower case; the first when there are several. */
  metadata(name: string): string | undefined;
  /** Sends a message; `false`: the peer does not take it yet, {@link CallListener.writable} tells when. */
  write(message: Buffer): boolean;
  /** Ends the call in peace. */
  end(): void;
  /** Ends the call with a status other than OK. */
  fail(status: number, details: string): void;
  /** No message comes until {@link resume}. */
  pause(): void;
  resume(): void;
}

/** What happens to a call, in the order in which it happens. Nothing here may throw. */
export interface CallListener {
  /** A message; its bytes belong to the listener. */
  message(bytes: Buffer): void;
  /** No message will come any more: the peer has said so, or the server ends. */
  ended(): void;
  /** What was written has left. */
  writable(): void;
  /** The call is over, whatever its end: once, and the last. */
  closed(): void;
}

/** Serves a call; nothing happens before it returns. */
export type CallServer = (call: Call) => CallListener;
