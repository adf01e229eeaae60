/** Images and files inside of blocks, wherever they stand: in a tool's result, in a document. */
import { REDACTED } from '../../model/content-policy.js';
import { asObject, asString, emptyObject, type Json, type JsonObject } from '../../model/json.js';

/** Depth to which a block's members are looked at; the API nests four levels. What is deeper is hidden. */
export const DEPTH = 64;

/** What the API, and clients that speak OpenAI's dialect to it, call an image. */
const IMAGES: ReadonlySet<unknown> = new Set(['image', 'image_url', 'input_image']);

/** Says of a block whether its data may not be shown. */
export type HidesBlock = (block: JsonObject) => boolean;

export function isImage(block: JsonObject): boolean {
  return IMAGES.has(block['type']);
}

/** The URL of an image as a web page would write it: a data URL for an inline one; `undefined` when it is neither inline nor has a URL. */
export function imageUrl(source: JsonObject | undefined): string | undefined {
  const data = asString(source?.['data']);
  if (source?.['type'] === 'base64' && data !== undefined) {
    return `data:${asString(source['media_type']) ?? ''};base64,${data}`;
  }
  return source?.['type'] === 'url' ? asString(source['url']) : undefined;
}

/** Whether a block's data stand in the body itself, as base64. */
export function isInline(block: JsonObject): boolean {
  const source = asObject(block['source']);
  return source?.['type'] === 'base64' || (imageUrl(source)?.startsWith('data:') ?? false);
}

/** A copy in which the blocks that `hides` names have lost their data; a source keeps its kind. */
export function withoutData(value: Json, hides: HidesBlock, depth = 0): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((entry) => withoutData(entry, hides, depth + 1));
  const hidden = hides(value);
  const copy = emptyObject();
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    if (hidden && key === 'source') copy[key] = withoutSource(member);
    // without a source its data may be any member
    else if (hidden && key !== 'type' && !('source' in value)) copy[key] = REDACTED;
    else copy[key] = withoutData(member, hides, depth + 1);
  }
  return copy;
}

/** A source's kind without what it holds or points to. */
function withoutSource(value: Json): Json {
  const source = asObject(value);
  if (!source) return REDACTED;
  const copy = emptyObject();
  for (const key of Object.keys(source)) {
    copy[key] = key === 'type' || key === 'media_type' ? source[key] : REDACTED;
  }
  return copy;
}
