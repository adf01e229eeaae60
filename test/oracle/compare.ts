import { isDeepStrictEqual } from 'node:util';

/** A span as far as it is compared; scope, times, ids and the name are not. */
export interface ComparedSpan {
  status: { code: string; message: string };
  attributes: Record<string, unknown>;
  events: { name: string; attributes: Record<string, unknown> }[];
}

/** What one of the two has and the other has not, or has otherwise. */
export interface Difference {
  /** The attribute; `status`, `exception.type` and `exception.message` for what is not one. */
  key: string;
  /** Absent where the instrumented client's span has nothing. */
  official?: unknown;
  /** Absent where the sidecar's span has nothing. */
  ours?: unknown;
}

export interface Comparison {
  /** How many facts both have, and alike. */
  equal: number;
  differences: Difference[];
}

/** Compares two spans of one call, fact by fact. JSON texts are compared as JSON. */
export function compareSpans(official: ComparedSpan, ours: ComparedSpan): Comparison {
  const expected = factsOf(official);
  const actual = factsOf(ours);
  const comparison: Comparison = { equal: 0, differences: [] };
  for (const key of [...new Set([...expected.keys(), ...actual.keys()])].sort()) {
    if (expected.has(key) && actual.has(key) && alike(key, expected.get(key), actual.get(key))) comparison.equal += 1;
    else if (!isReportedZero(key, expected, actual)) {
      comparison.differences.push({ key, official: expected.get(key), ours: actual.get(key) });
    }
  }
  return comparison;
}

function factsOf({ status, attributes, events }: ComparedSpan): Map<string, unknown> {
  const facts = new Map<string, unknown>(Object.entries(attributes));
  facts.set('status', status.message === '' ? status.code : `${status.code} ${status.message}`);
  for (const event of events.filter(({ name }) => name === 'exception')) {
    for (const key of ['exception.type', 'exception.message']) facts.set(key, event.attributes[key]);
  }
  return facts;
}

function alike(key: string, one: unknown, other: unknown): boolean {
  if (isDeepStrictEqual(one, other)) return true;
  return isDeepStrictEqual(asJson(key, one), asJson(key, other));
}

/** The value of a JSON text, so that its writing does not count; anything else as it is. */
function asJson(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    // the client's own types write members that nobody sent, as null
    const isTyped = key === 'output.value' || key.startsWith('llm.tools.');
    return JSON.parse(value, (_name, member) => (isTyped && member === null ? undefined : member));
  } catch {
    return value;
  }
}

/** A provider's 0 is known to us (telemetry contract, section 2); the official instrumentations leave some out. */
function isReportedZero(key: string, expected: Map<string, unknown>, actual: Map<string, unknown>): boolean {
  return key.startsWith('llm.token_count.') && !expected.has(key) && actual.get(key) === 0;
}
