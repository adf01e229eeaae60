import type { Attributes } from '../../model/attributes.js';
import type { Recorder } from '../../model/record.js';
import type { SpanConvention, SpanProjection } from '../../model/span-convention.js';
import type { SpanEvent } from '../../model/trace.js';

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
      const first = project(record);
      const projections = others.length === 0 ? [first] : [first, ...others.map((other) => other(record))];
      record.trace.end({
        name: first.name,
        endTime: record.timing.startTime + record.timing.duration,
        attributes: mergeAttributes(projections),
        events: mergeEvents(projections),
        status: first.status,
      });
    },
  };
}

function mergeEvents(projections: readonly SpanProjection[]): SpanEvent[] {
  const [first, ...others] = projections as readonly [SpanProjection, ...SpanProjection[]];
  const events = [...first.events];
  for (const { events: more } of others) {
    for (const event of more) if (!events.some((known) => known.name === event.name)) events.push(event);
  }
  return events.length > 1 ? events.sort((one, other) => one.time - other.time) : events;
}

/** The facts of all come before the content of any: a limit on attributes cuts at the end. */
function mergeAttributes(projections: readonly SpanProjection[]): Attributes {
  // a projection is made for one call: the first one's facts grow into the whole
  const [{ facts: merged }, ...others] = projections as readonly [SpanProjection, ...SpanProjection[]];
  for (const { facts } of others) addMissing(merged, facts);
  for (const { content } of projections) addMissing(merged, content);
  return merged;
}

function addMissing(attributes: Attributes, more: Attributes): void {
  for (const key in more) if (!(key in attributes)) attributes[key] = more[key]!;
}
