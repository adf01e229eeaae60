const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A Ctrl-C reaches us twice under npm: from the terminal, and from npm, which passes it on. */
const SAME_KEY_MILLIS = 1000;

/** The wish to stop, as an abort signal. */
export interface StopSignal {
  signal: AbortSignal;
  /** Asks to stop, as a signal would. */
  stop(): void;
  /** Takes the process's handlers away. */
  release(): void;
}

/** Listens for SIGINT, SIGTERM and SIGHUP: the first aborts; a second one, by a person who lost patience, ends the process. */
export function createStopSignal(): StopSignal {
  const controller = new AbortController();
  let firstTime: number | undefined;
  const stop = () => {
    firstTime ??= Date.now();
    controller.abort();
  };
  const onSignal = () => {
    if (firstTime !== undefined && Date.now() - firstTime > SAME_KEY_MILLIS) process.exit(130);
    stop();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    stop,
    release() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

/** Settles when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
