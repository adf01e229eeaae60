import type { ContentPolicy } from '../../model/content-policy.js';
import type { GenAiRecord, Recorder } from '../../model/record.js';
import type { SpanEvent } from '../../model/trace.js';
import { type Attributes, set } from './attributes.js';
import { inputSwitches, outputSwitches, setRequest, setResponse, setValue } from './content.js';
import { setDetails } from './details.js';
import { exceptionMessage, exceptionType } from './error-event.js';

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

/** Ends the call's span with OpenInference attributes (telemetry contract, section 6). */
export function createOpenInferenceRecorder(policy: ContentPolicy): Recorder {
  const input = inputSwitches(policy);
  const output = outputSwitches(policy);
  // an error answer may quote the request, so whatever is hidden of either side hides it
  const hideErrors = input.hidden || input.partly || output.hidden || output.partly;
  return {
    name: 'openinference',
    record(record) {
      const { trace, timing, failure, request, response } = record;
      if (!trace.recording) return;
      const attributes: Attributes = {};
      setIdentity(attributes, record);
      setUsage(attributes, record);
      set(attributes, 'error.type', failure?.type);
      if (request.truncated || response.truncated) attributes['genai_extproc.content.truncated'] = true;
      // an HTTP error's body stands in its exception event, as the SDKs record it
      const answered = record.status === undefined || record.status < 400;
      const shown = failure && hideErrors ? { ...output, partly: true } : output;
      if (answered) setValue(attributes, 'output', response, shown, policy);
      setValue(attributes, 'input', request, input, policy);
      const asked = request.describe();
      setRequest(attributes, record, asked, policy);
      if (answered && !policy.hideOutputs) {
        const answer = response.describe();
        setResponse(attributes, answer, policy);
        setDetails(attributes, asked.details, answer.details, policy);
      }
      trace.end({
        endTime: timing.startTime + timing.duration,
        attributes,
        events: eventsOf(record, hideErrors),
        error: failure && { message: messageOf(failure, hideErrors) },
      });
    },
  };
}

function setIdentity(attributes: Attributes, record: GenAiRecord): void {
  const { endpoint } = record;
  const embedding = endpoint.spanKind === 'EMBEDDING';
  attributes['openinference.span.kind'] = endpoint.spanKind;
  set(attributes, 'llm.system', endpoint.system);
  set(attributes, embedding ? 'embedding.model_name' : 'llm.model_name', record.responseModel);
  if (!embedding) {
    set(attributes, 'llm.provider', PROVIDERS[record.provider] ?? record.provider);
    set(attributes, 'llm.request.model_name', record.requestModel);
    set(attributes, 'llm.response.model_name', record.reportedModel);
    set(attributes, 'llm.finish_reason', record.finishReasons[0]);
  }
  for (const [name, value] of record.headers.span) attributes[name] = value;
}

function setUsage(attributes: Attributes, { usage }: GenAiRecord): void {
  set(attributes, 'llm.token_count.prompt', usage.input);
  set(attributes, 'llm.token_count.completion', usage.output);
  set(attributes, 'llm.token_count.total', usage.total);
  set(attributes, 'llm.token_count.prompt_details.cache_read', usage.cachedInput);
  set(attributes, 'llm.token_count.prompt_details.cache_write', usage.cacheCreationInput);
  set(attributes, 'llm.token_count.prompt_details.audio', usage.audioInput);
  set(attributes, 'llm.token_count.completion_details.reasoning', usage.reasoning);
  set(attributes, 'llm.token_count.completion_details.audio', usage.audioOutput);
}

function eventsOf({ timing, failure }: GenAiRecord, hideBody: boolean): SpanEvent[] {
  const events: SpanEvent[] = [];
  if (timing.firstContent !== undefined) {
    events.push({ name: 'First Token Stream Event', time: timing.startTime + timing.firstContent, attributes: {} });
  }
  if (failure?.exception) {
    events.push({
      name: 'exception',
      time: timing.startTime + timing.duration,
      attributes: {
        'exception.type': exceptionType(failure.exception.status),
        'exception.message': exceptionMessage(failure.exception, hideBody),
      },
    });
  }
  return events;
}

/** The status text: the exception's own, or what happened. */
function messageOf(failure: NonNullable<GenAiRecord['failure']>, hideBody: boolean): string {
  return failure.exception ? exceptionMessage(failure.exception, hideBody) : failure.type;
}
