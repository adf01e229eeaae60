import { pino } from 'pino';

/** What our code needs of a logger: structured fields first, then one sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * The process's own log: JSON lines on stderr, because stdout belongs to the console exporters.
 * `debug` is `AIGW_DEBUG`; `fields` stand on every line. Lines are written at once, so that none is lost when the process ends.
 */
export function createLog(options: { debug: boolean; fields?: object }): Log {
  return pino(
    { level: options.debug ? 'debug' : 'info', base: options.fields, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
