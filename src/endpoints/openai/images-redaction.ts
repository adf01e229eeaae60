/** Requests for images with what the policy hides taken out or replaced by the marker. */
import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asString, emptyObject, type Json, type JsonObject, writeJson } from '../../model/json.js';
import { redactMediaRequest, withoutFileNames } from './media-redaction.js';

/** Members that hold images: uploaded files, or in JSON objects with an `image_url` or `file_id`. */
const PICTURES = ['image', 'images', 'mask', 'reference_images'];
/** Members that hold what is to be drawn. */
const TEXTS = ['prompt', 'negative_prompt'];

/** Members of a request that are content and no parameters. */
export const IMAGE_CONTENT = [...TEXTS, ...PICTURES];

/** A copy without what the policy hides. */
export function redactImagesRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const content = new Map<string, ((value: Json) => Json) | undefined>();
  for (const name of TEXTS) content.set(name, undefined);
  for (const name of PICTURES) content.set(name, withoutTexts);
  const copy = redactMediaRequest(body, policy, content);
  for (const name of PICTURES) {
    const value = copy[name];
    if (value !== undefined && value !== null) copy[name] = redactPictures(value, policy);
  }
  return copy;
}

/** One image or a list of them; each that is hidden leaves the marker in its place. */
function redactPictures(value: Json, policy: ContentPolicy): Json {
  return asArray(value)?.map((entry) => redactPicture(entry, policy)) ?? redactPicture(value, policy);
}

function redactPicture(value: Json, policy: ContentPolicy): Json {
  if (policy.hideInputImages) return REDACTED;
  const image = asObject(value);
  if (!image) return isLong(value, policy) ? REDACTED : value;
  const copy = emptyObject();
  for (const name of Object.keys(image)) copy[name] = isLong(image[name] as Json, policy) ? REDACTED : image[name];
  return copy;
}

function isLong(value: Json, policy: ContentPolicy): boolean {
  const text = asString(value) ?? writeJson(value) ?? '';
  return text.length > policy.base64ImageMaxLength && text.includes('data:');
}

/** Of an image that is no uploaded file only where it comes from. */
function withoutTexts(value: Json): Json {
  const list = asArray(value);
  if (list) return list.map(withoutText);
  return withoutText(value);
}

function withoutText(value: Json): Json {
  const image = asObject(value);
  if (!image) return typeof value === 'string' ? value : REDACTED;
  if (typeof image['size'] === 'number') return withoutFileNames(value);
  const copy = emptyObject();
  for (const name of Object.keys(image)) {
    copy[name] = name === 'image_url' || name === 'file_id' ? image[name] : REDACTED;
  }
  return copy;
}
