/** Reads a request body that is a multipart form; to everybody behind it is a JSON object of the form's fields. */
import type { Limits } from '../config/settings.js';
import { keepBytes } from '../decode/kept-bytes.js';
import { createMultipartReader } from '../decode/multipart.js';
import { decodeWhole } from '../decode/whole-body.js';
import { type JsonObject, writeJson } from '../model/json.js';
import type { RequestBody, RequestReader } from './request-reader.js';
import { UNREAD_BODY } from './unread-body.js';

/** A form of which nothing can be said: its own bytes are files, and are not kept. */
const UNREAD = { members: {}, bytes: Buffer.alloc(0), truncated: false };

/**
 * Creates a reader for a form of this content-type. `encoding`: the body comes compressed and is read at its end. `readForm`: gives the
 * endpoint's fields their types.
 */
export function createFormReader(
  limits: Pick<Limits, 'contentBytes'>,
  contentType: string,
  encoding: string | undefined,
  readForm: (fields: JsonObject) => JsonObject,
): RequestReader {
  let reader = createMultipartReader(contentType, limits.contentBytes);
  let given = false; // everything was let go
  const encoded = encoding === undefined ? undefined : keepBytes(limits.contentBytes);
  return {
    add(bytes) {
      if (!given) (encoded ?? reader)?.add(bytes);
    },
    held: () => (encoded?.held() ?? 0) + (reader?.held() ?? 0),
    letGo(what) {
      given ||= what === 'everything';
      reader?.letGo();
      if (!given) return;
      encoded?.letGo();
      reader = undefined;
    },
    end(coding, cut): RequestBody {
      if (given) return UNREAD_BODY;
      if (!reader) return { ...UNREAD, kind: 'unparsable' };
      if (encoded && coding !== undefined) {
        const decoded = encoded.truncated() ? undefined : decodeWhole(encoded.bytes(), coding, limits.contentBytes);
        if (!decoded) return { ...UNREAD, kind: 'unknown', truncated: encoded.truncated() };
        reader.add(decoded);
      }
      const { fields, members, truncated, complete } = reader.form();
      const whole = readForm(fields);
      let bytes: Buffer | undefined;
      return {
        kind: complete ? 'object' : cut ? 'unknown' : 'unparsable',
        members: truncated ? readForm(members) : whole,
        whole,
        truncated,
        // written when a recorder asks, after the reply
        get bytes() {
          bytes ??= Buffer.from(Object.keys(whole).length === 0 ? '' : (writeJson(whole) ?? ''));
          return bytes;
        },
      };
    },
  };
}
