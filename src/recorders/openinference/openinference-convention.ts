import { type Attributes, set } from '../../model/attributes.js';
import { type ContentPolicy, hidesAnything } from '../../model/content-policy.js';
import { exceptionEvent, failureMessage } from '../../model/exception.js';
import type { GenAiRecord } from '../../model/record.js';
import type { SpanConvention } from '../../model/span-convention.js';
import type { SpanEvent } from '../../model/trace.js';
import { inputSwitches, outputSwitches, repeatingSwitches, setRequest, setResponse, setValue } from './content.js';
import { setDetails } from './details.js';

/** `llm.provider` where OpenInference has a name of its own for the provider. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'aws.bedrock': 'aws',
  'gcp.vertex_ai': 'google',
  'gcp.gemini': 'google',
  mistral_ai: 'mistralai',
  x_ai: 'xai',
};

/** A call in OpenInference's vocabulary (telemetry contract, section 6). */
export function createOpenInferenceConvention(policy: ContentPolicy): SpanConvention {
  const input = inputSwitches(policy);
  const output = outputSwitches(policy);
  const repeating = repeatingSwitches(policy);
  // an error answer may quote the request, so whatever is hidden of either side hides it
  const showErrors = !hidesAnything(policy);
  return (record) => {
    const { failure, request, response, endpoint } = record;
    const facts: Attributes = {};
    setIdentity(facts, record);
    setUsage(facts, record);
    set(facts, 'error.type', failure?.type);
    if (request.truncated || response.truncated) facts['genai_extproc.content.truncated'] = true;
    if (record.contentShed) facts['genai_extproc.content.shed'] = true;
    const content: Attributes = {};
    // an HTTP error's body stands in its exception event, as the SDKs record it
    const answered = record.status === undefined || record.status < 400;
    const switches = endpoint.repeatsRequest ? repeating : output;
    // an error inside an answer may quote what is hidden, just as its exception may
    const shown = failure && !showErrors ? { ...switches, partly: true } : switches;
    if (answered) setValue(content, 'output', response, shown, policy);
    setValue(content, 'input', request, input, policy);
    const asked = request.describe();
    setRequest(content, record, asked, policy);
    if (answered && !policy.hideOutputs) {
      const answer = response.describe();
      setResponse(content, answer, policy);
      setDetails(content, asked.details, answer.details, policy);
    }
    return {
      name: endpoint.spanName,
      facts,
      content,
      events: eventsOf(record, showErrors),
      status: failure ? { code: 'ERROR', message: failureMessage(failure, showErrors) } : { code: 'OK' },
    };
  };
}

function setIdentity(attributes: Attributes, record: GenAiRecord): void {
  const { endpoint } = record;
  const embedding = endpoint.spanKind === 'EMBEDDING';
  attributes['openinference.span.kind'] = endpoint.spanKind;
  set(attributes, 'llm.system', endpoint.system);
  set(attributes, embedding ? 'embedding.model_name' : 'llm.model_name', record.responseModel);
  if (endpoint.spanKind === 'RERANKER') set(attributes, 'reranker.model_name', record.responseModel);
  if (!embedding) {
    set(attributes, 'llm.provider', PROVIDERS[record.provider] ?? record.provider);
    set(attributes, 'llm.request.model_name', record.requestModel);
    set(attributes, 'llm.response.model_name', record.reportedModel);
    set(attributes, 'llm.finish_reason', record.finishReasons[0]);
  }
  for (const [name, value] of record.headers.span) attributes[name] = value;
}

function setUsage(attributes: Attributes, { usage, cost }: GenAiRecord): void {
  set(attributes, 'llm.cost.prompt', cost?.prompt);
  set(attributes, 'llm.cost.completion', cost?.completion);
  set(attributes, 'llm.cost.total', cost?.total);
  set(attributes, 'llm.token_count.prompt', usage.input);
  set(attributes, 'llm.token_count.completion', usage.output);
  set(attributes, 'llm.token_count.total', usage.total);
  set(attributes, 'llm.token_count.prompt_details.cache_read', usage.cachedInput);
  set(attributes, 'llm.token_count.prompt_details.cache_write', usage.cacheCreationInput);
  set(attributes, 'llm.token_count.prompt_details.audio', usage.audioInput);
  set(attributes, 'llm.token_count.completion_details.reasoning', usage.reasoning);
  set(attributes, 'llm.token_count.completion_details.audio', usage.audioOutput);
}

function eventsOf({ timing, failure }: GenAiRecord, showErrors: boolean): SpanEvent[] {
  const events: SpanEvent[] = [];
  if (timing.firstContent !== undefined) {
    events.push({ name: 'First Token Stream Event', time: timing.startTime + timing.firstContent, attributes: {} });
  }
  const exception = exceptionEvent(failure, timing.startTime + timing.duration, showErrors);
  if (exception) events.push(exception);
  return events;
}
