import { listOf } from '../kinds/choice.js';
import { milliseconds, ratio, wholeNumber } from '../kinds/number.js';
import type { SettingSection } from '../setting.js';

/** The log record of each call: where it goes, how it is batched, which calls are kept. */
export const LOG_SECTION = {
  title: 'OpenTelemetry: logs',
  about:
    'One log record a call, with the fields of an access log. Where not all are wanted, calls that failed, that were ' +
    'expensive or slow are kept, and a share of the others.',
  settings: {
    OTEL_LOGS_EXPORTER: {
      kind: listOf(['otlp', 'console', 'none']),
      otherwise: 'otlp if OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is set, else none',
      help: 'Where log records go.',
    },
    GENAI_EXTPROC_LOG_SHARE: {
      kind: ratio,
      default: '1',
      help:
        'The share of log records that are kept of calls that neither failed nor were expensive or slow. ' +
        'Of one trace all calls are kept or none, and they are those that the sampler traceidratio takes at the same share.',
      reason: 'Nothing is left out unless asked for.',
    },
    GENAI_EXTPROC_LOG_EXPENSIVE_TOKENS: {
      kind: wholeNumber(0),
      default: '10000',
      unit: 'tokens',
      help: 'A call with as many input and output tokens together, or more, is expensive: its log record is kept.',
      reason: 'Far above a usual chat turn: these are the calls that make the bill.',
    },
    GENAI_EXTPROC_LOG_SLOW_MILLIS: {
      kind: wholeNumber(0),
      default: '30000',
      unit: 'ms',
      help: 'A call that takes as long, or longer, is slow: its log record is kept.',
      reason: 'Longer than people wait for an answer, and than many clients do.',
    },
    OTEL_BLRP_SCHEDULE_DELAY: {
      kind: milliseconds(0),
      default: '1000',
      unit: 'ms',
      help: 'The longest time between two exports of log records.',
    },
    OTEL_BLRP_EXPORT_TIMEOUT: {
      kind: milliseconds(1),
      default: '30000',
      unit: 'ms',
      help: 'How long one export of log records may take.',
    },
    OTEL_BLRP_MAX_QUEUE_SIZE: {
      kind: wholeNumber(1, 1_000_000),
      default: '2048',
      unit: 'log records',
      help: 'Log records that wait for their export (their bytes are limited too, see Limits).',
    },
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: {
      kind: wholeNumber(1, 1_000_000),
      otherwise: '512, or the queue size if that is smaller',
      unit: 'log records',
      help: 'Log records that are sent in one request (their bytes are limited too, see Limits).',
    },
  },
} as const satisfies SettingSection;
