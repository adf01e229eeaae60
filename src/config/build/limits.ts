import type { Limits } from '../settings.js';
import type { Values } from '../table/table.js';
import type { Judge } from './judge.js';

/** Limits on untrusted input and on what is held. */
export function buildLimits(values: Values, judge: Judge): Limits {
  if (values.GENAI_EXTPROC_SPAN_BATCH_BYTES > values.GENAI_EXTPROC_SPAN_QUEUE_BYTES) {
    const name = judge.isGiven('GENAI_EXTPROC_SPAN_BATCH_BYTES')
      ? 'GENAI_EXTPROC_SPAN_BATCH_BYTES'
      : 'GENAI_EXTPROC_SPAN_QUEUE_BYTES';
    judge.refuse(
      name,
      `makes a batch of ${values.GENAI_EXTPROC_SPAN_BATCH_BYTES} bytes larger than the queue of ${values.GENAI_EXTPROC_SPAN_QUEUE_BYTES}`,
      'a batch comes out of the queue: GENAI_EXTPROC_SPAN_BATCH_BYTES can be GENAI_EXTPROC_SPAN_QUEUE_BYTES at most',
      ['GENAI_EXTPROC_SPAN_BATCH_BYTES', 'GENAI_EXTPROC_SPAN_QUEUE_BYTES'],
    );
  }
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
    replyMillis: values.GENAI_EXTPROC_REPLY_MILLIS,
    messageBytes: values.GENAI_EXTPROC_MESSAGE_BYTES,
  };
}
