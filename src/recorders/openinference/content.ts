/** The content of a call as OpenInference attributes, after the privacy switches (telemetry contract, section 6, last table). */

import { type Attributes, set } from '../../model/attributes.js';
import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { type JsonObject, writeJson } from '../../model/json.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';
import type { BodyContent, GenAiRecord } from '../../model/record.js';
import { setQuery, setRanking } from './documents.js';
import { setMessages } from './messages.js';

/** What the policy amounts to for one side's `input.value` or `output.value`. */
export interface ValueSwitches {
  hidden: boolean;
  /** Some of it is hidden, so that the body must be written again. */
  partly: boolean;
  /** It may hold inline images of a request, which are hidden when they are too long. */
  images: boolean;
}

/** Any switch that takes something out of a request's body. An inline image may be too long in any of them. */
export function inputSwitches(policy: ContentPolicy): ValueSwitches {
  return {
    hidden: policy.hideInputs,
    images: true,
    partly:
      policy.hideInputMessages ||
      policy.hideInputText ||
      policy.hideInputImages ||
      policy.hidePrompts ||
      policy.hideEmbeddingsText ||
      policy.hideTools ||
      policy.hideInvocationParameters,
  };
}

/** Any switch that takes something out of an answer's body. */
export function outputSwitches(policy: ContentPolicy): ValueSwitches {
  return {
    hidden: policy.hideOutputs,
    images: false,
    partly: policy.hideOutputMessages || policy.hideOutputText || policy.hideChoices || policy.hideEmbeddingsVectors,
  };
}

/** What the policy amounts to for an answer that repeats its request: what is hidden of that is hidden there too. */
export function repeatingSwitches(policy: ContentPolicy): ValueSwitches {
  const input = inputSwitches(policy);
  const output = outputSwitches(policy);
  return { ...output, images: true, partly: output.partly || input.hidden || input.partly };
}

/** Sets `input.value` or `output.value` and its MIME type. What does not parse cannot be hidden in part and is hidden whole. */
export function setValue(
  attributes: Attributes,
  side: 'input' | 'output',
  content: BodyContent<unknown>,
  switches: ValueSwitches,
  policy: ContentPolicy,
): void {
  if (content.empty) return;
  if (switches.hidden) {
    attributes[`${side}.value`] = REDACTED;
    return;
  }
  const text = content.text();
  if (text === undefined) return;
  const inlineImage = switches.images && text.length > policy.base64ImageMaxLength && mayHoldImage(text);
  attributes[`${side}.value`] = switches.partly || inlineImage ? (content.redacted(policy) ?? REDACTED) : text;
  attributes[`${side}.mime_type`] = content.mimeType || 'application/json';
}

/** An image in the text itself: as a data URL, as a block of Anthropic's, or as base64 in a member of Ollama's or Jina's. */
function mayHoldImage(text: string): boolean {
  if (text.includes('data:image') || (text.includes('"base64"') && text.includes('"image"'))) return true;
  return /"images?"\s*:\s*["[]/.test(text);
}

/** Sets what a request's body says. */
export function setRequest(
  attributes: Attributes,
  record: GenAiRecord,
  content: RequestContent,
  policy: ContentPolicy,
): void {
  const kind = record.endpoint.spanKind;
  if (!policy.hideInvocationParameters && content.invocationParameters) {
    const shown = policy.hideInputs ? harmlessParameters(content.invocationParameters) : content.invocationParameters;
    const key = kind === 'EMBEDDING' ? 'embedding.invocation_parameters' : 'llm.invocation_parameters';
    set(attributes, key, writeJson(shown));
  }
  if (policy.hideInputs) return;
  if (content.messages && !policy.hideInputMessages) {
    setMessages(attributes, 'llm.input_messages', content.messages, {
      // messages beside prompts are what the prompts were sent with
      hideText: policy.hideInputText || (policy.hidePrompts && content.prompts !== undefined),
      hideImages: policy.hideInputImages,
      hideTools: policy.hideTools,
      imageMaxLength: policy.base64ImageMaxLength,
    });
  }
  content.prompts?.forEach((prompt, index) => {
    attributes[`llm.prompts.${index}.prompt.text`] = policy.hidePrompts || policy.hideInputText ? REDACTED : prompt;
  });
  content.texts?.forEach((text, index) => {
    if (text === undefined) return;
    const hidden = policy.hideEmbeddingsText || policy.hideInputText;
    attributes[`embedding.embeddings.${index}.embedding.text`] = hidden ? REDACTED : text;
  });
  if (!policy.hideTools) {
    content.tools?.forEach((tool, index) => {
      attributes[`llm.tools.${index}.tool.json_schema`] = tool;
    });
  }
  setQuery(attributes, content, policy);
}

/** Sets what an answer's body says; not called when outputs are hidden. */
export function setResponse(attributes: Attributes, content: ResponseContent, policy: ContentPolicy): void {
  if (content.messages && !policy.hideOutputMessages) {
    setMessages(attributes, 'llm.output_messages', content.messages, {
      // a message beside choices is how the model came to them
      hideText: policy.hideOutputText || (policy.hideChoices && content.choices !== undefined),
      hideImages: false,
      // an answer's listing is of the request's tools
      hideTools: policy.hideTools || policy.hideInputs,
      imageMaxLength: policy.base64ImageMaxLength,
    });
  }
  content.choices?.forEach((choice, index) => {
    attributes[`llm.choices.${index}.completion.text`] =
      policy.hideChoices || policy.hideOutputText ? REDACTED : choice;
  });
  content.vectors?.forEach((vector, index) => {
    if (vector === undefined) return;
    attributes[`embedding.embeddings.${index}.embedding.vector`] = policy.hideEmbeddingsVectors ? REDACTED : vector;
  });
  setRanking(attributes, content, policy);
  // what was made is what a message is elsewhere; an answer's images have no length limit in the official instrumentation either
  if (!policy.hideOutputMessages) {
    content.images?.forEach((url, index) => {
      if (url !== undefined) attributes[`output.images.${index}.image.url`] = url;
    });
  }
}

/** Of hidden inputs' parameters only what cannot hold content stays: numbers, booleans and the model. */
function harmlessParameters(parameters: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(parameters).filter(
      ([key, value]) =>
        typeof value === 'number' || typeof value === 'boolean' || (key === 'model' && typeof value === 'string'),
    ),
  );
}
