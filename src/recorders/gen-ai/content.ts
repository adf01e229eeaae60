import { type Attributes, set } from '../../model/attributes.js';
import type { ContentPolicy } from '../../model/content-policy.js';
import { writeJson } from '../../model/json.js';
import type { Message, RequestContent, ResponseContent } from '../../model/message.js';
import type { GenAiRecord } from '../../model/record.js';
import { type ContentSwitches, imagePart } from './message-parts.js';
import { convertInput, convertOutput, convertParts } from './messages.js';
import { convertTool } from './tool-definitions.js';

/**
 * What was asked and answered, as JSON text in the message schema of the gen_ai conventions, for spans as for log records (telemetry
 * contract, section 7). What the policy hides is left out or replaced; the answer of an HTTP error is told by its exception.
 */
export function describeContent(record: GenAiRecord, policy: ContentPolicy): Attributes {
  const attributes: Attributes = {};
  if (!policy.hideInputs) setInput(attributes, record.request.describe(), policy);
  const answered = record.status === undefined || record.status < 400;
  if (answered && !policy.hideOutputs && !policy.hideOutputMessages) {
    setOutput(attributes, record.response.describe(), record.finishReasons, policy);
  }
  return attributes;
}

function setInput(attributes: Attributes, asked: RequestContent, policy: ContentPolicy): void {
  if (!policy.hideTools && asked.tools && asked.tools.length > 0) {
    const tools = asked.tools.map(convertTool).filter((tool) => tool !== undefined);
    set(attributes, 'gen_ai.tool.definitions', writeJson(tools));
  }
  if (policy.hideInputMessages) return;
  const hide: ContentSwitches = {
    // messages beside prompts are what the prompts were sent with
    text: policy.hideInputText || (policy.hidePrompts && asked.prompts !== undefined),
    images: policy.hideInputImages,
    tools: policy.hideTools,
    imageMaxLength: policy.base64ImageMaxLength,
  };
  const instructions = asked.messages?.filter((message) => message.instructions) ?? [];
  if (instructions.length > 0) {
    const parts = instructions.flatMap((message) => convertParts(message, hide));
    set(attributes, 'gen_ai.system_instructions', writeJson(parts));
  }
  const prompts = asked.prompts?.map((prompt): Message => ({ role: 'user', content: prompt })) ?? [];
  const task: Message[] = asked.task === undefined ? [] : [{ role: 'user', content: asked.task }];
  const hidePrompts = { ...hide, text: policy.hidePrompts || policy.hideInputText };
  const messages = [
    ...convertInput(asked.messages?.filter((message) => !message.instructions) ?? [], hide),
    ...convertInput([...prompts, ...task], hidePrompts),
  ];
  if (messages.length > 0) set(attributes, 'gen_ai.input.messages', writeJson(messages));
}

function setOutput(
  attributes: Attributes,
  answer: ResponseContent,
  finishReasons: readonly string[],
  policy: ContentPolicy,
): void {
  const hide: ContentSwitches = {
    // a message beside choices is how the model came to them
    text: policy.hideOutputText || (policy.hideChoices && answer.choices !== undefined),
    images: false,
    // an answer that lists tools repeats the request
    tools: policy.hideTools || policy.hideInputs,
    imageMaxLength: policy.base64ImageMaxLength,
  };
  const choices = answer.choices?.map(
    (text, index): Message => ({ role: 'assistant', content: text, finishReason: finishReasons[index] }),
  );
  const transcript: Message[] =
    answer.transcript === undefined ? [] : [{ role: 'assistant', content: answer.transcript }];
  const messages = [
    ...convertOutput(answer.messages ?? [], finishReasons, hide),
    ...convertOutput(choices ?? [], finishReasons, { ...hide, text: policy.hideChoices || policy.hideOutputText }),
    ...convertOutput(transcript, finishReasons, hide),
    ...imageMessages(answer.images ?? [], hide.imageMaxLength),
  ];
  if (messages.length > 0) set(attributes, 'gen_ai.output.messages', writeJson(messages));
}

/** Images that were made are one answer together. */
function imageMessages(images: readonly (string | undefined)[], maxLength: number) {
  const parts = images.filter((url) => url !== undefined).map((url) => imagePart(url, maxLength));
  return parts.length === 0 ? [] : [{ role: 'assistant', parts }];
}
