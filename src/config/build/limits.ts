import type { Limits } from '../settings.js';
import type { Values } from '../table/table.js';
import type { Judge } from './judge.js';

/** A batch comes out of its queue. */
function judgeBatch(signal: 'SPAN' | 'LOG', values: Values, judge: Judge): void {
  const batchName = `GENAI_EXTPROC_${signal}_BATCH_BYTES` as const;
  const queueName = `GENAI_EXTPROC_${signal}_QUEUE_BYTES` as const;
  const batch = values[batchName];
  const queue = values[queueName];
  if (batch <= queue) return;
  judge.refuse(
    judge.isGiven(batchName) ? batchName : queueName,
    `makes a batch of ${batch} bytes larger than the queue of ${queue}`,
    `a batch comes out of the queue: ${batchName} can be ${queueName} at most`,
    [batchName, queueName],
  );
}

/** Limits on untrusted input and on what is held. */
export function buildLimits(values: Values, judge: Judge): Limits {
  judgeBatch('SPAN', values, judge);
  judgeBatch('LOG', values, judge);
  return {
    contentBytes: values.GENAI_EXTPROC_CONTENT_BYTES,
    eventBytes: values.GENAI_EXTPROC_EVENT_BYTES,
    decodedBytes: values.GENAI_EXTPROC_DECODED_BYTES,
    decodedRatio: values.GENAI_EXTPROC_DECODED_RATIO,
    decodeWaitMillis: values.GENAI_EXTPROC_DECODE_WAIT_MILLIS,
    metricAttributeValues: values.GENAI_EXTPROC_METRIC_ATTRIBUTE_VALUES,
    metricSeries: values.GENAI_EXTPROC_METRIC_SERIES,
    headerValueCharacters: values.GENAI_EXTPROC_HEADER_VALUE_CHARACTERS,
    spanQueueBytes: values.GENAI_EXTPROC_SPAN_QUEUE_BYTES,
    spanBatchBytes: values.GENAI_EXTPROC_SPAN_BATCH_BYTES,
    logQueueBytes: values.GENAI_EXTPROC_LOG_QUEUE_BYTES,
    logBatchBytes: values.GENAI_EXTPROC_LOG_BATCH_BYTES,
    replyMillis: values.GENAI_EXTPROC_REPLY_MILLIS,
    messageBytes: values.GENAI_EXTPROC_MESSAGE_BYTES,
    heldBytes: values.GENAI_EXTPROC_HELD_BYTES,
    streams: values.GENAI_EXTPROC_STREAMS,
  };
}
