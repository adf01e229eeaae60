/** Parts of messages in the shape of the gen_ai conventions (OpenTelemetry semantic conventions, "gen-ai-input-messages.json"). */
import { REDACTED } from '../../model/content-policy.js';
import { type JsonObject, parseJson } from '../../model/json.js';
import type { ContentPart, ToolCall } from '../../model/message.js';

/** What is hidden of one side's messages. */
export interface ContentSwitches {
  text: boolean;
  images: boolean;
  /** Parts that tell of tools. */
  tools: boolean;
  /** Characters of an inline image beyond which it is hidden. */
  imageMaxLength: number;
}

type PartOf<Type extends ContentPart['type']> = Extract<ContentPart, { type: Type }>;

/** `data:` URLs with base64, as inline images come. */
const INLINE = /^data:([^;,]*)[^,]*;base64,/;

/** A part as its schema has it: one or, of spoken text, two; none of what is hidden whole or says nothing. */
export function convertPart(part: ContentPart, hide: ContentSwitches): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [textPart(part.text, hide)];
    case 'image':
      return hide.images ? [] : [imagePart(part.url, hide.imageMaxLength)];
    case 'audio':
      return audioParts(part, hide);
    case 'reasoning':
      return [{ type: 'reasoning', content: shown(part.text ?? '', hide.text) }];
    case 'tool_use':
      return [toolCallPart(part.toolCall)];
    case 'other':
      return part.name === '' ? [] : [otherPart(part, hide)];
  }
}

export function textPart(text: string, hide: ContentSwitches): JsonObject {
  return { type: 'text', content: shown(text, hide.text) };
}

/** A tool call; arguments that are JSON are told as what they say. */
export function toolCallPart({ id, name, arguments: text }: ToolCall): JsonObject {
  return { type: 'tool_call', id, name, arguments: text === undefined ? undefined : (parseJson(text) ?? text) };
}

/** An image: the bytes of an inline one, the address of any other. */
export function imagePart(url: string, maxLength: number): JsonObject {
  const inline = INLINE.exec(url);
  if (!inline) {
    return { type: 'uri', modality: 'image', uri: url.startsWith('data:') && url.length > maxLength ? REDACTED : url };
  }
  const content = url.length > maxLength ? REDACTED : url.slice(inline[0].length);
  return { type: 'blob', modality: 'image', mime_type: inline[1] || undefined, content };
}

function audioParts({ id, data, text }: PartOf<'audio'>, hide: ContentSwitches): JsonObject[] {
  const parts: JsonObject[] = [];
  if (data !== undefined) parts.push({ type: 'blob', modality: 'audio', content: shown(data, hide.text) });
  if (text !== undefined) parts.push(textPart(text, hide));
  if (parts.length > 0) return parts;
  return [id === undefined ? { type: 'audio' } : { type: 'file', modality: 'audio', file_id: id }];
}

/** What the conventions have no name for keeps the provider's. */
function otherPart(part: PartOf<'other'>, hide: ContentSwitches): JsonObject {
  const text = textWithImages(part.text, part.textWithoutImages, hide);
  const hidden = hide.text || (part.tools === true && hide.tools);
  return { type: part.name, content: text === undefined ? undefined : shown(text, hidden) };
}

/** A text that may hold images: without them where they are hidden, or where one of them may be inline and too long. */
export function textWithImages(
  text: string | undefined,
  withoutImages: string | undefined,
  hide: ContentSwitches,
): string | undefined {
  if (text === undefined || withoutImages === undefined) return text;
  return hide.images || text.length > hide.imageMaxLength ? withoutImages : text;
}

function shown(text: string, hidden: boolean): string {
  return hidden ? REDACTED : text;
}
