import { fileURLToPath } from 'node:url';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';

/** An attribute's value as plain JavaScript; integers as numbers. */
export type DecodedValue =
  | string
  | number
  | boolean
  | Buffer
  | DecodedValue[]
  | { [key: string]: DecodedValue }
  | undefined;

export type DecodedAttributes = Record<string, DecodedValue>;

/** One span as it arrived. Times in epoch milliseconds with fractions. */
export interface DecodedSpan {
  traceId: string;
  spanId: string;
  /** Empty for a root span. */
  parentSpanId: string;
  traceState: string;
  name: string;
  kind: 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER';
  startTime: number;
  endTime: number;
  attributes: DecodedAttributes;
  droppedAttributes: number;
  events: { name: string; time: number; attributes: DecodedAttributes }[];
  status: { code: 'UNSET' | 'OK' | 'ERROR'; message: string };
  flags: number;
  resource: DecodedAttributes;
  scope: { name: string; version: string };
}

/** One point of a metric; histograms have count to buckets, sums and gauges a value. */
export interface DecodedPoint {
  attributes: DecodedAttributes;
  startTime: number;
  time: number;
  value?: number;
  count?: number;
  sum?: number;
  min?: number;
  max?: number;
  bounds?: number[];
  buckets?: number[];
}

/** One metric of one export. */
export interface DecodedMetric {
  name: string;
  unit: string;
  description: string;
  type: 'histogram' | 'sum' | 'gauge';
  temporality?: 'delta' | 'cumulative' | undefined;
  monotonic?: boolean;
  points: DecodedPoint[];
  resource: DecodedAttributes;
  scope: { name: string; version: string };
}

/** One log record as it arrived. Times in epoch milliseconds with fractions. */
export interface DecodedLog {
  time: number;
  observedTime: number;
  severityNumber: number;
  severityText: string;
  body: DecodedValue;
  attributes: DecodedAttributes;
  /** Names of the attributes that came as integers. */
  integers: string[];
  droppedAttributes: number;
  flags: number;
  /** Empty when there is none. */
  traceId: string;
  spanId: string;
  eventName: string;
  resource: DecodedAttributes;
  scope: { name: string; version: string };
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
const STATUSES = ['UNSET', 'OK', 'ERROR'] as const;
const TEMPORALITIES = [undefined, 'delta', 'cumulative'] as const;

// biome-ignore lint/suspicious/noExplicitAny: the decoder's output has no types; this file is what gives it some
type Wire = any;

const decoders = loadSync(fileURLToPath(new URL('./protos/otlp.proto', import.meta.url)), {
  longs: String,
  defaults: true,
  oneofs: true,
})['otlp.Decoders'] as ServiceDefinition;
const traces = decoders['Traces'] as MethodDefinition<object, object>;
const metrics = decoders['Metrics'] as MethodDefinition<object, object>;
const logs = decoders['Logs'] as MethodDefinition<object, object>;

/** Encodes an answer with a partial success. */
export function encodeResponse(partialSuccess?: { rejected: number; errorMessage: string }): Buffer {
  return traces.responseSerialize(partialSuccess === undefined ? {} : { partialSuccess });
}

/** Decodes an ExportTraceServiceRequest. Throws on bytes that are not one. */
export function decodeSpans(body: Buffer): DecodedSpan[] {
  const request: Wire = traces.requestDeserialize(body);
  return request.resourceSpans.flatMap((group: Wire) =>
    group.scopeSpans.flatMap((scoped: Wire) =>
      scoped.spans.map((span: Wire) => decodeSpan(span, attributesOf(group.resource), scopeOf(scoped))),
    ),
  );
}

function decodeSpan(span: Wire, resource: DecodedAttributes, scope: DecodedSpan['scope']): DecodedSpan {
  return {
    traceId: span.traceId.toString('hex'),
    spanId: span.spanId.toString('hex'),
    parentSpanId: span.parentSpanId.toString('hex'),
    traceState: span.traceState,
    name: span.name,
    kind: KINDS[span.kind as number] ?? 'UNSPECIFIED',
    startTime: millis(span.startTimeUnixNano),
    endTime: millis(span.endTimeUnixNano),
    attributes: attributesOf(span),
    droppedAttributes: span.droppedAttributesCount,
    events: span.events.map((event: Wire) => ({
      name: event.name,
      time: millis(event.timeUnixNano),
      attributes: attributesOf(event),
    })),
    status: { code: STATUSES[(span.status?.code ?? 0) as number] ?? 'UNSET', message: span.status?.message ?? '' },
    flags: span.flags,
    resource,
    scope,
  };
}

/** Decodes an ExportMetricsServiceRequest. Throws on bytes that are not one. */
export function decodeMetrics(body: Buffer): DecodedMetric[] {
  const request: Wire = metrics.requestDeserialize(body);
  return request.resourceMetrics.flatMap((group: Wire) =>
    group.scopeMetrics.flatMap((scoped: Wire) =>
      scoped.metrics.map((metric: Wire) => decodeMetric(metric, attributesOf(group.resource), scopeOf(scoped))),
    ),
  );
}

/** Decodes an ExportLogsServiceRequest. Throws on bytes that are not one. */
export function decodeLogs(body: Buffer): DecodedLog[] {
  const request: Wire = logs.requestDeserialize(body);
  return request.resourceLogs.flatMap((group: Wire) =>
    group.scopeLogs.flatMap((scoped: Wire) =>
      scoped.logRecords.map(
        (record: Wire): DecodedLog => ({
          time: millis(record.timeUnixNano),
          observedTime: millis(record.observedTimeUnixNano),
          severityNumber: record.severityNumber,
          severityText: record.severityText,
          body: plainValue(record.body),
          attributes: attributesOf(record),
          integers: record.attributes
            .filter((pair: Wire) => pair.value?.value === 'intValue')
            .map((pair: Wire) => pair.key),
          droppedAttributes: record.droppedAttributesCount,
          flags: record.flags,
          traceId: record.traceId.toString('hex'),
          spanId: record.spanId.toString('hex'),
          eventName: record.eventName,
          resource: attributesOf(group.resource),
          scope: scopeOf(scoped),
        }),
      ),
    ),
  );
}

function decodeMetric(metric: Wire, resource: DecodedAttributes, scope: DecodedMetric['scope']): DecodedMetric {
  const type = metric.data as DecodedMetric['type'];
  const data = metric[type];
  return {
    name: metric.name,
    unit: metric.unit,
    description: metric.description,
    type,
    temporality: TEMPORALITIES[(data.aggregationTemporality ?? 0) as number],
    ...(type === 'sum' ? { monotonic: data.isMonotonic } : {}),
    points: data.dataPoints.map(type === 'histogram' ? decodeHistogramPoint : decodeNumberPoint),
    resource,
    scope,
  };
}

function decodeHistogramPoint(point: Wire): DecodedPoint {
  return {
    ...timesOf(point),
    count: Number(point.count),
    sum: point.sum,
    min: point.min,
    max: point.max,
    bounds: point.explicitBounds,
    buckets: point.bucketCounts.map(Number),
  };
}

function decodeNumberPoint(point: Wire): DecodedPoint {
  return { ...timesOf(point), value: Number(point[point.value as string]) };
}

function timesOf(point: Wire) {
  return {
    attributes: attributesOf(point),
    startTime: millis(point.startTimeUnixNano),
    time: millis(point.timeUnixNano),
  };
}

function scopeOf(scoped: Wire): { name: string; version: string } {
  return { name: scoped.scope?.name ?? '', version: scoped.scope?.version ?? '' };
}

function millis(nanos: string): number {
  return Number(BigInt(nanos) / 1000n) / 1000;
}

function attributesOf(holder: Wire): DecodedAttributes {
  return Object.fromEntries((holder?.attributes ?? []).map((pair: Wire) => [pair.key, plainValue(pair.value)]));
}

function plainValue(value: Wire): DecodedValue {
  switch (value?.value) {
    case 'intValue':
      return Number(value.intValue);
    case 'arrayValue':
      return value.arrayValue.values.map(plainValue);
    case 'kvlistValue':
      return Object.fromEntries(value.kvlistValue.values.map((pair: Wire) => [pair.key, plainValue(pair.value)]));
    default:
      return value?.value === undefined ? undefined : value[value.value];
  }
}
