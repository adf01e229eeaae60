import type { Settings } from '../settings.js';
import type { Values } from '../table/table.js';
import { judgeAddresses } from './addresses.js';
import { buildContentPolicy } from './content-policy.js';
import { buildHeaderMapping } from './header-mapping.js';
import type { Judge } from './judge.js';
import { buildLimits } from './limits.js';
import { buildServerTls } from './server-tls.js';
import { buildLogs, buildMetrics, buildTraces } from './signals.js';

const SERVICE_NAME = 'ai-gateway';

/** The settings that the values make together; what does not go together is told to the judge. */
export function buildSettings(values: Values, judge: Judge): Settings {
  judgeAddresses(values, judge);
  const { 'service.name': attributeName, ...resourceAttributes } = values.OTEL_RESOURCE_ATTRIBUTES ?? {};
  return {
    listen: values.GENAI_EXTPROC_LISTEN,
    workers: values.GENAI_EXTPROC_WORKERS,
    socketMode: values.GENAI_EXTPROC_SOCKET_MODE,
    admin: values.GENAI_EXTPROC_ADMIN,
    debug: values.AIGW_DEBUG,
    tls: buildServerTls(values, judge),
    drainMillis: values.GENAI_EXTPROC_DRAIN_MILLIS,
    drainDelayMillis: values.GENAI_EXTPROC_DRAIN_DELAY_MILLIS,
    metadataNamespace: values.GENAI_EXTPROC_METADATA_NAMESPACE,
    serviceName: values.OTEL_SERVICE_NAME ?? (attributeName || SERVICE_NAME),
    resourceAttributes,
    sdkDisabled: values.OTEL_SDK_DISABLED,
    sessionHeaders: values.GENAI_EXTPROC_SESSION_HEADERS,
    traces: buildTraces(values, judge),
    metrics: buildMetrics(values, judge),
    logs: buildLogs(values, judge),
    propagators: values.OTEL_PROPAGATORS.filter((name) => name !== 'none'),
    headerMapping: buildHeaderMapping(values),
    providers: values.GENAI_EXTPROC_PROVIDERS ?? { clusters: new Map(), routes: new Map(), hosts: new Map() },
    bodySessions: values.GENAI_EXTPROC_BODY_SESSION,
    pricesFile: values.GENAI_EXTPROC_PRICES,
    costs: values.GENAI_EXTPROC_COSTS ?? [],
    contentPolicy: buildContentPolicy(values),
    contentCapture: values.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT,
    limits: buildLimits(values, judge),
    shedding: {
      lagMillis: values.GENAI_EXTPROC_SHED_LAG_MILLIS,
      memoryBytes: values.GENAI_EXTPROC_SHED_MEMORY_BYTES,
    },
    up: {
      upstream: values.GENAI_EXTPROC_UPSTREAM,
      gateway: values.GENAI_EXTPROC_GATEWAY,
      mode: values.GENAI_EXTPROC_MODE,
    },
  };
}
