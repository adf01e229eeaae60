import type { Attributes } from '../../model/attributes.js';
import type { GenAiRecord, Recorder } from '../../model/record.js';
import type { SpanConvention, SpanProjection } from '../../model/span-convention.js';
import type { SpanEnd } from '../../model/trace.js';

/**
 * Ends the call's span, once, with what each convention says of the call. The first one decides name and status, and whose
 * attribute or event stands where two have the same name.
 */
export function createSpanRecorder(conventions: readonly [SpanConvention, ...SpanConvention[]]): Recorder {
  return {
    name: 'span',
    record(record) {
      if (!record.trace.recording) return;
      const [project, ...others] = conventions;
      const projections: [SpanProjection, ...SpanProjection[]] = [
        project(record),
        ...others.map((other) => other(record)),
      ];
      record.trace.end(mergeProjections(record, projections));
    },
  };
}

function mergeProjections(record: GenAiRecord, projections: readonly [SpanProjection, ...SpanProjection[]]): SpanEnd {
  const [first, ...others] = projections;
  const events = [...first.events];
  for (const event of others.flatMap((projection) => projection.events)) {
    if (!events.some((known) => known.name === event.name)) events.push(event);
  }
  return {
    name: first.name,
    endTime: record.timing.startTime + record.timing.duration,
    attributes: mergeAttributes(projections),
    events: events.sort((one, other) => one.time - other.time),
    status: first.status,
  };
}

/** The facts of all come before the content of any: a limit on attributes cuts at the end. */
function mergeAttributes(projections: readonly SpanProjection[]): Attributes {
  const merged: Attributes = {};
  for (const part of ['facts', 'content'] as const) {
    for (const projection of projections) {
      const attributes = projection[part];
      for (const key in attributes) if (!(key in merged)) merged[key] = attributes[key]!;
    }
  }
  return merged;
}
