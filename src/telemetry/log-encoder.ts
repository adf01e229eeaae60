import type { LogEntry } from '../model/log-entry.js';
import { BackwardWriter } from '../util/backward-writer.js';
import { writeAttributes } from './attribute-encoder.js';
import { contentsOfAttributes, MARKER_BYTES, shortenContents, TRUNCATED_ATTRIBUTE } from './cut-content.js';

/*
 * OTLP logs.proto: LogRecord { time_unix_nano = 1, severity_number = 2, severity_text = 3, body = 5, attributes = 6, flags = 8,
 * trace_id = 9, span_id = 10, observed_time_unix_nano = 11, event_name = 12 }. Written backwards, as spans are.
 */

/** `SeverityNumber` by severity. */
export const SEVERITY_NUMBERS: Readonly<Record<LogEntry['severity'], number>> = { INFO: 9, WARN: 13, ERROR: 17 };

const writer = new BackwardWriter();

/** Encodes a record as one entry of `ScopeLogs.log_records` (field 2), ready to be joined into a request. */
export function encodeLog(entry: LogEntry): Buffer {
  const micros = Math.round(entry.time * 1000);
  const seconds = Math.floor(micros / 1e6);
  const nanos = (micros - seconds * 1e6) * 1000;
  writer.begin();
  if (entry.eventName !== undefined) {
    writer.text(entry.eventName);
    writer.key(12, 2);
  }
  writer.fixedNanos(seconds, nanos);
  writer.key(11, 1);
  if (entry.spanId !== undefined) {
    writer.hex(entry.spanId);
    writer.key(10, 2);
  }
  if (entry.traceId !== undefined) {
    writer.hex(entry.traceId);
    writer.key(9, 2);
  }
  writer.fixed32(entry.sampled ? 1 : 0);
  writer.key(8, 5);
  writeAttributes(writer, entry.attributes, 6);
  const before = writer.written;
  writer.text(entry.body);
  writer.key(1, 2);
  writer.lengthKey(5, before);
  writer.text(entry.severity);
  writer.key(3, 2);
  writer.varint(SEVERITY_NUMBERS[entry.severity]);
  writer.key(2, 0);
  writer.fixedNanos(seconds, nanos);
  writer.key(1, 1);
  writer.lengthKey(2, 0);
  return writer.finish();
}

/** Encodes a record of `bytes` in less than `maxBytes` by cutting its largest texts; `undefined` when that does not help. */
export function cutLog(entry: LogEntry, bytes: number, maxBytes: number): Buffer | undefined {
  const attributes = { ...entry.attributes, [TRUNCATED_ATTRIBUTE]: true };
  const contents = contentsOfAttributes(attributes, () => {});
  if (!shortenContents(contents, bytes + MARKER_BYTES - maxBytes)) return undefined;
  const cut = encodeLog({ ...entry, attributes });
  return cut.length <= maxBytes ? cut : undefined;
}
