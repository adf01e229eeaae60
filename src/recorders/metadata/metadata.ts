import type { MetadataTarget, MetadataValues } from '../../model/metadata.js';
import { type CallFacts, timePerOutputToken, timeToFirstToken } from '../../model/record.js';

/**
 * The dynamic metadata of what is known of a call so far; keys and types of the telemetry contract, section 4. Mapped headers and
 * costs that users define come first, so that none of them can take the place of a key of ours.
 */
export function describeMetadata(facts: CallFacts): MetadataValues;
export function describeMetadata(facts: CallFacts, target: MetadataTarget): void;
export function describeMetadata(facts: CallFacts, target?: MetadataTarget): MetadataValues | undefined {
  const { log } = facts.headers;
  if (target !== undefined && facts.customCosts === undefined && !hasOwnKey(log)) {
    for (const [key, value] of log) target.set(key, value);
    tellOwn(facts, target);
    return undefined;
  }
  const values = new Map<string, string | number | boolean>(log);
  if (facts.customCosts) for (const [key, cost] of facts.customCosts) values.set(key, cost);
  tellOwn(facts, values);
  if (target === undefined) return values;
  for (const [key, value] of values) target.set(key, value);
  return undefined;
}

/** Every key of ours. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'operation_name',
  'provider_name',
  'request_model',
  'model_name_override',
  'response_model',
  'backend_name',
  'streaming',
  'trace_id',
  'span_id',
  'sampled',
  'llm_input_token',
  'llm_output_token',
  'llm_total_token',
  'llm_cached_input_token',
  'llm_cache_creation_input_token',
  'llm_reasoning_token',
  'token_latency_ttft',
  'token_latency_itl',
  'llm_cost',
  'finish_reason',
  'error_type',
]);

/** Whether a header was mapped to a key of ours, whose value then may be told in its place. */
function hasOwnKey(values: ReadonlyMap<string, string>): boolean {
  for (const key of values.keys()) if (OWN_KEYS.has(key)) return true;
  return false;
}

function tellOwn(facts: CallFacts, target: MetadataTarget): void {
  const { usage, trace } = facts;
  tell(target, 'operation_name', facts.endpoint.operation);
  tell(target, 'provider_name', facts.provider);
  tell(target, 'request_model', facts.originalModel);
  tell(target, 'model_name_override', facts.requestModel);
  // the request's model stands in, as in the metrics, once there is an answer to speak of
  if (facts.status !== undefined) tell(target, 'response_model', facts.responseModel);
  tell(target, 'backend_name', facts.backend);
  tell(target, 'streaming', facts.streaming);
  tell(target, 'trace_id', trace.traceId);
  tell(target, 'span_id', trace.spanId);
  tell(target, 'sampled', trace.sampled);
  tell(target, 'llm_input_token', usage.input);
  tell(target, 'llm_output_token', usage.output);
  tell(target, 'llm_total_token', usage.total);
  tell(target, 'llm_cached_input_token', usage.cachedInput);
  tell(target, 'llm_cache_creation_input_token', usage.cacheCreationInput);
  tell(target, 'llm_reasoning_token', usage.reasoning);
  tell(target, 'token_latency_ttft', timeToFirstToken(facts));
  tell(target, 'token_latency_itl', timePerOutputToken(facts));
  tell(target, 'llm_cost', facts.cost?.total);
  tell(target, 'finish_reason', facts.finishReasons[0]);
  tell(target, 'error_type', facts.failure?.type);
}

function tell(target: MetadataTarget, key: string, value: string | number | boolean | undefined): void {
  if (value !== undefined && value !== '') target.set(key, value);
}
