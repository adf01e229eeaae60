import type { Attributes } from '../../model/attributes.js';
import type { CallLog, LogEntry } from '../../model/log-entry.js';
import type { GenAiRecord, Recorder } from '../../model/record.js';
import type { Counters } from '../../util/counters.js';
import { describeCall } from './log-attributes.js';
import { formatLine } from './log-line.js';
import type { Retention } from './retention.js';

/** The event that carries content in the gen_ai conventions. */
const CONTENT_EVENT = 'gen_ai.client.inference.operation.details';

export interface LogRecorderOptions {
  log: CallLog;
  /** Which calls have a log record; the others are counted. */
  keeps: Retention;
  counters: Counters;
  /** What was asked and answered, where it shall stand in the log; absent: it does not. */
  describeContent?: ((record: GenAiRecord) => Attributes) | undefined;
}

/** Writes one log record a call: what an access log has, as far as the sidecar sees it (telemetry contract, sections 4 and 9). */
export function createLogRecorder({ log, keeps, counters, describeContent }: LogRecorderOptions): Recorder {
  return {
    name: 'log',
    record(record) {
      if (!keeps(record)) {
        counters.add('logs.sampled_out');
        return;
      }
      const { timing, trace } = record;
      const attributes = describeCall(record);
      if (describeContent) Object.assign(attributes, describeContent(record));
      log.write({
        time: timing.startTime + timing.duration,
        severity: severityOf(record),
        body: formatLine(record),
        attributes,
        eventName: describeContent && CONTENT_EVENT,
        traceId: trace.traceId,
        spanId: trace.spanId,
        sampled: trace.sampled,
      });
    },
  };
}

/** What the client may have to answer for is a warning: its own errors, and an answer that it may have left. */
function severityOf({ failure, status }: GenAiRecord): LogEntry['severity'] {
  if (!failure) return 'INFO';
  const clients = (status !== undefined && status >= 400 && status < 500) || failure.type === 'interrupted';
  return clients || failure.type === 'unparsable_request' ? 'WARN' : 'ERROR';
}
