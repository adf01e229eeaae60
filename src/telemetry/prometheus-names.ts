import type { Attributes } from '@opentelemetry/api';
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';

/*
 * Names as the OpenTelemetry specification ("Prometheus and OpenMetrics Compatibility") wants them and as dashboards for
 * the gen_ai metrics expect them.
 */

/** Units that become a suffix; `token` and counts in braces do not. */
const UNIT_SUFFIXES: Record<string, string> = { s: '_seconds', ms: '_milliseconds', By: '_bytes', USD: '_USD' };

/** The metric's name on the page: its unit spelled out, `_total` behind counters. */
export function prometheusName(metric: MetricData): string {
  const name = validName(metric.descriptor.name) + (UNIT_SUFFIXES[metric.descriptor.unit] ?? '');
  const counter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  return counter && !name.endsWith('_total') ? `${name}_total` : name;
}

/**
 * Attributes under names that are valid and distinct labels. A mapped header may be called anything: two names that
 * become one label are joined by ";" as the specification says, and `le` is the histogram's own. One bad label would
 * make Prometheus refuse the whole page.
 */
export function prometheusLabels(attributes: Attributes): Record<string, string> {
  const labels = new Map<string, string>();
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const label = labelName(key);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const present = labels.get(label);
    labels.set(label, present === undefined ? text : `${present};${text}`);
  }
  return Object.fromEntries(labels);
}

function labelName(key: string): string {
  const name = validName(key);
  if (/^[0-9]/.test(name)) return `key_${name}`;
  return name === 'le' || name === '' || name === '_' ? `attribute_${name}` : name;
}

function validName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/_{2,}/g, '_');
}
