/** Bodies with what the policy hides taken out or replaced by the marker (telemetry contract, section 6, last table). */
import { type ContentPolicy, hidesAnything, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asString, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import { TOOL_CALL_BLOCKS, TOOL_LISTING_BLOCKS } from './blocks.js';
import { type HidesBlock, imageUrl, isImage, withoutData } from './hidden-data.js';

/** Members of a request that are content; the rest are its parameters. */
export const CONTENT: readonly string[] = ['messages', 'system', 'tools'];

/** Members that stay when texts are hidden, beside the type: of a tool call, and of a tool's result. */
const OF_CALL = ['id', 'name', 'input'];
const OF_RESULT = ['tool_use_id', 'is_error'];
/** Members of an answer that stay when its messages or texts are hidden. */
const NO_CONTENT = ['id', 'type', 'role', 'model', 'stop_reason', 'usage'];

/** What is hidden of one side's messages. */
interface BlockPolicy {
  text: boolean;
  tools: boolean;
  /** What quotes a document of the request. */
  citations: boolean;
  hidesData: HidesBlock;
}

/** A request without what the policy hides. */
export function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const blocks: BlockPolicy = {
    text: policy.hideInputText,
    tools: policy.hideTools,
    citations: policy.hideInputText,
    hidesData: (block) => isImage(block) && (policy.hideInputImages || isTooLong(block, policy.base64ImageMaxLength)),
  };
  const copy = emptyObject();
  for (const key of Object.keys(body)) {
    const member = body[key];
    const parameter = !CONTENT.includes(key);
    if (member === undefined || (parameter && policy.hideInvocationParameters)) continue;
    if (parameter) copy[key] = member;
    else if (key === 'tools') {
      if (!policy.hideTools) copy[key] = member;
    } else if (policy.hideInputMessages) continue;
    else if (key === 'system') copy[key] = redactContent(member, blocks);
    else copy[key] = asArray(member)?.map((message) => redactMessage(message, blocks)) ?? redactContent(member, blocks);
  }
  return copy;
}

/**
 * An answer without what the policy hides, of its request too: citations quote that, and so may an error. Of members that the API does
 * not name only what cannot hold content stays.
 */
export function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const blocks: BlockPolicy = {
    text: policy.hideOutputText,
    tools: policy.hideTools || policy.hideInputs,
    citations: policy.hideInputs || policy.hideInputMessages || policy.hideInputText,
    hidesData: () => false,
  };
  const copy = emptyObject();
  for (const key of Object.keys(body)) {
    const member = body[key];
    if (member === undefined) continue;
    if (NO_CONTENT.includes(key) || cannotHoldText(member)) copy[key] = member;
    else if (key === 'error' && hidesAnything(policy)) copy[key] = REDACTED;
    else if (policy.hideOutputMessages) continue;
    else if (key === 'content') copy[key] = redactContent(member, blocks);
    else copy[key] = policy.hideOutputText ? REDACTED : member;
  }
  return copy;
}

function cannotHoldText(value: Json): boolean {
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}

function isTooLong(image: JsonObject, maxLength: number): boolean {
  const url = imageUrl(asObject(image['source']));
  return url?.startsWith('data:') === true && url.length > maxLength;
}

function redactMessage(value: Json, policy: BlockPolicy): Json {
  const message = asObject(value);
  if (!message) return redactContent(value, policy);
  const copy = emptyObject();
  for (const key of Object.keys(message)) {
    const member = message[key];
    if (member === undefined) continue;
    if (key === 'content') copy[key] = redactContent(member, policy);
    else copy[key] = policy.text && key !== 'role' && member !== null ? REDACTED : member;
  }
  return copy;
}

/** A text, or blocks. */
function redactContent(value: Json, policy: BlockPolicy): Json {
  const blocks = asArray(value);
  if (blocks) return blocks.map((block) => redactBlock(block, policy));
  return policy.text && value !== null ? REDACTED : withoutData(value, policy.hidesData);
}

function redactBlock(value: Json, policy: BlockPolicy): Json {
  const block = asObject(value);
  if (!block) return policy.text && value !== null ? REDACTED : withoutData(value, policy.hidesData);
  const lists = policy.tools && TOOL_LISTING_BLOCKS.has(block['type']);
  const copy = emptyObject();
  for (const key of Object.keys(block)) {
    const member = block[key];
    const hidden =
      (policy.text && !staysWithoutText(block, key)) ||
      (policy.citations && key === 'citations') ||
      (lists && key !== 'type') ||
      (policy.tools && key === 'tool_changes');
    copy[key] = hidden && member !== null ? REDACTED : member;
  }
  return withoutData(copy, policy.hidesData);
}

/** A block of unknown shape may hold text anywhere. */
function staysWithoutText(block: JsonObject, member: string): boolean {
  const type = asString(block['type']) ?? '';
  if (member === 'type') return true;
  if (TOOL_CALL_BLOCKS.has(type)) return OF_CALL.includes(member);
  if (type === 'tool_result') return OF_RESULT.includes(member);
  return member === 'source' && isImage(block) && imageUrl(asObject(block['source'])) !== undefined;
}
