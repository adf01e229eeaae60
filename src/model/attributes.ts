import type { AttributeValue } from './trace.js';

/** Attributes in the order in which they were set: what matters most comes first, where a limit may cut. */
export type Attributes = Record<string, AttributeValue>;

/** Sets an attribute whose value is known; an empty text is a value, `undefined` is none. */
export function set(attributes: Attributes, key: string, value: AttributeValue | undefined): void {
  if (value !== undefined) attributes[key] = value;
}
