import type { Attributes } from './messages.js';

/** Reads Envoy's attributes by name as text; what is missing, empty or of another type is `undefined`. */
export function viewAttributes(attributes: Attributes | undefined): (name: string) => string | undefined {
  return (name) => {
    if (!attributes) return undefined;
    for (const filter of Object.keys(attributes)) {
      const value = attributes[filter]?.fields?.[name];
      if (value?.stringValue !== undefined && value.stringValue !== '') return value.stringValue;
      if (value?.numberValue !== undefined) return String(value.numberValue);
    }
    return undefined;
  };
}
