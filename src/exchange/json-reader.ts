/** Reads an answer that is one JSON text (or none at all: an error page, a plain text). */
import { createJsonScanner, type JsonScanner } from '../decode/json-scanner.js';
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

  function keptText(): string {
    if (text === undefined || textBytes !== kept.size()) {
      text = kept.bytes().toString('utf8');
      textBytes = kept.size();
    }
    return text;
  }

  /** Takes the answer as it is now; returns whether it is a whole JSON object. */
  function tryRead(): boolean {
    const bytes = kept.bytes();
    const body = scanner || bytes.length > PARSE_BYTES ? readLarge(bytes) : parseSmall();
    if (!body) return false;
    read = true;
    state.whole = true;
    state.unparsable = context.promised && !body.partial && !endpoint.isResponse(body.members);
    learn(state, endpoint.readResponse(body.members));
    return true;
  }

  function parseSmall(): { members: JsonObject; partial: boolean } | undefined {
    parsed = parseObject(keptText());
    return parsed && { members: parsed, partial: false };
  }

  function readLarge(bytes: Buffer): { members: JsonObject; partial: boolean } | undefined {
    const tail = !scanner && endpoint.tailMembers ? readJsonTail(bytes, endpoint.tailMembers) : undefined;
    if (tail && hasUsage(endpoint.readResponse(tail).usage ?? {}))
      return { members: { ...membersOfHead(bytes), ...tail }, partial: true };
    const whole = scanner ?? createJsonScanner();
    if (!scanner) whole.feed(bytes);
    return whole.complete() ? { members: whole.members(), partial: false } : undefined;
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
      if (read || bytes.length === 0) {
        kept.add(bytes); // bytes after the end are kept for what they are, but say nothing
        return;
      }
      if (!scanner && kept.size() + bytes.length > limits.contentBytes) {
        scanner = createJsonScanner();
        scanner.feed(kept.bytes());
      }
      scanner?.feed(bytes);
      kept.add(bytes);
      const reached = contentLength !== undefined && kept.size() >= contentLength;
      if (reached) state.whole = true;
      const mayEnd = bytes[bytes.length - 1] === CLOSE_BRACE && contentLength === undefined && tries < TRIES;
      if (mayEnd) tries += 1;
      if (reached || mayEnd) tryRead();
    },
    drain: () => undefined,
    end(complete) {
      if (read || kept.size() === 0) return;
      if (tryRead() || !(complete || state.whole) || !context.promised) return;
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
