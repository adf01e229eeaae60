/** Reads an answer that is neither JSON nor text, such as sound: nothing of it is kept but its type and size. */
import { writeJson } from '../model/json.js';
import type { ReaderContext, ResponseReader } from './response-reader.js';

/** Whether content of this type is not to be read as text; none at all is taken for it. */
export function isBinary(mimeType: string): boolean {
  return !/^text\/|[/+](?:json|xml)$|^application\/(?:javascript|x-subrip)$/.test(mimeType);
}

/** The content that recorders see is a small JSON object: `content_type` and `size` in bytes. */
export function createBinaryReader({ state, contentLength, mimeType }: ReaderContext): ResponseReader {
  let size = 0;
  const describe = () => ({ ...(mimeType === '' ? {} : { content_type: mimeType }), size });
  return {
    feed(bytes) {
      size += bytes.length;
      if (contentLength !== undefined && size >= contentLength) state.whole = true;
    },
    drain: () => undefined,
    end: () => undefined,
    held: () => 0,
    letGo: () => undefined,
    body: () => ({
      empty: size === 0,
      text: () => (size === 0 ? undefined : writeJson(describe())),
      object: () => (size === 0 ? undefined : describe()),
      truncated: false,
    }),
  };
}
