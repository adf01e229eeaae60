import type { HeaderMapping, HeaderPair } from '../settings.js';
import type { Values } from '../table/table.js';

type Pairs = readonly HeaderPair[];

const SESSION: Pairs = [{ header: 'agent-session-id', attribute: 'session.id' }];

/**
 * Lays mappings over each other by header. A header that comes again takes its new place in the order too: of two
 * headers for one attribute the later wins, and what a setting says wins over what came before it.
 */
function overlay(...layers: readonly (Pairs | undefined)[]): Pairs {
  const pairs = new Map<string, HeaderPair>();
  for (const pair of layers.flatMap((layer) => layer ?? [])) {
    pairs.delete(pair.header);
    pairs.set(pair.header, pair);
  }
  return [...pairs.values()];
}

/** The mapping of each signal after default, base and overlay (telemetry contract, section 5): unset, empty and value differ. */
export function buildHeaderMapping(values: Values): HeaderMapping {
  const base = values.OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES;
  const span = values.OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES;
  const metrics = values.OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES;
  const log = values.OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES;
  const keepsDefault = (own: Pairs | undefined): boolean => base?.length !== 0 && own?.length !== 0;
  const withDefault = (own: Pairs | undefined): Pairs => overlay(keepsDefault(own) ? SESSION : [], base, own);
  return {
    span: withDefault(span),
    metrics: overlay(base, metrics),
    log: withDefault(log),
    baggageSession: { span: keepsDefault(span), log: keepsDefault(log) },
  };
}
