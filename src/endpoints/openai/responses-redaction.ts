/**
 * Bodies of the Responses API with what the policy hides taken out or replaced by the marker (telemetry contract, section 6, last
 * table). An answer repeats its request's instructions, tools, prompt and parameters: what is hidden of a request is hidden there too.
 */
import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asText, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import { without } from './envelope.js';
import { type ImagePolicy, withoutImages } from './responses-images.js';
import { argumentMembers } from './responses-items.js';

/** Members of a request that are content, or hold some. */
const ASKED = ['input', 'instructions', 'tools', 'prompt'];
/** Members that are an answer's own; all others are its request's. */
const ANSWERED = [
  ...['id', 'object', 'created_at', 'completed_at', 'status', 'error', 'incomplete_details', 'model'],
  ...['output', 'output_text', 'usage', 'tool_usage'],
];
/** Members of a request that an answer repeats and that hold no text of either side. */
const REPEATED = [
  ...['background', 'conversation', 'max_output_tokens', 'max_tool_calls', 'metadata', 'parallel_tool_calls'],
  ...[
    'previous_response_id',
    'prompt_cache_key',
    'prompt_cache_retention',
    'reasoning',
    'safety_identifier',
    'service_tier',
  ],
  ...['store', 'temperature', 'text', 'tool_choice', 'top_logprobs', 'top_p', 'truncation', 'user'],
];
/** Members of an item that stay when texts are hidden, beside a call's arguments. */
const NO_TEXTS = [
  ...['id', 'type', 'role', 'status', 'call_id', 'name', 'namespace', 'server_label', 'approval_request_id', 'caller'],
  ...['execution', 'container_id', 'tools'],
];
/** Members of an error that are names. */
const ERROR_NAMES = ['type', 'code', 'param'];
/** Members of a part that stay when texts are hidden; images are hidden by a switch of their own. */
const NO_PART_TEXTS = ['type', 'image_url', 'file_id', 'detail'];

interface ItemPolicy extends ImagePolicy {
  text: boolean;
  tools: boolean;
}

/** A request's body; also that of a token count. */
export function redactResponsesRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const parameters = Object.keys(body).filter((name) => !ASKED.includes(name));
  const copy = without(body, hiddenMembers(body, parameters, policy));
  redactAsked(copy, policy);
  return copy;
}

/** An answer's body, or the object folded from a stream. */
export function redactResponsesAnswer(body: JsonObject, policy: ContentPolicy): JsonObject {
  const repeated = Object.keys(body).filter((name) => !ASKED.includes(name) && !ANSWERED.includes(name));
  const copy = without(body, hiddenMembers(body, repeated, policy));
  redactAsked(copy, policy);
  redactAnswered(copy, policy);
  return copy;
}

/** What is dropped of a request's content and of these parameters of it. Of hidden inputs what cannot hold content stays, and the model. */
function hiddenMembers(body: JsonObject, parameters: readonly string[], policy: ContentPolicy): string[] {
  const texts = parameters.filter((name) => name !== 'model' && hideText(body[name]) !== body[name]);
  return [
    ...(policy.hideInputs ? [...ASKED, ...texts] : []),
    ...(policy.hideInputMessages ? ['input', 'instructions'] : []),
    ...(policy.hideTools ? ['tools'] : []),
    ...(policy.hideInvocationParameters ? parameters : []),
  ];
}

/** Changes `copy`: what was asked, in a request or repeated by its answer. */
function redactAsked(copy: JsonObject, policy: ContentPolicy): void {
  const items = {
    text: policy.hideInputText,
    images: policy.hideInputImages,
    imageMaxLength: policy.base64ImageMaxLength,
    tools: policy.hideTools,
  };
  for (const key of ['instructions', 'input']) {
    const value = copy[key];
    if (value != null) copy[key] = redactItems(value, items);
  }
  if (copy['tools'] !== undefined) copy['tools'] = withoutImages(copy['tools'], items);
  if (copy['prompt'] != null) copy['prompt'] = redactPrompt(copy['prompt'], policy, items);
}

/** A prompt that the provider stores: its name is a parameter, the variables that fill it are content. */
function redactPrompt(value: Json, policy: ContentPolicy, items: ItemPolicy): Json {
  const prompt = asObject(value);
  if (!prompt) return policy.hideInvocationParameters || policy.hideInputMessages || items.text ? REDACTED : value;
  const names = Object.keys(prompt).filter((name) => name !== 'variables');
  const copy = without(prompt, [
    ...(policy.hideInvocationParameters ? names : []),
    ...(policy.hideInputMessages ? ['variables'] : []),
  ]);
  const variables = asObject(copy['variables']);
  if (variables) copy['variables'] = redactMembers(variables, items);
  else if (copy['variables'] != null && items.text) copy['variables'] = REDACTED;
  return copy;
}

function redactMembers(variables: JsonObject, items: ItemPolicy): JsonObject {
  const copy = emptyObject();
  for (const key of Object.keys(variables)) {
    const value = variables[key];
    if (value !== undefined) copy[key] = redactPart(withoutImages(value, items), items.text);
  }
  return copy;
}

/** Changes `copy`: what was answered. */
function redactAnswered(copy: JsonObject, policy: ContentPolicy): void {
  const hidden = policy.hideOutputs || policy.hideOutputMessages;
  const asked = policy.hideInputs || policy.hideInputMessages || policy.hideInputText;
  if (hidden) {
    delete copy['output'];
    delete copy['output_text'];
  }
  if (hidden || policy.hideOutputText) {
    // what is in no list may be a vendor's own, and repeat the text
    for (const key of Object.keys(copy)) {
      if (![...ANSWERED, ...ASKED, ...REPEATED].includes(key)) copy[key] = hideText(copy[key]);
    }
    if (copy['output_text'] !== undefined) copy['output_text'] = hideText(copy['output_text']);
  }
  // a failure's message may quote either side
  if (copy['error'] != null && (hidden || asked || policy.hideOutputText)) copy['error'] = redactError(copy['error']);
  const tools = policy.hideTools || policy.hideInputs;
  if (copy['output'] != null && (policy.hideOutputText || tools)) {
    const items = { text: policy.hideOutputText, images: false, imageMaxLength: Infinity, tools };
    copy['output'] = redactItems(copy['output'], items);
  }
}

function redactError(value: Json): Json {
  const error = asObject(value);
  if (!error) return REDACTED;
  const copy = emptyObject();
  for (const key of Object.keys(error)) copy[key] = ERROR_NAMES.includes(key) ? error[key] : hideText(error[key]);
  return copy;
}

function redactItems(value: Json, policy: ItemPolicy): Json {
  const shown = withoutImages(value, policy);
  const list = asArray(shown);
  if (list) return list.map((item) => redactItem(item, policy));
  return policy.text ? REDACTED : shown;
}

function redactItem(value: Json, policy: ItemPolicy): Json {
  const item = asObject(value);
  if (!item) return policy.text ? REDACTED : value;
  const type = asText(item['type']) ?? '';
  // a generated image is no text
  const shown = [...NO_TEXTS, ...argumentMembers(type), ...(type === 'image_generation_call' ? ['result'] : [])];
  const copy = emptyObject();
  for (const key of Object.keys(item)) {
    const member = item[key];
    // tools that were found, listed by a server or handed in later
    if (key === 'tools' && policy.tools) continue;
    if (!policy.text || shown.includes(key)) copy[key] = member;
    else copy[key] = asArray(member)?.map((part) => redactPart(part, true)) ?? hideText(member);
  }
  return copy;
}

/** A part's kind stays; a part of unknown shape may hold text anywhere. */
function redactPart(value: Json, text: boolean): Json {
  if (!text) return value;
  const part = asObject(value);
  if (!part) return REDACTED;
  const copy = emptyObject();
  for (const key of Object.keys(part)) copy[key] = NO_PART_TEXTS.includes(key) ? part[key] : hideText(part[key]);
  return copy;
}

/** The marker for what may hold text: neither a number nor a truth value nor nothing. */
function hideText(value: Json | undefined): Json | undefined {
  return typeof value === 'string' || (typeof value === 'object' && value !== null) ? REDACTED : value;
}
