/** Documents and queries as rerank APIs take them: texts, or objects around a text, parts, or an image. */
import { REDACTED } from '../../model/content-policy.js';
import type { RankedDocument } from '../../model/document.js';
import {
  asArray,
  asNumber,
  asObject,
  asString,
  asText,
  emptyObject,
  type Json,
  type JsonObject,
  writeJson,
} from '../../model/json.js';
import { hidesImage, type MessagePolicy } from '../openai/chat-redaction.js';

/** Members that hold an image, or the object around one (Jina API, "image"; vLLM, content parts). */
const IMAGES = ['image', 'image_url'];
/** Depth to which a document's members are looked at; what is deeper is hidden. */
const DEPTH = 16;

/** A document of a request. */
export function readDocument(value: Json | undefined): RankedDocument {
  return { content: readText(value), id: readId(asObject(value)) };
}

/** A result of an answer. One that names no document names its place in the request, which stands for it. */
export function readResult(value: Json): RankedDocument {
  const result = asObject(value);
  const document = result?.['document'];
  const place = asNumber(result?.['index']);
  return {
    content: readText(document) ?? asString(result?.['text']),
    id: readId(asObject(document)) ?? (place === undefined ? undefined : String(place)),
    score: asNumber(result?.['relevance_score']) ?? asNumber(result?.['score']),
  };
}

/**
 * The text of a document or of a query: the text itself, its `text`, the texts among its content parts, or all of an object that has
 * none of these. An image has none.
 */
export function readText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return isImage(value) ? undefined : value;
  const object = asObject(value);
  if (!object) return undefined;
  const text = asString(object['text']) ?? asString(object['content']);
  if (text !== undefined) return text;
  const parts = asArray(object['content']) ?? asArray(object['multi_modal']);
  if (parts) return joinTexts(parts);
  const told = Object.keys(object).some((key) => object[key] != null && key !== 'multi_modal');
  return told && !IMAGES.some((name) => name in object) ? writeJson(object) : undefined;
}

function joinTexts(parts: readonly Json[]): string | undefined {
  const texts = parts.flatMap((part) => asText(asObject(part)?.['text']) ?? []);
  return texts.length > 0 ? texts.join('\n') : undefined;
}

function readId(object: JsonObject | undefined): string | undefined {
  const id = object?.['id'];
  return asText(id) ?? (typeof id === 'number' ? String(id) : undefined);
}

/** A document or a query with its texts and images replaced as the policy says; ids, types and numbers stay. */
export function redactDocument(value: Json, policy: MessagePolicy, depth = 0): Json {
  if (typeof value === 'string') {
    if (isImage(value)) return hidesImage(value, policy) ? REDACTED : value;
    return policy.text ? REDACTED : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((entry) => redactDocument(entry, policy, depth + 1));
  const copy = emptyObject();
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    if (IMAGES.includes(key)) copy[key] = redactImage(member, policy);
    else copy[key] = key === 'id' || key === 'type' ? member : redactDocument(member, policy, depth + 1);
  }
  return copy;
}

/** An image is a web address, a data URL, base64 without a word, or an object around one of them. */
function redactImage(value: Json, policy: MessagePolicy): Json {
  const image = asObject(value);
  const url = asString(image?.['url']) ?? asString(value);
  if (url === undefined) return policy.images || policy.text ? REDACTED : value;
  const inline = isImage(url) || /^https?:\/\//.test(url) ? url : `data:${url}`;
  if (!hidesImage(inline, policy)) return value;
  return image ? { ...image, url: REDACTED } : REDACTED;
}

function isImage(text: string): boolean {
  return text.startsWith('data:image/');
}
