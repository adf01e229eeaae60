/** Images in the bodies of the Responses API, wherever they stand: in messages, in a tool's output, in an echo of the request. */
import { REDACTED } from '../../model/content-policy.js';
import { asObject, emptyObject, type Json, type JsonObject } from '../../model/json.js';

/** Which images may not be shown: all, or inline ones over so many characters. */
export interface ImagePolicy {
  images: boolean;
  imageMaxLength: number;
}

/** Levels that are looked at; the API nests six. What is deeper is hidden. */
const DEPTH = 64;
/** Parts that are an image. */
const IMAGES: ReadonlySet<unknown> = new Set(['input_image', 'computer_screenshot', 'image_url', 'image']);
/** Members of such a part that say nothing of what is seen. */
const PLAIN = ['type', 'detail'];

/** A copy in which the images that may not be shown are replaced by the marker. */
export function withoutImages(value: Json, policy: ImagePolicy, depth = 0): Json {
  if (typeof value === 'string') return hides(value, policy) ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((entry) => withoutImages(entry, policy, depth + 1));
  const isImage = IMAGES.has(value['type']);
  const copy = emptyObject();
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    copy[key] = hidesMember(value, key, isImage, policy) ? hidden(member) : withoutImages(member, policy, depth + 1);
  }
  return copy;
}

function hidesMember(part: JsonObject, key: string, isImage: boolean, policy: ImagePolicy): boolean {
  const member = part[key];
  // a generated image is base64 without the form of a URL
  if (part['type'] === 'image_generation_call' && key === 'result' && typeof member === 'string') {
    return policy.images || member.length > policy.imageMaxLength;
  }
  return policy.images && (key === 'image_url' || (isImage && !PLAIN.includes(key)));
}

/** A hidden member keeps its form: an `image_url` may be an object around the URL. */
function hidden(member: Json): Json {
  const object = asObject(member);
  if (!object) return member === null ? null : REDACTED;
  const copy = emptyObject();
  for (const key of Object.keys(object)) copy[key] = PLAIN.includes(key) ? object[key] : REDACTED;
  return copy;
}

function hides(text: string, policy: ImagePolicy): boolean {
  return text.startsWith('data:image') && (policy.images || text.length > policy.imageMaxLength);
}
