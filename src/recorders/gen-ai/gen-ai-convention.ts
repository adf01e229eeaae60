import { type Attributes, set } from '../../model/attributes.js';
import { type ContentPolicy, hidesAnything } from '../../model/content-policy.js';
import { exceptionEvent, failureMessage } from '../../model/exception.js';
import type { GenAiRecord } from '../../model/record.js';
import type { SpanConvention } from '../../model/span-convention.js';
import { describeContent } from './content.js';
import { setRequest } from './request-attributes.js';

/**
 * A call in the vocabulary of OpenTelemetry's gen_ai conventions (telemetry contract, section 7). `showContent`: what was asked and
 * answered is told too, and the text of errors, as far as the policy hides nothing of it.
 */
export function createGenAiConvention(policy: ContentPolicy, showContent: boolean): SpanConvention {
  const showErrors = showContent && !hidesAnything(policy);
  return (record) => {
    const { failure, timing, requestModel, endpoint } = record;
    const facts: Attributes = {};
    setIdentity(facts, record);
    setResponse(facts, record);
    setUsage(facts, record);
    setCost(facts, record);
    set(facts, 'error.type', failure?.type);
    setRequest(facts, record, policy);
    if (record.request.truncated || record.response.truncated) facts['genai_extproc.content.truncated'] = true;
    if (record.contentShed) facts['genai_extproc.content.shed'] = true;
    const exception = exceptionEvent(failure, timing.startTime + timing.duration, showErrors);
    return {
      name: requestModel === undefined ? endpoint.genAiOperation : `${endpoint.genAiOperation} ${requestModel}`,
      facts,
      content: showContent ? describeContent(record, policy) : {},
      events: exception ? [exception] : [],
      // a success is left to whoever reads the span (OpenTelemetry specification, "Set Status")
      status: failure ? { code: 'ERROR', message: failureMessage(failure, showErrors) } : { code: 'UNSET' },
    };
  };
}

function setIdentity(attributes: Attributes, record: GenAiRecord): void {
  // before ours: a header that is mapped to a name of the conventions does not replace it
  for (const [name, value] of record.headers.span) attributes[name] = value;
  attributes['gen_ai.operation.name'] = record.endpoint.genAiOperation;
  attributes['gen_ai.provider.name'] = record.provider;
  set(attributes, 'gen_ai.request.model', record.requestModel);
  set(attributes, 'server.address', record.server?.address);
  set(attributes, 'server.port', record.server?.port);
}

function setResponse(attributes: Attributes, record: GenAiRecord): void {
  const { firstContent } = record.timing;
  set(attributes, 'gen_ai.response.model', record.reportedModel);
  set(attributes, 'gen_ai.response.id', record.responseId);
  if (record.finishReasons.length > 0) attributes['gen_ai.response.finish_reasons'] = [...record.finishReasons];
  if (firstContent !== undefined) attributes['gen_ai.response.time_to_first_chunk'] = firstContent / 1000;
}

function setUsage(attributes: Attributes, { usage }: GenAiRecord): void {
  set(attributes, 'gen_ai.usage.input_tokens', usage.input);
  set(attributes, 'gen_ai.usage.output_tokens', usage.output);
  set(attributes, 'gen_ai.usage.cache_read.input_tokens', usage.cachedInput);
  set(attributes, 'gen_ai.usage.cache_creation.input_tokens', usage.cacheCreationInput);
  set(attributes, 'gen_ai.usage.reasoning.output_tokens', usage.reasoning);
}

/** The conventions have no names for what a call cost: it keeps those that OpenInference gives it. */
function setCost(attributes: Attributes, { cost }: GenAiRecord): void {
  set(attributes, 'llm.cost.prompt', cost?.prompt);
  set(attributes, 'llm.cost.completion', cost?.completion);
  set(attributes, 'llm.cost.total', cost?.total);
}
