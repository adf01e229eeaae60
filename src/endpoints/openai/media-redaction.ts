/** What the bodies of images and audio have to hide, whose content is no message (telemetry contract, section 6, last table). */
import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import { without } from './envelope.js';

/** Members of an answer that never repeat its content. */
const HARMLESS: ReadonlySet<string> = new Set([
  'type',
  'object',
  'id',
  'model',
  'usage',
  'task',
  'language',
  'background',
  'output_format',
  'quality',
  'size',
  'content_type',
]);

/**
 * A request's copy without what the policy hides. `content`: its members that are no parameters, each with what is left of it when texts
 * are hidden; absent: nothing but the marker. What is said to a model that knows no messages is hidden with messages and prompts too.
 */
export function redactMediaRequest(
  body: JsonObject,
  policy: ContentPolicy,
  content: ReadonlyMap<string, ((value: Json) => Json) | undefined>,
): JsonObject {
  const names = [...content.keys()];
  const parameters = Object.keys(body).filter((name) => !content.has(name));
  const copy = without(body, [
    ...(policy.hideInvocationParameters ? parameters : []),
    ...(policy.hideInputMessages ? names : []),
  ]);
  if (!policy.hideInputText && !policy.hidePrompts) return copy;
  for (const [name, hideText] of content) {
    const value = copy[name];
    if (value !== undefined && value !== null) copy[name] = hideText ? hideText(value) : REDACTED;
  }
  return copy;
}

/**
 * An answer's copy without what the policy hides. `keep`: its members that are no text, and stay when only texts are hidden, each with
 * what is left of it.
 */
export function redactMediaResponse(
  body: JsonObject,
  policy: ContentPolicy,
  keep: ReadonlyMap<string, (value: Json) => Json> = new Map(),
): JsonObject {
  if (!policy.hideOutputMessages && !policy.hideOutputText) return body;
  const copy = emptyObject();
  for (const name of Object.keys(body)) {
    const value = body[name] as Json;
    if (isHarmless(name, value)) copy[name] = value;
    else if (!policy.hideOutputMessages) copy[name] = keep.get(name)?.(value) ?? REDACTED;
  }
  return copy;
}

function isHarmless(name: string, value: Json | undefined): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value === null || HARMLESS.has(name);
}

/** An uploaded file, or a list of them, without the files' names. */
export function withoutFileNames(value: Json): Json {
  const list = asArray(value);
  if (list) return list.map(withoutFileName);
  return withoutFileName(value);
}

function withoutFileName(value: Json): Json {
  const size = asObject(value)?.['size'];
  return typeof size === 'number' ? { name: REDACTED, size } : REDACTED;
}
