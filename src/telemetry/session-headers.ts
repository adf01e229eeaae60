import type { OtlpSettings } from '../config/settings.js';
import type { ProcessIdentity } from '../util/process-identity.js';
import type { TelemetrySettings } from './telemetry-settings.js';

/**
 * The settings with the headers that say which process exports: `DD-Session-ID` on every export, `DD-Root-Session-ID` in a process
 * that another of ours started. A header of the same name that the user has set, in whatever case, stays as it is.
 */
export function withSessionHeaders(settings: TelemetrySettings, identity: ProcessIdentity): TelemetrySettings {
  if (!settings.sessionHeaders) return settings;
  const { sessionId, rootSessionId } = identity;
  const own: [string, string][] = [['DD-Session-ID', sessionId]];
  if (rootSessionId !== sessionId) own.push(['DD-Root-Session-ID', rootSessionId]);
  const withOwn = (otlp: OtlpSettings): OtlpSettings => {
    const given = new Set(Object.keys(otlp.headers).map((name) => name.toLowerCase()));
    const added = own.filter(([name]) => !given.has(name.toLowerCase()));
    return { ...otlp, headers: { ...otlp.headers, ...Object.fromEntries(added) } };
  };
  return {
    ...settings,
    traces: { ...settings.traces, otlp: withOwn(settings.traces.otlp) },
    metrics: { ...settings.metrics, otlp: withOwn(settings.metrics.otlp) },
    logs: { ...settings.logs, otlp: withOwn(settings.logs.otlp) },
  };
}
