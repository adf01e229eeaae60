/** Chat bodies with what the policy hides taken out or replaced by the marker (telemetry contract, section 6, last table). */
import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asString, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import { without } from './envelope.js';

/** Members of a message that stay when texts are hidden; every other one, a vendor's own too, may hold text anywhere. */
const NO_TEXTS = ['role', 'name', 'tool_calls', 'tool_call_id', 'function_call'];

/** What is hidden of one side's messages. */
export interface MessagePolicy {
  text: boolean;
  images: boolean;
  imageMaxLength: number;
}

export function inputPolicy(policy: ContentPolicy): MessagePolicy {
  return { text: policy.hideInputText, images: policy.hideInputImages, imageMaxLength: policy.base64ImageMaxLength };
}

export function outputPolicy(policy: ContentPolicy): MessagePolicy {
  return { text: policy.hideOutputText, images: false, imageMaxLength: policy.base64ImageMaxLength };
}

/** A message with its texts and images replaced as the policy says. */
export function redactMessage(value: Json, policy: MessagePolicy): Json {
  const message = asObject(value);
  if (!message) return policy.text ? REDACTED : value;
  const copy = without(message, []);
  for (const key of Object.keys(copy)) {
    const member = copy[key];
    if (key === 'content' && Array.isArray(member)) copy[key] = member.map((part) => redactPart(part, policy));
    else if (policy.text && member !== null && !NO_TEXTS.includes(key)) copy[key] = REDACTED;
  }
  return copy;
}

function redactPart(value: Json, policy: MessagePolicy): Json {
  const part = asObject(value);
  if (!part) return policy.text ? REDACTED : value;
  const copy = without(part, []);
  switch (part['type']) {
    case 'image_url': {
      const image = asObject(part['image_url']);
      const url = asString(image?.['url']) ?? asString(part['image_url']) ?? '';
      if (hidesImage(url, policy)) copy['image_url'] = image ? { ...without(image, ['url']), url: REDACTED } : REDACTED;
      return copy;
    }
    // what some vendors call an image
    case 'image':
    case 'input_image':
      return policy.text || policy.images ? redactValues(copy) : copy;
    default:
      return policy.text ? redactValues(copy) : copy;
  }
}

/** Whether an image's URL may not be shown: all are hidden, or it is inline and too long. */
export function hidesImage(url: string, policy: MessagePolicy): boolean {
  return policy.images || (url.startsWith('data:') && url.length > policy.imageMaxLength);
}

/** Every value but `type` becomes the marker: a part of unknown shape may hold text anywhere. */
function redactValues(part: JsonObject): JsonObject {
  const copy = emptyObject();
  for (const key of Object.keys(part)) copy[key] = key === 'type' ? part[key] : REDACTED;
  return copy;
}

/** A choice's place and end: log probabilities, token numbers, a matched stop text and what else is there repeat the hidden text. */
export function withoutContent(choice: JsonObject): JsonObject {
  const copy = emptyObject();
  for (const key of Object.keys(choice)) {
    const value = choice[key];
    if (key === 'finish_reason' || typeof value === 'number' || typeof value === 'boolean') copy[key] = value;
  }
  return copy;
}

/** The choices of an answer, each redacted. */
export function redactChoices(value: Json | undefined, redact: (choice: JsonObject) => JsonObject): Json | undefined {
  return asArray(value)?.map((entry) => {
    const choice = asObject(entry);
    return choice ? redact(choice) : REDACTED;
  });
}
