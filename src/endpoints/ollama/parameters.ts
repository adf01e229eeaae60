import { asNumber, asObject, emptyObject, type JsonObject } from '../../model/json.js';
import type { RequestParameters } from '../../model/request-parameters.js';
import { readParameters } from '../parameters.js';

/**
 * A request's parameters: `options` holds most of them, some by other names (Ollama API reference, "Valid Parameters and Values").
 * A negative `num_predict` means "no limit".
 */
export function readOptions(body: JsonObject): RequestParameters {
  const options = emptyObject();
  const given = asObject(body['options']) ?? emptyObject();
  for (const name of ['temperature', 'top_p', 'top_k', 'seed', 'stop', 'frequency_penalty', 'presence_penalty']) {
    options[name] = given[name];
  }
  const limit = asNumber(given['num_predict']);
  if (limit !== undefined && limit >= 0) options['max_tokens'] = limit;
  options['dimensions'] = body['dimensions'];
  return { ...readParameters(options), outputType: asksForJson(body['format']) ? 'json' : undefined };
}

/** `format` is `json`, or the JSON schema of the answer. */
function asksForJson(format: JsonObject[string]): boolean {
  return format === 'json' || asObject(format) !== undefined;
}
