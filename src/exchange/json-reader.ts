/** Reads an answer that is one JSON text (or none at all: an error page, a plain text). */
import { createJsonScanner, isSpace, type JsonScanner } from '../decode/json-scanner.js';
import { readJsonTail } from '../decode/json-tail.js';
import { keepBytes } from '../decode/kept-bytes.js';
import { type JsonObject, parseObject } from '../model/json.js';
import { hasUsage } from '../model/usage.js';
import type { ReaderContext, ResponseReader } from './response-reader.js';
import { learn } from './response-state.js';

/** Answers up to this size are parsed whole before the reply; of bigger ones only what is asked for is looked up. */
const PARSE_BYTES = 64 * 1024;
/** Bytes from the start of a big answer in which its model and id are looked for, beside the tail. */
const HEAD_BYTES = 2048;
/** Tries to find the end before the end of the stream, one for each chunk that ends in a brace. */
const TRIES = 8;

const CLOSE_BRACE = 0x7d;

/** What was read of an answer: some of its members or all, and whether something stands behind the object. */
interface ReadBody {
  members: JsonObject;
  partial: boolean;
  followed: boolean;
}

export function createJsonReader(context: ReaderContext): ResponseReader {
  const { endpoint, state, limits, contentLength } = context;
  const kept = keepBytes(limits.contentBytes);
  let scanner: JsonScanner | undefined; // reads on where the kept bytes end
  let parsed: JsonObject | undefined;
  let text: string | undefined; // of all that is kept
  let textBytes = 0; // the size of what was offered when the text was made
  let read = false;
  let plain = false; // the answer is a text that was taken at its word
  let tries = 0;
  let given = false; // everything was let go

  function startScanner(): void {
    scanner = createJsonScanner();
    scanner.feed(kept.bytes());
  }

  function keptText(): string {
    if (text === undefined || textBytes !== kept.size()) {
      text = kept.bytes().toString('utf8');
      textBytes = kept.size();
    }
    return text;
  }

  /** Takes the answer as it is now; returns whether it is a whole JSON object, or at the `last` try begins with one. */
  function tryRead(last: boolean): boolean {
    const bytes = kept.bytes();
    const body = scanner || bytes.length > PARSE_BYTES ? readLarge(bytes) : parseSmall(bytes, last);
    if (!body) return false;
    read = true;
    state.whole = true;
    state.unparsable = context.promised && (body.followed || (!body.partial && !endpoint.isResponse(body.members)));
    learn(state, endpoint.readResponse(body.members));
    return true;
  }

  function parseSmall(bytes: Buffer, last: boolean): ReadBody | undefined {
    parsed = parseObject(keptText());
    if (parsed) return { members: parsed, partial: false, followed: false };
    if (!last) return undefined;
    // an object with something behind it: where the chunks part, the object may have been read already
    const first = createJsonScanner();
    first.feed(bytes);
    if (!first.followed()) return undefined;
    parsed = parseObject(bytes.toString('utf8', 0, first.closedAt()));
    return parsed && { members: parsed, partial: false, followed: true };
  }

  function readLarge(bytes: Buffer): ReadBody | undefined {
    const tail = !scanner && endpoint.tailMembers ? readJsonTail(bytes, endpoint.tailMembers) : undefined;
    if (tail && hasUsage(endpoint.readResponse(tail).usage ?? {}))
      return { members: { ...membersOfHead(bytes), ...tail }, partial: true, followed: false };
    const whole = scanner ?? createJsonScanner();
    if (!scanner) whole.feed(bytes);
    return whole.complete() ? { members: whole.members(), partial: false, followed: whole.followed() } : undefined;
  }

  /** An answer that is no JSON by its own word; `false`: the endpoint has no such answers. */
  function readPlain(): boolean {
    if (endpoint.readText && !kept.truncated()) {
      parsed = endpoint.readText(keptText());
      plain = true;
      learn(state, endpoint.readResponse(parsed));
      return true;
    }
    return endpoint.readText !== undefined;
  }

  return {
    feed(bytes) {
      if (given) return;
      if (read || bytes.length === 0) {
        kept.add(bytes);
        // what stands behind the end makes the whole no JSON; what the object said stays known
        if (read && !plain && !bytes.every(isSpace)) state.unparsable = context.promised;
        return;
      }
      if (!scanner && kept.size() + bytes.length > limits.contentBytes) startScanner();
      scanner?.feed(bytes);
      kept.add(bytes);
      const reached = contentLength !== undefined && kept.size() >= contentLength;
      if (reached) state.whole = true;
      const mayEnd = bytes[bytes.length - 1] === CLOSE_BRACE && contentLength === undefined && tries < TRIES;
      if (mayEnd) tries += 1;
      if (reached || mayEnd) tryRead(false);
    },
    drain: () => undefined,
    held: () => kept.held() + (text?.length ?? 0) + (scanner?.held() ?? 0),
    letGo(what) {
      given ||= what === 'everything';
      if (given) scanner = undefined;
      else if (!read && !scanner) startScanner();
      kept.letGo();
      text = undefined;
      parsed = undefined;
    },
    end(complete) {
      if (given || read || kept.size() === 0) return;
      if (tryRead(true) || !(complete || state.whole) || !context.promised) return;
      if (isJson(context.mimeType) || isPage(context.mimeType) || !readPlain()) state.unparsable = true;
    },
    body: () => ({
      empty: kept.size() === 0,
      text: () => (kept.size() === 0 ? undefined : keptText()),
      object() {
        if (!parsed && !kept.truncated()) parsed = parseObject(keptText());
        return parsed;
      },
      truncated: kept.truncated(),
      plain,
    }),
  };
}

function isJson(mimeType: string): boolean {
  return mimeType === '' || mimeType === 'application/json' || mimeType.endsWith('+json');
}

/** A page for people, as proxies put it before an answer, whatever its status. */
function isPage(mimeType: string): boolean {
  return mimeType === 'text/html' || mimeType === 'application/xhtml+xml';
}

function membersOfHead(bytes: Buffer): JsonObject {
  const scanner = createJsonScanner();
  scanner.feed(bytes.subarray(0, HEAD_BYTES));
  return scanner.members();
}
