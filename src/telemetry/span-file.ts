import { createWriteStream } from 'node:fs';
import type { EndedSpan } from './ended-span.js';

/** Spans as lines of JSON in a file, for a person who tries the sidecar without a backend. */
export interface SpanFile {
  add(span: EndedSpan): void;
  close(): Promise<void>;
}

/** Bytes that may wait for the disk; beyond, spans are not written. */
const WAITING_BYTES = 8 * 1024 * 1024;

/** Opens the file for appending. `onError` is told once when it cannot be written. */
export function createSpanFile(path: string, onError: (error: Error) => void): SpanFile {
  const stream = createWriteStream(path, { flags: 'a' });
  stream.once('error', onError);
  stream.on('error', () => undefined);
  return {
    add(span) {
      if (stream.writableLength < WAITING_BYTES && !stream.destroyed)
        stream.write(`${JSON.stringify(plainSpan(span))}\n`);
    },
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}

/** What a person looks for first comes first. */
function plainSpan(span: EndedSpan): object {
  const { startTime: start, status } = span;
  return {
    name: span.name,
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parent?.spanId,
    start_time: new Date(start).toISOString(),
    duration_ms: Number((span.endTime - start).toFixed(3)),
    status: status.code,
    status_message: status.code === 'ERROR' ? status.message : undefined,
    attributes: span.attributes,
    events: span.events.map((event) => ({
      name: event.name,
      after_ms: Number((event.time - start).toFixed(3)),
      attributes: event.attributes,
    })),
  };
}
