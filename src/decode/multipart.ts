/** Reads multipart forms as they come: the fields' texts are kept within bounds, of files only their names and sizes. */
import busboy from 'busboy';
import { emptyObject, type Json, type JsonObject } from '../model/json.js';

/** Parts that are read; an image edit has some 30 at the most. */
const PARTS = 128;
/** Characters of a field's name; one with a longer name is left out. */
const NAME_CHARACTERS = 128;
/** Characters of a file's name. */
const FILE_NAME_CHARACTERS = 256;
/** Characters of a field that is known whatever the cap: a model's name is far shorter. */
const FACT_CHARACTERS = 8192;
/** Characters of all such fields together. */
const FACTS_CHARACTERS = 65_536;
/** Bytes from the end in which the closing delimiter is looked for; what may follow it is mostly one line end. */
const TAIL_BYTES = 256;
/** Characters that one character may take in JSON. */
const ESCAPED = 6;
/** Characters around a text in JSON. */
const QUOTES = 2;
/** RFC 2046, section 5.1.1: a delimiter has 70 characters at the most, and only some. */
const BOUNDARY = /^[\w'()+,\-./:=? ]{1,70}$/;

/** A form as far as it has come. A name that ends in `[]`, or comes more than once, has a list. */
export interface Form {
  /** Each field's text, and each file as `{name, size}`; the texts together are within the cap. */
  fields: JsonObject;
  /** The same without the cap; a long text is `''`. */
  members: JsonObject;
  /** Something is missing in `fields`. */
  truncated: boolean;
  /** The closing delimiter was seen. */
  complete: boolean;
}

/** Reads one form in any chunking. */
export interface MultipartReader {
  add(bytes: Uint8Array): void;
  /** What was read; everything that was added is in it. */
  form(): Form;
  /** Bytes of memory that it takes, about. */
  held(): number;
  /** Lets go of the texts, of those to come too; what tells of the call stays known. */
  letGo(): void;
}

/** Whether a content-type says `multipart/form-data`. */
export function isMultipart(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*multipart\/form-data\s*(;|$)/i.test(contentType);
}

/**
 * Creates a reader for a form of this content-type (RFC 7578); `undefined` when it names no boundary. `cap`: characters of the fields
 * that are kept, as JSON writes them. Never throws: what cannot be read is left out.
 */
export function createMultipartReader(contentType: string, cap: number): MultipartReader | undefined {
  const boundary = readBoundary(contentType);
  if (boundary === undefined) return undefined;
  const fields = emptyObject();
  const members = emptyObject();
  let room = cap;
  let kept = 0;
  let factsRoom = FACTS_CHARACTERS;
  let waiting = 0; // bytes of a field that has not ended
  let inFile = false;
  let truncated = false;
  let tail = Buffer.alloc(0);

  function take(characters: number): void {
    room -= characters;
    kept += characters;
  }

  const fieldBytes = Math.max(cap, FACT_CHARACTERS) + 1;
  const parser = busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    // clients write names as they are; the library's default reads their bytes as latin1
    defParamCharset: 'utf8',
    limits: { parts: PARTS, fieldSize: fieldBytes },
  });
  parser.on('field', (name: string | undefined, value: string | undefined, info) => {
    // a charset that nobody knows leaves no text
    if (!isName(name) || value === undefined) {
      truncated = true;
      return;
    }
    waiting = 0;
    const fact = value.length > Math.min(FACT_CHARACTERS, factsRoom) ? '' : value;
    factsRoom -= fact.length;
    add(members, name, fact);
    const text = cutToFit(value, room - name.length);
    if (text === undefined || text.length < value.length || info.valueTruncated) truncated = true;
    if (text === undefined) return;
    add(fields, name, text);
    take(name.length + writtenLength(text));
  });
  parser.on('file', (name: string | undefined, stream, info: { filename?: string | undefined }) => {
    const file = emptyObject();
    if (info.filename !== undefined) file['name'] = info.filename.slice(0, FILE_NAME_CHARACTERS);
    let size = 0;
    file['size'] = size;
    inFile = true;
    waiting = 0;
    stream.once('close', () => {
      inFile = false;
    });
    stream.on('data', (bytes: Buffer) => {
      size += bytes.length;
      file['size'] = size;
    });
    // a stream that was asked for data hands on at once what is pushed into it, instead of in a later turn
    stream.read(0);
    if (isName(name)) {
      add(members, name, file);
      add(fields, name, file);
      take(name.length + writtenLength(file));
    } else truncated = true;
  });
  parser.on('partsLimit', () => {
    truncated = true;
  });
  // a part whose headers cannot be read; the next one is read again
  parser.on('error', () => {
    truncated = true;
  });

  return {
    add(bytes) {
      if (!inFile) waiting += bytes.length;
      parser.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      tail = Buffer.concat([tail, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    },
    form: () => ({ fields, members, truncated, complete: tail.includes(`--${boundary}--`) }),
    held: () => kept + FACTS_CHARACTERS - factsRoom + Math.min(waiting, fieldBytes),
    letGo() {
      room = 0;
      kept = 0;
      truncated = true;
      for (const name of Object.keys(fields)) delete fields[name];
    },
  };
}

function readBoundary(contentType: string): string | undefined {
  const match = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  return boundary !== undefined && BOUNDARY.test(boundary) ? boundary : undefined;
}

function isName(name: string | undefined): name is string {
  return name !== undefined && name.length <= NAME_CHARACTERS;
}

function add(target: JsonObject, name: string, value: Json): void {
  const key = name.endsWith('[]') ? name.slice(0, -2) : name;
  const before = target[key];
  if (Array.isArray(before)) before.push(value);
  else if (before !== undefined) target[key] = [before, value];
  else target[key] = key === name ? value : [value];
}

/** The beginning of a text that fits as JSON; `undefined` when nothing does. */
function cutToFit(value: string, room: number): string | undefined {
  if (room <= QUOTES) return undefined;
  if (writtenLength(value) <= room) return value;
  const begin = value.slice(0, room - QUOTES);
  return writtenLength(begin) <= room ? begin : begin.slice(0, Math.floor((room - QUOTES) / ESCAPED));
}

function writtenLength(value: Json): number {
  return JSON.stringify(value).length;
}
