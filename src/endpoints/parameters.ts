import { asArray, asNumber, asObject, asText, type JsonObject } from '../model/json.js';
import type { RequestParameters } from '../model/request-parameters.js';

/**
 * The parameters of a request by the names that the APIs share (OpenTelemetry semantic conventions, "gen_ai.request.*"). An API with
 * other names or another place for them maps its body first.
 */
export function readParameters(body: JsonObject): RequestParameters {
  const choices = asNumber(body['n']);
  return {
    temperature: asNumber(body['temperature']),
    topP: asNumber(body['top_p']),
    topK: asNumber(body['top_k']),
    frequencyPenalty: asNumber(body['frequency_penalty']),
    presencePenalty: asNumber(body['presence_penalty']),
    seed: asNumber(body['seed']),
    maxTokens:
      asNumber(body['max_completion_tokens']) ?? asNumber(body['max_output_tokens']) ?? asNumber(body['max_tokens']),
    stopSequences: readStop(body),
    choiceCount: choices === 1 ? undefined : choices,
    encodingFormats: asText(body['encoding_format']) === undefined ? undefined : [body['encoding_format'] as string],
    dimensions: asNumber(body['dimensions']),
    outputType: readOutputType(body),
  };
}

/** One text or a list of texts. */
function readStop(body: JsonObject): string[] | undefined {
  const stop = body['stop'] ?? body['stop_sequences'];
  const list = asArray(stop) ?? [stop];
  const texts = list.filter((entry): entry is string => typeof entry === 'string');
  return texts.length > 0 ? texts : undefined;
}

/** What kind of text a chat answer shall be: `response_format.type`, or `text.format.type` of Responses. */
function readOutputType(body: JsonObject): string | undefined {
  const format = asObject(body['response_format']) ?? asObject(asObject(body['text'])?.['format']);
  switch (format?.['type']) {
    case 'json_object':
    case 'json_schema':
      return 'json';
    case 'text':
      return 'text';
    default:
      return undefined;
  }
}
