import { propagation, ROOT_CONTEXT, type TextMapGetter } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';

/** W3C Baggage: 8192 bytes must be carried at least; what goes beyond is not read. */
const MAX_BAGGAGE = 8192;

const propagator = new W3CBaggagePropagator();
const textGetter: TextMapGetter<string> = { get: (text) => text, keys: () => [] };

/** The value of one baggage entry, percent-decoded; `undefined` when it is not there. Never throws. */
export function readBaggage(header: string | undefined, key: string): string | undefined {
  if (header === undefined || header === '') return undefined;
  const context = propagator.extract(ROOT_CONTEXT, boundedList(header), textGetter);
  return propagation.getBaggage(context)?.getEntry(key)?.value;
}

/** The list's first whole entries within the limit. */
function boundedList(header: string): string {
  if (header.length <= MAX_BAGGAGE) return header;
  return header.slice(0, Math.max(0, header.lastIndexOf(',', MAX_BAGGAGE)));
}
