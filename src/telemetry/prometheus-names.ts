import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/*
 * Names as the OpenTelemetry specification ("Prometheus and OpenMetrics Compatibility") wants them and as dashboards for
 * the gen_ai metrics expect them. The serializer that writes the page only replaces characters.
 */

/** Units that become a suffix; `token` and counts in braces do not. */
const UNIT_SUFFIXES: Record<string, string> = { s: 'seconds', ms: 'milliseconds', By: 'bytes' };

/** The metrics with names and labels for Prometheus; what is given is left alone. */
export function toPrometheus(metrics: ResourceMetrics): ResourceMetrics {
  return {
    resource: metrics.resource,
    scopeMetrics: metrics.scopeMetrics.map((scope) => ({ scope: scope.scope, metrics: scope.metrics.map(renamed) })),
  };
}

function renamed(metric: MetricData): MetricData {
  const suffix = UNIT_SUFFIXES[metric.descriptor.unit];
  const name = suffix === undefined ? metric.descriptor.name : `${metric.descriptor.name}_${suffix}`;
  return {
    ...metric,
    // the page's UNIT line must be the name's suffix or absent
    descriptor: { ...metric.descriptor, name, unit: suffix ?? '' },
    dataPoints: metric.dataPoints.map((point) => ({ ...point, attributes: prometheusLabels(point.attributes) })),
  } as MetricData;
}

/** Labels by the attributes they come from: the attribute objects of a series live as long as the series. */
const known = new WeakMap<Attributes, Attributes>();

/**
 * Attributes whose names are valid and distinct labels. A mapped header may be called anything: two names that become
 * one label are joined by ";" as the specification says, and `le` is the histogram's own. One bad label would make
 * Prometheus refuse the whole page.
 */
export function prometheusLabels(attributes: Attributes): Attributes {
  const cached = known.get(attributes);
  if (cached !== undefined) return cached;
  const labels = new Map<string, AttributeValue>();
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const label = labelName(key);
    const present = labels.get(label);
    labels.set(label, present === undefined ? value : `${present};${value}`);
  }
  const result = Object.fromEntries(labels);
  known.set(attributes, result);
  return result;
}

function labelName(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/g, '_').replace(/_{2,}/g, '_');
  if (/^[0-9]/.test(name)) return `key_${name}`;
  return name === 'le' || name === '' || name === '_' ? `attribute_${name}` : name;
}
