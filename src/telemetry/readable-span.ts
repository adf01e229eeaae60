import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { hrTimeDuration, millisToHrTime } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { PACKAGE } from '../util/package-info.js';
import type { EndedSpan } from './ended-span.js';

/** A span as the SDK's own exporters read it. */
export function readableSpan(span: EndedSpan, resource: Resource): ReadableSpan {
  const { traceId, spanId, parent, status } = span;
  const startTime = millisToHrTime(span.startTime);
  const endTime = millisToHrTime(span.endTime);
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, traceState: parent?.traceState };
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    spanContext: () => context,
    parentSpanContext: parent,
    startTime,
    endTime,
    duration: hrTimeDuration(startTime, endTime),
    ended: true,
    status:
      status.code === 'ERROR'
        ? { code: SpanStatusCode.ERROR, message: status.message }
        : { code: SpanStatusCode[status.code] },
    attributes: span.attributes,
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(({ name, time, attributes, droppedAttributesCount }) => ({
      name,
      attributes,
      time: millisToHrTime(time),
      droppedAttributesCount,
    })),
    droppedEventsCount: span.droppedEventsCount,
    links: [],
    droppedLinksCount: 0,
    resource,
    instrumentationScope: { name: PACKAGE.name, version: PACKAGE.version },
  };
}
