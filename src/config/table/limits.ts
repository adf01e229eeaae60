import { countOrUnlimited, milliseconds, wholeNumber } from '../kinds/number.js';
import type { SettingSection } from '../setting.js';

const MIB = 1_048_576;
const GIB = 1024 * MIB;

/** Limits on untrusted input and on what is held; none of them changes what a client gets. */
export const LIMIT_SECTION = {
  title: 'Limits',
  about:
    'Bounds of what one call, and all of them together, may take. None of them changes what a client gets: ' +
    'beyond a limit less of the call is observed.',
  settings: {
    GENAI_EXTPROC_CONTENT_BYTES: {
      kind: wholeNumber(0, GIB),
      default: String(MIB),
      unit: 'bytes',
      help: 'Kept of each request and of each response body; beyond it content is marked as truncated and usage is still found.',
      reason: 'Some 250,000 tokens of English fit, and 50 open calls full to the brim stay near 100 MiB.',
    },
    GENAI_EXTPROC_EVENT_BYTES: {
      kind: wholeNumber(1024, GIB),
      default: String(4 * MIB),
      unit: 'bytes',
      help: 'One event of a stream; a longer one is passed over.',
      reason: 'An event may carry a whole base64 image or a complete Responses object; text events stay far below.',
    },
    GENAI_EXTPROC_DECODED_BYTES: {
      kind: wholeNumber(1024, GIB),
      default: String(16 * MIB),
      unit: 'bytes',
      help: 'Read of one compressed answer after decompression.',
      reason: 'Room for large embedding batches; a decompression bomb ends here.',
    },
    GENAI_EXTPROC_DECODED_RATIO: {
      kind: wholeNumber(1, 1_000_000),
      default: '200',
      unit: 'times',
      help: 'Decompressed size over compressed size beyond which decoding of an answer stops.',
      reason: 'A stream of single words shrinks 50 to 60 times with gzip and brotli, a bomb 1,000 times and more.',
    },
    GENAI_EXTPROC_DECODE_WAIT_MILLIS: {
      kind: milliseconds(0, 10_000),
      default: '50',
      unit: 'ms',
      help: 'How long the last reply of a compressed answer may wait for its decoder, so that usage reaches the access log.',
      reason: "A quarter of Envoy's default message_timeout of 200 ms.",
    },
    GENAI_EXTPROC_METRIC_ATTRIBUTE_VALUES: {
      kind: wholeNumber(1, 1_000_000),
      default: '200',
      unit: 'values',
      help: 'Distinct values of one metric attribute that requests supply (models, mapped headers); later ones become _other.',
      reason: 'More models than any gateway serves; a client that invents names does not fill the metric store.',
    },
    GENAI_EXTPROC_METRIC_SERIES: {
      kind: wholeNumber(1, 1_000_000),
      default: '1000',
      unit: 'series',
      help: 'Distinct combinations of metric attributes for each instrument.',
      reason: 'Each series of a histogram costs about 20 Prometheus lines, on every scrape.',
    },
    GENAI_EXTPROC_HEADER_VALUE_CHARACTERS: {
      kind: wholeNumber(1, 65_536),
      default: '256',
      unit: 'characters',
      help: "A mapped header's value is cut after these.",
      reason: 'Session and user ids are shorter; anything longer is not an id.',
    },
    GENAI_EXTPROC_SPAN_QUEUE_BYTES: {
      kind: wholeNumber(1, 16 * GIB),
      default: String(64 * MIB),
      unit: 'bytes',
      help: 'Spans that wait for their export; when it is full new ones are dropped and counted.',
      reason: 'Outlives a short outage of the collector.',
    },
    GENAI_EXTPROC_SPAN_BATCH_BYTES: {
      kind: wholeNumber(1, GIB),
      default: String(512 * 1024),
      unit: 'bytes',
      help: 'Spans that are sent in one request; a single larger span goes alone.',
      reason: 'Encoding a batch holds up calls for as long as it takes, and collectors accept 4 MiB by default.',
    },
    GENAI_EXTPROC_LOG_QUEUE_BYTES: {
      kind: wholeNumber(1, 16 * GIB),
      default: String(16 * MIB),
      unit: 'bytes',
      help: 'Log records that wait for their export; when it is full new ones are dropped and counted.',
      reason: 'Some 20,000 records without content: a short outage of the collector at a few hundred calls a second.',
    },
    GENAI_EXTPROC_LOG_BATCH_BYTES: {
      kind: wholeNumber(1, GIB),
      default: String(512 * 1024),
      unit: 'bytes',
      help: 'Log records that are sent in one request; a single larger record goes alone.',
      reason: 'As for spans.',
    },
    GENAI_EXTPROC_REPLY_MILLIS: {
      kind: milliseconds(10, 600_000),
      default: '1000',
      unit: 'ms',
      help: 'How long Envoy may be owed a reply before the watchdog ends the stream; the call goes on unobserved.',
      reason: 'Envoy itself does not bound a lost reply within a stream: the client would hang.',
    },
    GENAI_EXTPROC_MESSAGE_BYTES: {
      kind: countOrUnlimited,
      default: String(64 * MIB),
      unit: 'bytes',
      help: 'The largest gRPC message taken from Envoy; a larger one ends the observation of its call.',
      reason:
        "A message of Envoy's is up to twice a buffer limit (1 MiB by default), so only a peer that is not Envoy sends such.",
    },
    GENAI_EXTPROC_HELD_BYTES: {
      kind: wholeNumber(1024, 1024 * GIB),
      default: String(256 * MIB),
      unit: 'bytes',
      help: 'Kept of all open calls together, about. Beyond it those that are open for longest let their content go; then what their parsers hold.',
      reason:
        'A thousand calls with 256 KiB each. Ten thousand slow streams that each fill GENAI_EXTPROC_CONTENT_BYTES stay within it.',
    },
    GENAI_EXTPROC_STREAMS: {
      kind: wholeNumber(1, 1_000_000),
      default: '20000',
      unit: 'streams',
      help: 'Open ext_proc streams. Further ones are ended at once: their calls go on unobserved.',
      reason:
        'Twice what one process is measured with; an open stream takes some 20 KB. More traffic is for more processes.',
    },
  },
} as const satisfies SettingSection;
