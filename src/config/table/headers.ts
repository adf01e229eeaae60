import { headerMapping } from '../kinds/pairs.js';
import type { SettingSection } from '../setting.js';

const SESSION_DEFAULT = 'agent-session-id:session.id';

/** Request headers that become attributes (telemetry contract, section 5): request, span, metrics, log, in this order. */
export const HEADER_SECTION = {
  title: 'Header mapping',
  about:
    'Request headers that become attributes, as header:attribute[,header:attribute…]. The built-in default comes first, ' +
    "then the base, then the signal's own setting; each replaces what came before it header by header. " +
    'Here, and only here, an empty value differs from none: it clears.',
  settings: {
    OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: {
      kind: headerMapping,
      keepsEmpty: true,
      otherwise: 'nothing',
      help: 'The base, for spans, metrics and log. Empty: clears the default of both spans and log.',
    },
    OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES: {
      kind: headerMapping,
      keepsEmpty: true,
      otherwise: SESSION_DEFAULT,
      help: 'Overlays the base for spans. Empty: no default for spans; the base still applies.',
    },
    OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES: {
      kind: headerMapping,
      keepsEmpty: true,
      otherwise: 'nothing',
      help: 'Overlays the base for metrics. Empty: adds nothing; the base still applies.',
      reason: 'A session id would make one time series a session, so no header is mapped unless asked for.',
    },
    OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES: {
      kind: headerMapping,
      keepsEmpty: true,
      otherwise: SESSION_DEFAULT,
      help: 'Overlays the base for access-log metadata. Empty: no default for the log; the base still applies.',
    },
  },
} as const satisfies SettingSection;
