/** Values of Envoy's dynamic metadata by key: flat; strings, numbers and booleans (telemetry contract, section 4). */
export type MetadataValues = ReadonlyMap<string, string | number | boolean>;

/** What takes metadata value by value: a map, or whoever compares them with what was there before. */
export interface MetadataTarget {
  set(key: string, value: string | number | boolean): unknown;
}

/** Tells the metadata of what is known of a call, each key once: to a target, or in a map of its own. */
export interface MetadataDescription<Facts> {
  (facts: Facts): MetadataValues;
  (facts: Facts, target: MetadataTarget): unknown;
}
