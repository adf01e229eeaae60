import { listOf, oneOf } from '../kinds/choice.js';
import { milliseconds } from '../kinds/number.js';
import type { SettingSection } from '../setting.js';

/** Metrics that are pushed; `GET /metrics` answers in any case. */
export const METRIC_SECTION = {
  title: 'OpenTelemetry: metrics',
  about: 'Where metrics are pushed; GET /metrics on the admin address answers in any case.',
  settings: {
    OTEL_METRICS_EXPORTER: {
      kind: listOf(['otlp', 'console', 'prometheus', 'none']),
      otherwise: 'otlp if OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is set, else none',
      help: 'Where metrics go; prometheus and none both mean the /metrics endpoint alone.',
    },
    OTEL_METRIC_EXPORT_INTERVAL: {
      kind: milliseconds(1),
      default: '60000',
      unit: 'ms',
      help: 'Time between two exports.',
    },
    OTEL_METRIC_EXPORT_TIMEOUT: {
      kind: milliseconds(1),
      otherwise: '30000, or the interval if that is shorter',
      unit: 'ms',
      help: 'How long one export may take.',
    },
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: {
      kind: oneOf(['cumulative', 'delta', 'lowmemory']),
      default: 'cumulative',
      help: 'Temporality over OTLP; the /metrics endpoint is always cumulative.',
    },
  },
} as const satisfies SettingSection;
