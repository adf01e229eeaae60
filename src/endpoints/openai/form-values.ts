import { asArray, emptyObject, type Json, type JsonObject } from '../../model/json.js';

/** Fields that are numbers in the API's own types, and in those of servers that speak its dialect. */
const NUMBERS: ReadonlySet<string> = new Set([
  'n',
  'temperature',
  'output_compression',
  'partial_images',
  'seed',
  'top_p',
  'top_k',
  'min_p',
  'frequency_penalty',
  'presence_penalty',
  'repetition_penalty',
  'max_completion_tokens',
  'speed',
]);
const BOOLEANS: ReadonlySet<string> = new Set(['stream', 'stream_include_usage', 'stream_continuous_usage_stats']);
/** A number as JSON writes it. */
const NUMBER = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/;

/** A form's fields with the types that the same request has in JSON, as the SDKs' parameters have them; everything else stays text. */
export function readFormValues(fields: JsonObject): JsonObject {
  const typed = emptyObject();
  for (const name of Object.keys(fields)) {
    const value = fields[name] as Json;
    typed[name] = asArray(value)?.map((entry) => readValue(name, entry)) ?? readValue(name, value);
  }
  return typed;
}

function readValue(name: string, value: Json): Json {
  if (typeof value !== 'string') return value;
  if (NUMBERS.has(name) && NUMBER.test(value)) return Number(value);
  if (BOOLEANS.has(name) && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
