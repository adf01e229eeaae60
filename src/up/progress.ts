/** Tells a person what takes time. */
export interface Progress {
  /** One line. */
  say(line: string): void;
  /** Shows that something is under way until its promise settles, with the seconds it took; passes the promise on. */
  during<Result>(what: string, promise: Promise<Result>): Promise<Result>;
}

/** Where lines go; `isTTY` decides whether one line may be written over. */
export type Screen = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean | undefined };

const TICK_MILLIS = 250;

/** Progress on a terminal (one line that counts seconds) or in a log (a line at the start and one at the end). */
export function createProgress(screen: Screen): Progress {
  const say = (line: string) => void screen.write(`${line}\n`);
  return {
    say,
    async during(what, promise) {
      const began = Date.now();
      const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
      if (!screen.isTTY) say(`${what} …`);
      const timer = screen.isTTY && setInterval(() => screen.write(`\r\u001B[K${what} … ${seconds()}`), TICK_MILLIS);
      const end = (how: string) => say(`${screen.isTTY ? `\r\u001B[K${what}: ` : '  '}${how} ${seconds()}`);
      try {
        const result = await promise;
        end('done in');
        return result;
      } catch (error) {
        end('failed after');
        throw error;
      } finally {
        if (timer) clearInterval(timer);
      }
    },
  };
}
