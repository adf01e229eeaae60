import type { LogEntry } from '../model/log-entry.js';
import { fieldSize, ProtobufWriter, utf8Length } from '../util/protobuf-writer.js';
import { attributesSize, writeAttributes } from './attribute-encoder.js';
import { contentsOfAttributes, MARKER_BYTES, shortenContents, TRUNCATED_ATTRIBUTE } from './cut-content.js';

/*
 * OTLP logs.proto: LogRecord { time_unix_nano = 1, severity_number = 2, severity_text = 3, body = 5, attributes = 6, flags = 8,
 * trace_id = 9, span_id = 10, observed_time_unix_nano = 11, event_name = 12 }. Measured first and written once, as spans are.
 */

/** A log record measured: everything that writing it needs. */
export interface MeasuredLog {
  entry: LogEntry;
  /** Bytes of the encoded record with its key and length, as {@link encodeLog} will return it. */
  bytes: number;
  content: number;
  sizes: number[];
}

/** `SeverityNumber` by severity. */
export const SEVERITY_NUMBERS: Readonly<Record<LogEntry['severity'], number>> = { INFO: 9, WARN: 13, ERROR: 17 };

/** Measures a log record in its OTLP encoding. */
export function measureLog(entry: LogEntry): MeasuredLog {
  const sizes: number[] = [];
  const bodyBytes = utf8Length(entry.body);
  // two times 18, severity number 2, flags 5
  let content = 18 + 2 + 5;
  content += fieldSize(utf8Length(entry.severity)) + fieldSize(fieldSize(bodyBytes));
  content += attributesSize(entry.attributes, sizes);
  if (entry.traceId !== undefined) content += 18;
  if (entry.spanId !== undefined) content += 10;
  if (entry.eventName !== undefined) content += fieldSize(utf8Length(entry.eventName));
  sizes.push(bodyBytes);
  return { entry, bytes: fieldSize(content), content, sizes };
}

/** Encodes a measured record as one entry of `ScopeLogs.log_records` (field 2), ready to be joined into a request. */
export function encodeLog({ entry, bytes, content, sizes }: MeasuredLog): Buffer {
  const writer = new ProtobufWriter(bytes);
  const bodyBytes = sizes[sizes.length - 1] as number;
  const nanos = BigInt(Math.round(entry.time * 1000)) * 1000n;
  writer.tag(2, 2);
  writer.varint(content);
  writer.tag(1, 1);
  writer.fixed64(nanos);
  writer.tag(2, 0);
  writer.varint(SEVERITY_NUMBERS[entry.severity]);
  writer.tag(3, 2);
  writer.text(entry.severity, utf8Length(entry.severity));
  writer.tag(5, 2);
  writer.varint(fieldSize(bodyBytes));
  writer.tag(1, 2);
  writer.text(entry.body, bodyBytes);
  writeAttributes(writer, entry.attributes, 6, sizes, 0);
  writer.tag(8, 5);
  writer.fixed32(entry.sampled ? 1 : 0);
  if (entry.traceId !== undefined) {
    writer.tag(9, 2);
    writer.hex(entry.traceId);
  }
  if (entry.spanId !== undefined) {
    writer.tag(10, 2);
    writer.hex(entry.spanId);
  }
  writer.tag(11, 1);
  writer.fixed64(nanos);
  if (entry.eventName !== undefined) {
    writer.tag(12, 2);
    writer.text(entry.eventName, utf8Length(entry.eventName));
  }
  return writer.bytes;
}

/** Brings a record under `maxBytes` by cutting its largest texts; `undefined` when that does not help. */
export function cutLog({ entry, bytes }: MeasuredLog, maxBytes: number): MeasuredLog | undefined {
  const attributes = { ...entry.attributes, [TRUNCATED_ATTRIBUTE]: true };
  const contents = contentsOfAttributes(attributes, () => {});
  if (!shortenContents(contents, bytes + MARKER_BYTES - maxBytes)) return undefined;
  const cut = measureLog({ ...entry, attributes });
  return cut.bytes <= maxBytes ? cut : undefined;
}
