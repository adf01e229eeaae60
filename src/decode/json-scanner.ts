/**
 * Reads the top-level members of a JSON object from a byte stream of any length and any chunking, in bounded memory and without
 * parsing the rest: a 10 MB prompt's `model`, a 2 MB embedding answer's `usage`. Small members come whole, big ones as an empty
 * value of their kind, so that "has an array `data`" can still be asked. Long strings are crossed by the native byte search.
 */
import { emptyObject, type Json, type JsonObject, parseJson } from '../model/json.js';

/** Bytes of one member's raw value that are kept; usage objects of every provider are far below. */
const VALUE_BYTES = 8192;
/** Bytes of a member's name that are kept. */
const NAME_BYTES = 128;
/** Members that are kept. */
const MEMBERS = 128;
/** Bytes of all members together, from which on only small ones come whole. */
const MEMBERS_BYTES = 65_536;
/** Bytes of a value that is small: a model's name, a usage object. */
const SMALL_BYTES = 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

export interface JsonScanner {
  feed(bytes: Uint8Array): void;
  /** The members whose values have ended so far; what was too big is `[]`, `{}` or `''` by its kind. */
  members(): JsonObject;
  /** By the first byte that is no space; `undefined` until there is one. */
  root(): 'object' | 'array' | 'other' | undefined;
  /** The root object was closed. */
  complete(): boolean;
  /** Bytes of memory that it takes, about. */
  held(): number;
  /** How many bytes there are up to its end; `undefined` until it was closed. */
  closedAt(): number | undefined;
  /** Something other than space stands behind its end. */
  followed(): boolean;
}

/** Creates a scanner for one JSON text. It never throws; a text that is not JSON gives few members and never completes. */
export function createJsonScanner(): JsonScanner {
  const members = emptyObject();
  let count = 0;
  let keptBytes = 0; // of all members
  let root: 'object' | 'array' | 'other' | undefined;
  let complete = false;
  let closedAt = 0;
  let fed = 0;
  let followed = false;
  let depth = 0;
  let inString = false;
  let oddBackslashes = false; // the bytes seen so far of the open string end in an odd number of backslashes
  let awaitsName = true; // at depth 1: the next string is a member's name, not a value
  let name: string | undefined;
  let captured: Buffer[] = []; // raw bytes of the name or value being read
  let capturedBytes = 0;
  let capturing = false;
  let kind = 0; // first byte of the value

  function capture(bytes: Uint8Array, from: number, to: number): void {
    if (!capturing || to <= from) return;
    capturedBytes += to - from;
    if (capturedBytes > (awaitsName ? NAME_BYTES : VALUE_BYTES)) {
      captured = []; // too big: remembered by its kind alone
      return;
    }
    captured.push(Buffer.from(bytes.subarray(from, to)));
  }

  function startCapture(): void {
    captured = [];
    capturedBytes = 0;
    capturing = true;
  }

  function capturedJson(): Json | undefined {
    return captured.length === 0 ? undefined : parseJson(Buffer.concat(captured).toString('utf8'));
  }

  function endName(): void {
    const value = capturedJson();
    name = typeof value === 'string' ? value : undefined;
    capturing = false;
  }

  function endValue(): void {
    if (name !== undefined && capturing && kind !== 0) {
      const crowded = capturedBytes > SMALL_BYTES && keptBytes + capturedBytes > MEMBERS_BYTES;
      const tooBig = crowded || (captured.length === 0 && capturedBytes > 0);
      const value = tooBig ? emptyOfKind(kind) : capturedJson();
      if (value !== undefined && (name in members || count < MEMBERS)) {
        if (!(name in members)) count += 1;
        if (!tooBig) keptBytes += capturedBytes;
        members[name] = value;
      }
    }
    name = undefined;
    capturing = false;
    kind = 0;
    awaitsName = true;
  }

  /** Crosses the open string from `at`; returns the index behind its closing quote, or the end of the bytes. */
  function crossString(bytes: Uint8Array, at: number): number {
    let from = at;
    for (;;) {
      const quote = bytes.indexOf(QUOTE, from);
      const stop = quote === -1 ? bytes.length : quote;
      let first = stop;
      while (first > at && bytes[first - 1] === BACKSLASH) first -= 1;
      const carried = first === at && oddBackslashes ? 1 : 0;
      const odd = (stop - first + carried) % 2 === 1;
      if (quote === -1) {
        oddBackslashes = odd;
        return bytes.length;
      }
      if (!odd) {
        inString = false;
        oddBackslashes = false;
        return quote + 1;
      }
      from = quote + 1;
      // the escaped quote ends the run of backslashes
      if (from >= bytes.length) {
        oddBackslashes = false;
        return bytes.length;
      }
      at = from;
      oddBackslashes = false;
    }
  }

  function feed(bytes: Uint8Array): void {
    read(bytes);
    fed += bytes.length;
  }

  /** Looks at what stands behind the end. */
  function readRest(bytes: Uint8Array, from: number): void {
    for (let index = from; index < bytes.length && !followed; index += 1) followed = !isSpace(bytes[index] as number);
  }

  function read(bytes: Uint8Array): void {
    let index = 0;
    let captureFrom = 0;
    if (root === undefined) {
      while (index < bytes.length && isSpaceOrBom(bytes[index] as number)) index += 1;
      if (index === bytes.length) return;
      root = rootOf(bytes[index] as number);
      if (root === 'object') {
        depth = 1;
        index += 1;
      }
      captureFrom = index;
    }
    if (complete) readRest(bytes, 0);
    if (root !== 'object' || complete) return;
    while (index < bytes.length) {
      if (inString) {
        index = crossString(bytes, index);
        if (!inString && depth === 1 && awaitsName) {
          capture(bytes, captureFrom, index);
          endName();
        }
        continue;
      }
      const byte = bytes[index] as number;
      if (byte === QUOTE) {
        inString = true;
        oddBackslashes = false;
        if (depth === 1 && awaitsName) {
          startCapture();
          captureFrom = index;
        } else if (depth === 1 && kind === 0) kind = byte;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (depth === 1 && kind === 0) kind = byte;
        depth += 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 0) {
          capture(bytes, captureFrom, index);
          endValue();
          complete = byte === CLOSE_BRACE;
          root = complete ? root : 'other';
          closedAt = fed + index + 1;
          if (complete) readRest(bytes, index + 1);
          return;
        }
      } else if (depth === 1) {
        if (byte === COLON && awaitsName) {
          awaitsName = false;
          startCapture();
          captureFrom = index + 1;
        } else if (byte === COMMA) {
          capture(bytes, captureFrom, index);
          endValue();
        } else if (!awaitsName && kind === 0 && !isSpaceOrBom(byte)) kind = byte;
      }
      index += 1;
    }
    capture(bytes, captureFrom, bytes.length);
  }

  return {
    feed,
    members: () => members,
    root: () => root,
    complete: () => complete,
    held: () => keptBytes + Math.min(capturedBytes, VALUE_BYTES),
    closedAt: () => (complete ? closedAt : undefined),
    followed: () => followed,
  };
}

/** The spaces of JSON (RFC 8259, section 2). */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isSpaceOrBom(byte: number): boolean {
  return isSpace(byte) || byte === 0xef || byte === 0xbb || byte === 0xbf;
}

function rootOf(byte: number): 'object' | 'array' | 'other' {
  if (byte === OPEN_BRACE) return 'object';
  return byte === OPEN_BRACKET ? 'array' : 'other';
}

function emptyOfKind(kind: number): Json | undefined {
  if (kind === OPEN_BRACKET) return [];
  if (kind === OPEN_BRACE) return emptyObject();
  return kind === QUOTE ? '' : undefined;
}
