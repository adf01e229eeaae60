import { type Attributes, set } from '../../model/attributes.js';
import type { ContentPolicy } from '../../model/content-policy.js';
import type { GenAiRecord } from '../../model/record.js';
import type { RequestParameters } from '../../model/request-parameters.js';

/**
 * Sets what a request asks of the model beside its content (telemetry contract, section 7). They are the request's invocation
 * parameters, so they go with those; of hidden inputs' only what cannot hold content stays: numbers, booleans, names of ours.
 */
export function setRequest(attributes: Attributes, record: GenAiRecord, policy: ContentPolicy): void {
  if (policy.hideInvocationParameters) return;
  if (record.streaming) attributes['gen_ai.request.stream'] = true;
  const parameters = record.request.describe().parameters ?? {};
  setNumbers(attributes, parameters);
  set(attributes, 'gen_ai.output.type', parameters.outputType);
  if (policy.hideInputs) return;
  set(attributes, 'gen_ai.request.stop_sequences', parameters.stopSequences);
  set(attributes, 'gen_ai.request.encoding_formats', parameters.encodingFormats);
  set(attributes, 'gen_ai.conversation.id', record.conversation);
}

function setNumbers(attributes: Attributes, parameters: RequestParameters): void {
  set(attributes, 'gen_ai.request.temperature', parameters.temperature);
  set(attributes, 'gen_ai.request.top_p', parameters.topP);
  set(attributes, 'gen_ai.request.top_k', parameters.topK);
  set(attributes, 'gen_ai.request.frequency_penalty', parameters.frequencyPenalty);
  set(attributes, 'gen_ai.request.presence_penalty', parameters.presencePenalty);
  set(attributes, 'gen_ai.request.seed', parameters.seed);
  set(attributes, 'gen_ai.request.max_tokens', parameters.maxTokens);
  if (parameters.choiceCount !== 1) set(attributes, 'gen_ai.request.choice.count', parameters.choiceCount);
  set(attributes, 'gen_ai.embeddings.dimension.count', parameters.dimensions);
}
