import type { Limits } from '../config/settings.js';
import { createJsonScanner, type JsonScanner } from '../decode/json-scanner.js';
import { keepBytes } from '../decode/kept-bytes.js';
import { isMultipart } from '../decode/multipart.js';
import { decodeWhole } from '../decode/whole-body.js';
import { asObject, type JsonObject, parseJson } from '../model/json.js';
import { createFormReader } from './form-reader.js';
import type { LetGo } from './held-content.js';
import { UNREAD_BODY } from './unread-body.js';

/** Bodies up to this size are parsed whole before the reply (some 0.1 ms); of bigger ones only the top level is read. */
const PARSE_BYTES = 64 * 1024;

/** What a request body turned out to be; a form is an object of its fields. */
export interface RequestBody {
  /** `object`: a JSON object; `other`: JSON of another kind; `unparsable`; `unknown`: in a coding that we do not read, or cut. */
  kind: 'object' | 'other' | 'unparsable' | 'unknown';
  /** Its top-level members (big ones empty when `whole` is not set). */
  members: JsonObject;
  /** The whole body, when it was parsed; of a form what was kept. */
  whole?: JsonObject | undefined;
  /** The kept bytes, decoded. */
  bytes: Buffer;
  /** The same as text, where it was made. */
  text?: string | undefined;
  truncated: boolean;
}

/** Reads one request body in any chunking. */
export interface RequestReader {
  add(bytes: Uint8Array): void;
  /** Bytes of memory that it takes, about. */
  held(): number;
  /** Lets content go, what is to come too; of `everything` no model is found any more. */
  letGo(what: LetGo): void;
  /** `cut`: the body did not come to its end. */
  end(encoding: string | undefined, cut: boolean): RequestBody;
}

/** What is known of a body before it comes. */
export interface ExpectedBody {
  contentType?: string | undefined;
  encoding?: string | undefined;
  /** Gives the fields of a form their types. */
  readForm?: ((fields: JsonObject) => JsonObject) | undefined;
}

/** Creates a reader by the content-type: of a multipart form, of JSON otherwise. */
export function createRequestReader(limits: Pick<Limits, 'contentBytes'>, expected: ExpectedBody = {}): RequestReader {
  const { contentType, encoding, readForm } = expected;
  if (contentType !== undefined && isMultipart(contentType)) {
    return createFormReader(limits, contentType, encoding, readForm ?? ((fields) => fields));
  }
  return createJsonBodyReader(limits, encoding);
}

function createJsonBodyReader(limits: Pick<Limits, 'contentBytes'>, encoding: string | undefined): RequestReader {
  const kept = keepBytes(limits.contentBytes);
  let scanner: JsonScanner | undefined;
  let given = false; // everything was let go

  function startScanner(): void {
    scanner = createJsonScanner();
    scanner.feed(kept.bytes());
  }

  return {
    add(bytes) {
      if (given) return;
      if (scanner === undefined && kept.size() + bytes.length > limits.contentBytes) startScanner();
      scanner?.feed(bytes);
      kept.add(bytes);
    },
    held: () => kept.held() + (scanner?.held() ?? 0),
    letGo(what) {
      given ||= what === 'everything';
      // a compressed body is read at its end: until then its bytes are all that could tell its model
      if (!given && encoding !== undefined) return;
      if (given) scanner = undefined;
      else if (!scanner) startScanner();
      kept.letGo();
    },
    end(coding, cut) {
      if (given) return UNREAD_BODY;
      if (coding !== undefined) return readEncoded(kept.bytes(), coding, kept.truncated(), limits.contentBytes);
      const bytes = kept.bytes();
      if (scanner) return { ...scanned(scanner, cut), bytes, truncated: true };
      // member by member: V8 gives each object that is spread here a shape of its own, for as long as the call lasts
      const { kind, members, whole, text } = readWhole(bytes, cut);
      return { kind, members, whole, bytes, text, truncated: false };
    },
  };
}

function readWhole(bytes: Buffer, cut: boolean): Omit<RequestBody, 'bytes' | 'truncated'> {
  if (bytes.length <= PARSE_BYTES) {
    const text = bytes.toString('utf8');
    const value = parseJson(text);
    const whole = asObject(value);
    if (whole) return { kind: 'object', members: whole, whole, text };
    if (value !== undefined) return { kind: 'other', members: {}, text };
  }
  const scanner = createJsonScanner();
  scanner.feed(bytes);
  if (bytes.length > PARSE_BYTES) return scanned(scanner, cut);
  return { kind: cut ? 'unknown' : 'unparsable', members: scanner.members() };
}

/** What a scanner saw of a big text. One that does not reach its end is unparsable, yet the members before are known. */
function scanned(scanner: JsonScanner, cut: boolean): Omit<RequestBody, 'bytes' | 'truncated'> {
  if (scanner.complete()) return { kind: 'object', members: scanner.members() };
  if (cut) return { kind: 'unknown', members: scanner.members() };
  // a list too big to parse here is taken at its first byte's word
  if (scanner.root() === 'array') return { kind: 'other', members: {} };
  return { kind: 'unparsable', members: scanner.members() };
}

/** A coding that we do not read, or one that does not decode within the cap: the upstream may know better. */
function readEncoded(bytes: Buffer, encoding: string, truncated: boolean, cap: number): RequestBody {
  const decoded = truncated ? undefined : decodeWhole(bytes, encoding, cap);
  if (!decoded) return { kind: 'unknown', members: {}, bytes: Buffer.alloc(0), truncated };
  return { ...readWhole(decoded, false), bytes: decoded, truncated: false };
}
