import type { Limits, Settings } from '../config/settings.js';

/** What telemetry reads of the settings. */
export type TelemetrySettings = Pick<
  Settings,
  | 'sdkDisabled'
  | 'sessionHeaders'
  | 'serviceName'
  | 'resourceAttributes'
  | 'traces'
  | 'metrics'
  | 'logs'
  | 'propagators'
> & { limits: Pick<Limits, 'metricSeries' | 'spanQueueBytes' | 'spanBatchBytes' | 'logQueueBytes' | 'logBatchBytes'> };
