/** Messages and their parts as OpenInference attributes (OpenInference semantic conventions, "message" and "message_content"). */

import { type Attributes, set } from '../../model/attributes.js';
import { REDACTED } from '../../model/content-policy.js';
import type { ContentPart, Message, ToolCall } from '../../model/message.js';

/** What is hidden of one side's messages; keys stay where a value is hidden. */
export interface MessageSwitches {
  hideText: boolean;
  hideImages: boolean;
  /** Parts that tell of tools. */
  hideTools: boolean;
  /** Characters of an inline image beyond which it is hidden. */
  imageMaxLength: number;
}

/** Sets the attributes of messages under `prefix`, e.g. `llm.input_messages`. */
export function setMessages(
  attributes: Attributes,
  prefix: string,
  messages: readonly Message[],
  switches: MessageSwitches,
): void {
  messages.forEach((message, index) => {
    setMessage(attributes, `${prefix}.${index}.message`, message, switches);
  });
}

function setMessage(attributes: Attributes, prefix: string, message: Message, switches: MessageSwitches): void {
  set(attributes, `${prefix}.role`, message.role);
  const content = hidesImages(message, switches) ? message.contentWithoutImages : message.content;
  set(attributes, `${prefix}.content`, switches.hideText && content !== undefined ? REDACTED : content);
  set(attributes, `${prefix}.name`, message.name);
  set(attributes, `${prefix}.tool_call_id`, message.toolCallId);
  message.toolCalls?.forEach((call, index) => {
    setToolCall(attributes, `${prefix}.tool_calls.${index}`, call);
  });
  set(attributes, `${prefix}.function_call_name`, message.functionCall?.name);
  set(attributes, `${prefix}.function_call_arguments_json`, message.functionCall?.arguments);
  // an image that is hidden is dropped as a part; the places of the others stay
  message.parts?.forEach((part, index) => {
    if (!(part.type === 'image' && switches.hideImages)) {
      setPart(attributes, `${prefix}.contents.${index}`, part, switches);
    }
  });
}

/** Images inside of a text, e.g. of a tool's answer: all are hidden, or one of them may be inline and too long. */
function hidesImages({ content, contentWithoutImages }: Message, switches: MessageSwitches): boolean {
  if (content === undefined || contentWithoutImages === undefined) return false;
  return switches.hideImages || (content.length > switches.imageMaxLength && content.includes('data:image'));
}

function setToolCall(attributes: Attributes, prefix: string, call: ToolCall): void {
  set(attributes, `${prefix}.tool_call.id`, call.id);
  set(attributes, `${prefix}.tool_call.function.name`, call.name);
  set(attributes, `${prefix}.tool_call.function.arguments`, call.arguments);
}

function setPart(attributes: Attributes, prefix: string, part: ContentPart, switches: MessageSwitches): void {
  if (part.type === 'other' && part.name === '') return;
  const content = `${prefix}.message_content`;
  const text = (value: string | undefined) => (switches.hideText && value !== undefined ? REDACTED : value);
  attributes[`${content}.type`] = part.type === 'other' ? part.name : part.type;
  switch (part.type) {
    case 'text':
      set(attributes, `${content}.text`, text(part.text));
      set(attributes, `${content}.signature`, part.signature);
      set(attributes, `${content}.encrypted_content`, text(part.encryptedContent));
      break;
    case 'image': {
      const tooLong = part.url.startsWith('data:') && part.url.length > switches.imageMaxLength;
      set(attributes, `${content}.image.image.url`, tooLong ? REDACTED : part.url);
      break;
    }
    case 'audio':
      set(attributes, `${content}.id`, part.id);
      set(attributes, `${content}.text`, text(part.text));
      set(attributes, `${content}.data`, text(part.data));
      break;
    case 'reasoning':
      set(attributes, `${content}.id`, part.id);
      set(attributes, `${content}.text`, text(part.text));
      set(attributes, `${content}.signature`, part.signature);
      set(attributes, `${content}.data`, text(part.data));
      set(attributes, `${content}.encrypted_content`, text(part.encryptedContent));
      break;
    case 'tool_use':
      setToolCall(attributes, prefix, part.toolCall);
      break;
    case 'other': {
      const shown = switches.hideImages ? (part.textWithoutImages ?? part.text) : part.text;
      const hidden = part.tools === true && switches.hideTools && shown !== undefined;
      set(attributes, `${content}.text`, hidden ? REDACTED : text(shown));
      break;
    }
  }
}
