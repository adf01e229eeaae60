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
  const metrics = attributesOf(mapping.metrics, headers, limit);
  const onSpan = mapping.baggageSession.span && !span.has(SESSION);
  const onLog = mapping.baggageSession.log && !log.has(SESSION);
  const session = onSpan || onLog ? boundedText(trace.baggage(SESSION) ?? '', limit) : '';
  if (session === '') return { span, log, metrics };
  return {
    span: onSpan ? new Map([...span, [SESSION, session]]) : span,
    log: onLog ? new Map([...log, [SESSION, session]]) : log,
    metrics,
  };
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

const NONE: ReadonlyMap<string, string> = new Map();

function attributesOf(pairs: readonly HeaderPair[], headers: HeaderView, limit: number): ReadonlyMap<string, string> {
  let attributes: Map<string, string> | undefined;
  for (const pair of pairs) {
    const text = headers.get(pair.header);
    if (text === undefined) continue;
    const value = boundedText(text, limit);
    if (value === '') continue;
    attributes ??= new Map();
    attributes.set(pair.attribute, value);
  }
  return attributes ?? NONE;
}
