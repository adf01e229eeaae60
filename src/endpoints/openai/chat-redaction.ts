/** Chat bodies with what the policy hides taken out or replaced by the marker (telemetry contract, section 6, last table). */
import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asString, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import { without } from './envelope.js';

/** Members of a message that are text of a person or of the model. */
const TEXTS = ['content', 'refusal', 'reasoning', 'reasoning_content'];
/** Members that may hold such text inside and have no key of their own to keep. */
const NESTED_TEXTS = ['annotations', 'reasoning_details', 'audio'];

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
  const copy = without(message, policy.text ? NESTED_TEXTS : []);
  for (const key of TEXTS) {
    const content = copy[key];
    if (Array.isArray(content)) copy[key] = content.map((part) => redactPart(part, policy));
    else if (policy.text && content !== undefined && content !== null) copy[key] = REDACTED;
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
    default:
      if (!policy.text) return copy;
      return redactValues(copy);
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

/** The choices of an answer, each message redacted; log probabilities repeat the text token by token and go with it. */
export function redactChoices(value: Json | undefined, redact: (choice: JsonObject) => JsonObject): Json | undefined {
  return asArray(value)?.map((entry) => {
    const choice = asObject(entry);
    return choice ? redact(choice) : REDACTED;
  });
}
