import type { Attributes } from '../model/attributes.js';
import type { AttributeValue, SpanEvent } from '../model/trace.js';
import type { EndedEvent } from './ended-span.js';

/** What a span may hold (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`). */
export interface SpanLimits {
  attributeCount: number;
  /** Characters of a text, alone or in an array; `Infinity` for no limit. */
  valueLength: number;
}

/** The specification's own: a call's span has two events of two attributes at most. */
const EVENTS = 128;
const ATTRIBUTES_PER_EVENT = 128;

/** Attributes within a limit, and how many were one too many. */
export interface LimitedAttributes {
  attributes: Attributes;
  dropped: number;
}

/**
 * Applies the limits as the SDK's span does: the first attributes stay, texts are cut, and what OpenTelemetry has no type for is left
 * out without being counted. Gives back the same object when nothing is to be changed.
 */
export function limitAttributes(attributes: Attributes, count: number, valueLength: number): LimitedAttributes {
  let seen = 0;
  for (const key in attributes) {
    seen += 1;
    if (seen > count || !fits(key, attributes[key], valueLength)) return limited(attributes, count, valueLength);
  }
  return { attributes, dropped: 0 };
}

function limited(attributes: Attributes, count: number, valueLength: number): LimitedAttributes {
  const kept: Attributes = {};
  let taken = 0;
  let dropped = 0;
  for (const key in attributes) {
    const value = attributes[key];
    if (key === '' || value === undefined || !isValue(value)) continue;
    if (taken >= count) dropped += 1;
    else {
      kept[key] = shortened(value, valueLength);
      taken += 1;
    }
  }
  return { attributes: kept, dropped };
}

function fits(key: string, value: AttributeValue | undefined, valueLength: number): boolean {
  if (key === '' || value === undefined || !isValue(value)) return false;
  if (typeof value === 'string') return value.length <= valueLength;
  if (!Array.isArray(value) || valueLength === Number.POSITIVE_INFINITY) return true;
  for (const item of value) if (typeof item === 'string' && item.length > valueLength) return false;
  return true;
}

/** Whether OpenTelemetry has a type for it: the values come from bodies, so an array may hold anything. */
function isValue(value: unknown): boolean {
  if (!Array.isArray(value)) return isPrimitive(typeof value);
  let type: string | undefined;
  for (const item of value) {
    // a place without a value is one that OTLP can say
    if (item === null || item === undefined) continue;
    type ??= typeof item;
    if (typeof item !== type || !isPrimitive(type)) return false;
  }
  return true;
}

function isPrimitive(type: string): boolean {
  return type === 'string' || type === 'number' || type === 'boolean';
}

function shortened(value: AttributeValue, valueLength: number): AttributeValue {
  if (typeof value === 'string') return value.length > valueLength ? value.slice(0, valueLength) : value;
  if (!Array.isArray(value)) return value;
  const cut = (item: unknown) =>
    typeof item === 'string' && item.length > valueLength ? item.slice(0, valueLength) : item;
  return (value as unknown[]).map(cut) as AttributeValue;
}

/** The latest events within the limits; their attributes are limited alike. */
export function limitEvents(events: readonly SpanEvent[], valueLength: number): readonly EndedEvent[] {
  return events.slice(-EVENTS).map(({ name, time, attributes }) => {
    const { attributes: kept, dropped } = limitAttributes(attributes, ATTRIBUTES_PER_EVENT, valueLength);
    return { name, time, attributes: kept, droppedAttributesCount: dropped };
  });
}
