import type { HeaderMapping, HeaderPair } from '../config/settings.js';
import type { MappedHeaders } from '../model/record.js';
import type { CallTrace } from '../model/trace.js';
import { boundedText } from '../util/text.js';
import type { HeaderView } from './header-view.js';

const SESSION = 'session.id';

/**
 * The attributes that request headers give to each signal (telemetry contract, section 5); of two headers for one attribute the last
 * non-empty one wins. `session.id` comes from baggage too, when no mapped header has it (section 8).
 */
export function mapHeaders(
  mapping: HeaderMapping,
  headers: HeaderView,
  trace: CallTrace,
  limit: number,
): MappedHeaders {
  const span = attributesOf(mapping.span, headers, limit);
  const log = attributesOf(mapping.log, headers, limit);
  if ((mapping.baggageSession.span && !span.has(SESSION)) || (mapping.baggageSession.log && !log.has(SESSION))) {
    const session = boundedText(trace.baggage(SESSION) ?? '', limit);
    if (session !== '') {
      if (mapping.baggageSession.span && !span.has(SESSION)) span.set(SESSION, session);
      if (mapping.baggageSession.log && !log.has(SESSION)) log.set(SESSION, session);
    }
  }
  return { span, log, metrics: attributesOf(mapping.metrics, headers, limit) };
}

/**
 * Adds the session and the user that a request body names, to spans and logs; a header or baggage that named them wins. Metrics never
 * carry either: both are unbounded.
 */
export function withSession(
  mapped: MappedHeaders,
  session: string | undefined,
  user: string | undefined,
  limit: number,
): MappedHeaders {
  const named = new Map<string, string>();
  for (const [attribute, text] of [
    [SESSION, session],
    ['user.id', user],
  ] as const) {
    const value = boundedText(text ?? '', limit);
    if (value !== '') named.set(attribute, value);
  }
  if (named.size === 0) return mapped;
  return { ...mapped, span: new Map([...named, ...mapped.span]), log: new Map([...named, ...mapped.log]) };
}

function attributesOf(pairs: readonly HeaderPair[], headers: HeaderView, limit: number): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of pairs) {
    const value = boundedText(headers.get(pair.header) ?? '', limit);
    if (value !== '') attributes.set(pair.attribute, value);
  }
  return attributes;
}
