/**
 * Safe reads from JSON that somebody else wrote. Nothing here throws; what has the wrong type is `undefined`,
 * so that a provider's surprise costs one value and never a call.
 */

/** A parsed JSON value. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** A parsed JSON object; every member is untrusted. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

const BYTE_ORDER_MARK = 0xfeff;

/** The value when it is an object (neither array nor null). */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The value when it is an array. */
export function asArray(value: unknown): Json[] | undefined {
  return Array.isArray(value) ? (value as Json[]) : undefined;
}

/** The value when it is a string (an empty one too). */
export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value when it is a string with at least one character. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value when it is a finite number. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A count: a whole number from 0 to 2^53-1; everything else (negative, fraction, text) is not known. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** An object without a prototype: untrusted keys such as `__proto__` are plain members in it. */
export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

/** Parses a JSON text, with a byte order mark before it or not (RFC 8259, section 8.1); `undefined` for anything that is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text) as Json;
  } catch {
    return undefined;
  }
}

/** Parses a JSON text whose top level is an object; `undefined` for everything else. */
export function parseObject(text: string): JsonObject | undefined {
  return asObject(parseJson(text));
}

/** The value as JSON text; `undefined` where it cannot be written (nested too deep). */
export function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
