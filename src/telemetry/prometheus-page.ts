import type { Attributes } from '@opentelemetry/api';
import {
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { prometheusLabels, prometheusName } from './prometheus-names.js';

/*
 * The Prometheus text format, version 0.0.4. The stock serializer builds every line's labels anew and holds the event
 * loop for 5 ms per call pattern (2 s for the series that our caps allow), during which Envoy gets no answers. Here a
 * series' labels are written once in its life, and the loop is given back every few milliseconds.
 */

/** How long the page may hold the event loop at a time. */
const SLICE_MS = 3;
/** Points between two looks at the clock. */
const POINTS_PER_LOOK = 16;

/** Writes a page of everything collected; takes as many turns of the event loop as it needs. */
export async function writePrometheusPage(metrics: ResourceMetrics): Promise<string> {
  const parts: string[] = [targetInfo(metrics.resource.attributes)];
  const pause = createPause();
  for (const scope of metrics.scopeMetrics) {
    for (const metric of scope.metrics) {
      const name = prometheusName(metric);
      parts.push(header(name, metric));
      if (metric.dataPointType === DataPointType.HISTOGRAM) {
        const writePoint = createHistogramWriter(name);
        for (const point of metric.dataPoints) {
          parts.push(writePoint(point));
          if (pause.isDue()) await pause.take();
        }
      } else if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) {
        for (const point of metric.dataPoints) {
          parts.push(`${name}${braced(labelsOf(point.attributes))} ${numberText(point.value)}\n`);
          if (pause.isDue()) await pause.take();
        }
      }
    }
  }
  return parts.join('');
}

function createPause() {
  let points = 0;
  let since = performance.now();
  return {
    isDue: () => ++points % POINTS_PER_LOOK === 0 && performance.now() - since > SLICE_MS,
    async take() {
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    },
  };
}

function header(name: string, metric: MetricData): string {
  const help = escapeHelp(metric.descriptor.description || metric.descriptor.name);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${typeOf(metric)}\n`;
}

function typeOf(metric: MetricData): 'histogram' | 'counter' | 'gauge' {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge';
}

/** One writer per histogram: its points share their bounds. */
function createHistogramWriter(name: string): (point: DataPoint<Histogram>) => string {
  let bounds: number[] | undefined;
  let buckets: string[] = [];
  return ({ attributes, value }) => {
    if (value.buckets.boundaries !== bounds) {
      bounds = value.buckets.boundaries;
      buckets = [...bounds.map(numberText), '+Inf'].map((bound) => `le="${bound}"} `);
    }
    const labels = labelsOf(attributes);
    const bucketStart = `${name}_bucket{${labels}${labels === '' ? '' : ','}`;
    let text = `${name}_count${braced(labels)} ${value.count}\n`;
    if (value.sum !== undefined) text += `${name}_sum${braced(labels)} ${numberText(value.sum)}\n`;
    let count = 0;
    for (let index = 0; index < buckets.length; index++) {
      count += value.buckets.counts[index] ?? 0;
      text += `${bucketStart}${buckets[index]}${count}\n`;
    }
    return text;
  };
}

function targetInfo(resource: Attributes): string {
  return `# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info${braced(labelsOf(resource))} 1\n`;
}

/** Label texts by the attributes they come from: the attribute objects of a series live as long as the series. */
const known = new WeakMap<Attributes, string>();

function labelsOf(attributes: Attributes): string {
  const cached = known.get(attributes);
  if (cached !== undefined) return cached;
  const labels = Object.entries(prometheusLabels(attributes))
    .map(([name, value]) => `${name}="${escapeValue(value)}"`)
    .join(',');
  known.set(attributes, labels);
  return labels;
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

function escapeValue(text: string): string {
  return escapeHelp(text).replace(/"/g, '\\"');
}
