import { boolean, listOf } from '../kinds/choice.js';
import { resourceAttributes } from '../kinds/pairs.js';
import { text } from '../kinds/text.js';
import type { SettingSection } from '../setting.js';

/** What all signals share (telemetry contract, sections 8 and 9). */
export const RESOURCE_SECTION = {
  title: 'OpenTelemetry: common',
  about: 'Who reports, and how trace context travels.',
  settings: {
    OTEL_SDK_DISABLED: {
      kind: boolean,
      default: 'false',
      help: 'No spans and nothing over OTLP; the /metrics endpoint and dynamic metadata stay.',
    },
    OTEL_SERVICE_NAME: {
      kind: text(255),
      otherwise: 'service.name of OTEL_RESOURCE_ATTRIBUTES, else ai-gateway',
      help: 'The resource attribute service.name.',
    },
    OTEL_RESOURCE_ATTRIBUTES: {
      kind: resourceAttributes,
      otherwise: 'none',
      help: 'Further resource attributes.',
    },
    OTEL_PROPAGATORS: {
      kind: listOf(['tracecontext', 'baggage', 'b3', 'b3multi', 'none']),
      default: 'tracecontext,baggage',
      help: "How a request's trace context is read and passed on.",
    },
  },
} as const satisfies SettingSection;
