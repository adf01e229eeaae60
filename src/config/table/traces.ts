import { listOf, oneOf } from '../kinds/choice.js';
import { milliseconds, ratio, wholeNumber } from '../kinds/number.js';
import type { SettingSection } from '../setting.js';

/** Spans: where they go, which are taken, how they are batched. */
export const TRACE_SECTION = {
  title: 'OpenTelemetry: traces',
  about: 'Where spans go, which calls get one, and how they are batched.',
  settings: {
    OTEL_TRACES_EXPORTER: {
      kind: listOf(['otlp', 'console', 'none']),
      otherwise: 'otlp if OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, else none',
      help: 'Where spans go.',
    },
    AI_GATEWAY_TRACING_SEMCONV: {
      kind: listOf(['openinference', 'gen_ai']),
      default: 'openinference',
      help:
        "Vocabulary of spans: OpenInference, or OpenTelemetry's gen_ai conventions, or both on one span " +
        '(openinference,gen_ai); the first decides its name, kind and status.',
      reason: "Envoy AI Gateway's default.",
    },
    OTEL_TRACES_SAMPLER: {
      kind: oneOf([
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ]),
      default: 'parentbased_always_on',
      help: 'Which calls get a span; metrics and metadata are always recorded.',
    },
    OTEL_TRACES_SAMPLER_ARG: {
      kind: ratio,
      default: '1',
      help: 'The share of calls that the two traceidratio samplers take.',
    },
    OTEL_BSP_SCHEDULE_DELAY: {
      kind: milliseconds(0),
      default: '5000',
      unit: 'ms',
      help: 'The longest time between two exports of spans.',
    },
    OTEL_BSP_EXPORT_TIMEOUT: {
      kind: milliseconds(1),
      default: '30000',
      unit: 'ms',
      help: 'How long one export of spans may take.',
    },
    OTEL_BSP_MAX_QUEUE_SIZE: {
      kind: wholeNumber(1, 1_000_000),
      default: '2048',
      unit: 'spans',
      help: 'Spans that wait for their export (their bytes are limited too, see Limits).',
    },
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: {
      kind: wholeNumber(1, 1_000_000),
      otherwise: '512, or the queue size if that is smaller',
      unit: 'spans',
      help: 'Spans that are sent in one request (their bytes are limited too, see Limits).',
    },
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: {
      kind: wholeNumber(1, 1_000_000),
      default: '4096',
      unit: 'attributes',
      help: 'Attributes of one span; further ones are dropped.',
      reason: "OpenTelemetry's own 128 do not hold a conversation of 60 messages, and it drops the rest silently.",
    },
    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: {
      kind: wholeNumber(1),
      otherwise: 'no limit',
      unit: 'characters',
      help: "A span attribute's text is cut after these.",
      reason: 'What is kept of a body is limited already, see Limits.',
    },
  },
} as const satisfies SettingSection;
