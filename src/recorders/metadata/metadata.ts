import type { MetadataValues } from '../../model/metadata.js';
import { type CallFacts, timePerOutputToken, timeToFirstToken } from '../../model/record.js';

/**
 * The dynamic metadata of what is known of a call so far; keys and types of the telemetry contract, section 4. Mapped headers and
 * costs that users define come first, so that none of them can take the place of a key of ours.
 */
export function describeMetadata(facts: CallFacts): MetadataValues {
  const values = new Map<string, string | number | boolean>(facts.headers.log);
  if (facts.customCosts) for (const [key, cost] of facts.customCosts) values.set(key, cost);
  const set = (key: string, value: string | number | boolean | undefined) => {
    if (value !== undefined && value !== '') values.set(key, value);
  };
  const { usage, trace } = facts;
  set('operation_name', facts.endpoint.operation);
  set('provider_name', facts.provider);
  set('request_model', facts.originalModel);
  set('model_name_override', facts.requestModel);
  // the request's model stands in, as in the metrics, once there is an answer to speak of
  if (facts.status !== undefined) set('response_model', facts.responseModel);
  set('backend_name', facts.backend);
  set('streaming', facts.streaming);
  set('trace_id', trace.traceId);
  set('span_id', trace.spanId);
  set('sampled', trace.sampled);
  set('llm_input_token', usage.input);
  set('llm_output_token', usage.output);
  set('llm_total_token', usage.total);
  set('llm_cached_input_token', usage.cachedInput);
  set('llm_cache_creation_input_token', usage.cacheCreationInput);
  set('llm_reasoning_token', usage.reasoning);
  set('token_latency_ttft', timeToFirstToken(facts));
  set('token_latency_itl', timePerOutputToken(facts));
  set('llm_cost', facts.cost?.total);
  set('finish_reason', facts.finishReasons[0]);
  set('error_type', facts.failure?.type);
  return values;
}
