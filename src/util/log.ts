import { pino } from 'pino';
import { outliveOutput, WAITING_LOG_BYTES } from './lost-output.js';

/** What our code needs of a logger: structured fields first, then one sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * The process's own log: JSON lines on stderr, because stdout belongs to the console exporters.
 * `debug` is `AIGW_DEBUG`; `fields` stand on every line. Lines are written at once, so that none is lost when the process ends;
 * those that cannot be written (nobody reads them, the disk is full) never end it.
 */
export function createLog(options: { debug: boolean; fields?: object }): Log {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: WAITING_LOG_BYTES });
  outliveOutput([destination]);
  return pino(
    { level: options.debug ? 'debug' : 'info', base: options.fields, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
}
