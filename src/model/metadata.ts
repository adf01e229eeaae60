/** Values of Envoy's dynamic metadata by key: flat; strings, numbers and booleans (telemetry contract, section 4). */
export type MetadataValues = ReadonlyMap<string, string | number | boolean>;
