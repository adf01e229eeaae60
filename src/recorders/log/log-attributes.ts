import { type Attributes, set } from '../../model/attributes.js';
import { type GenAiRecord, type HttpFacts, timePerOutputToken, timeToFirstToken } from '../../model/record.js';

/**
 * A call as attributes of its log record: the access log's fields by the access log's names (telemetry contract, section 4, and the
 * log format of envoy.yaml), so that one query reads both. Mapped headers and costs that users define come first: none takes the
 * place of a field of ours.
 */
export function describeCall(record: GenAiRecord): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of record.headers.log) attributes[name] = value;
  for (const [name, cost] of record.customCosts ?? []) attributes[name] = cost;
  setExchange(attributes, record);
  setModels(attributes, record);
  setUsage(attributes, record);
  setOutcome(attributes, record);
  return attributes;
}

function setExchange(attributes: Attributes, record: GenAiRecord): void {
  const { timing, http } = record;
  attributes['start_time'] = new Date(timing.startTime).toISOString();
  if (http) setHttp(attributes, http);
  set(attributes, 'response_code', record.status);
  attributes['duration'] = Math.round(timing.duration);
  set(attributes, 'upstream_cluster', record.backend);
  set(attributes, 'server.address', record.server?.address);
  set(attributes, 'server.port', record.server?.port);
}

function setHttp(attributes: Attributes, http: HttpFacts): void {
  set(attributes, 'method', http.method);
  set(attributes, 'request.path', http.path);
  attributes['bytes_received'] = http.bytesReceived;
  attributes['bytes_sent'] = http.bytesSent;
  set(attributes, 'user-agent', http.userAgent);
  set(attributes, 'x-request-id', http.requestId);
  set(attributes, 'x-forwarded-for', http.forwardedFor);
  set(attributes, 'x-envoy-upstream-service-time', http.upstreamMillis);
  set(attributes, 'upstream_host', http.upstreamHost);
}

function setModels(attributes: Attributes, record: GenAiRecord): void {
  attributes['gen_ai.operation.name'] = record.endpoint.operation;
  attributes['gen_ai.provider.name'] = record.provider;
  set(attributes, 'gen_ai.request.model', record.originalModel);
  // the request's model stands in, as in the metrics, once there is an answer to speak of
  if (record.status !== undefined) set(attributes, 'gen_ai.response.model', record.responseModel);
  set(attributes, 'gen_ai.response.id', record.responseId);
  set(attributes, 'model_name_override', record.requestModel);
  set(attributes, 'backend_name', record.backend);
}

function setUsage(attributes: Attributes, { usage, cost }: GenAiRecord): void {
  set(attributes, 'gen_ai.usage.input_tokens', usage.input);
  set(attributes, 'gen_ai.usage.output_tokens', usage.output);
  set(attributes, 'gen_ai.usage.total_tokens', usage.total);
  set(attributes, 'gen_ai.usage.cached_input_tokens', usage.cachedInput);
  set(attributes, 'gen_ai.usage.cache_creation_input_tokens', usage.cacheCreationInput);
  set(attributes, 'gen_ai.usage.reasoning_tokens', usage.reasoning);
  set(attributes, 'llm_cost', cost?.total);
}

function setOutcome(attributes: Attributes, record: GenAiRecord): void {
  set(attributes, 'streaming', record.streaming);
  set(attributes, 'finish_reason', record.finishReasons[0]);
  set(attributes, 'error_type', record.failure?.type);
  set(attributes, 'token_latency_ttft', timeToFirstToken(record));
  set(attributes, 'token_latency_itl', timePerOutputToken(record));
  if (record.request.truncated || record.response.truncated) attributes['genai_extproc.content.truncated'] = true;
  if (record.contentShed) attributes['genai_extproc.content.shed'] = true;
}
