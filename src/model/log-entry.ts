import type { Attributes } from './attributes.js';

/** One log record of a call. */
export interface LogEntry {
  /** When the call was over, in epoch milliseconds. */
  time: number;
  severity: 'INFO' | 'WARN' | 'ERROR';
  /** A line for a person. */
  body: string;
  attributes: Attributes;
  /** The event that the record is in the gen_ai conventions, when it carries their content. */
  eventName?: string | undefined;
  /** Hex; our span's, else the parent's. */
  traceId?: string | undefined;
  spanId?: string | undefined;
  sampled: boolean;
}

/** Takes the log records of calls. */
export interface CallLog {
  write(entry: LogEntry): void;
}
