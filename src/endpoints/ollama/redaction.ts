/** Ollama's bodies with what the policy hides taken out or replaced by the marker (telemetry contract, section 6, last table). */
import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asString, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import { hidesImage, type MessagePolicy, redactMessage as redactChatMessage } from '../openai/chat-redaction.js';
import { imageUrl } from './images.js';

/** Texts of an answer that say nothing of its content. */
const FACTS = ['model', 'created_at', 'done_reason', 'remote_model', 'remote_host'];
/** What an answer repeats of its request: the tokens of the conversation, and the prompt as the model got it. */
const REPEATED = ['context', '_debug_info'];

/** A message: as one of the chat API, and with its images, of which a policy for texts says nothing. */
export function redactMessage(value: Json, policy: MessagePolicy): Json {
  const message = asObject(value);
  const shown = asObject(redactChatMessage(value, policy));
  if (!message || !shown) return policy.text ? REDACTED : value;
  if (message['images'] !== undefined) shown['images'] = redactImages(message['images'], policy);
  if (message['tool_name'] !== undefined) shown['tool_name'] = message['tool_name'];
  return shown;
}

/** Each image its own marker; what is no image may be a text. */
export function redactImages(value: Json, policy: MessagePolicy): Json {
  const redact = (image: Json): Json => {
    const text = asString(image);
    if (text === undefined) return policy.text || policy.images ? REDACTED : image;
    return hidesImage(imageUrl(text), policy) ? REDACTED : image;
  };
  const images = asArray(value);
  return images ? images.map(redact) : redact(value);
}

/** The members of an answer that are no content: model, times, counters, why it ended. */
export function factsOf(body: JsonObject): JsonObject {
  const facts = emptyObject();
  for (const key of Object.keys(body)) {
    const value = body[key];
    if (FACTS.includes(key) || typeof value === 'number' || typeof value === 'boolean') facts[key] = value;
  }
  return facts;
}

/** Changes `copy`, an answer: where something of the request is hidden, what repeats it is hidden too. */
export function redactRepeated(copy: JsonObject, policy: ContentPolicy): void {
  const hidden =
    policy.hideInputs ||
    policy.hideInputMessages ||
    policy.hideInputText ||
    policy.hidePrompts ||
    policy.hideTools ||
    policy.hideInvocationParameters;
  if (!hidden) return;
  for (const key of REPEATED) if (copy[key] !== undefined) copy[key] = REDACTED;
}
