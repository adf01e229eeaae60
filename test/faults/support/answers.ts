/** The answers of every endpoint family, in pieces, and the requests for them. */
import { form } from '../../support/form.js';
import { encodePieces } from './codings.js';
import { type EventMaker, FAMILY_BODIES } from './family-bodies.js';
import type { Shape } from './shape.js';

/** The tokens that every answer reports in its own dialect. */
export const TOKENS = 31;

/** What is sent, as it stands on the wire. */
export interface RequestBytes {
  path: string;
  contentType: string;
  body: Buffer;
}

/** A request of the shape's family that asks for its format. */
export function requestOf({ family, format }: Shape, model: string): RequestBytes {
  const { path, request } = FAMILY_BODIES[family];
  if (family === 'audio') {
    const file = { name: 'speech.wav', type: 'audio/wav', bytes: Buffer.alloc(600, 7) };
    return { path, ...multipart(['model', model], ['stream', String(format !== 'json')], ['file', file]) };
  }
  const body = Buffer.from(JSON.stringify({ model, ...request, stream: format !== 'json' }));
  return { path, contentType: 'application/json', body };
}

function multipart(...fields: Parameters<typeof form>): Omit<RequestBytes, 'path'> {
  const body = form(...fields);
  const boundary = body.subarray(2, body.indexOf('\r\n')).toString();
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

const TYPES = { json: 'application/json', sse: 'text/event-stream', ndjson: 'application/x-ndjson' } as const;

/** An answer: its headers but for lengths, and the pieces in which the upstream writes it. */
export interface AnswerBytes {
  headers: Record<string, string>;
  pieces: Buffer[];
}

const made = new Map<string, Promise<AnswerBytes>>();

/** The answer of a shape; made once for all calls of that shape. */
export function answerOf(shape: Shape): Promise<AnswerBytes> {
  const key = [shape.family, shape.format, shape.chunks, shape.coding, shape.length].join();
  const known = made.get(key);
  if (known) return known;
  const answer = makeAnswer(shape);
  made.set(key, answer);
  return answer;
}

async function makeAnswer(shape: Shape): Promise<AnswerBytes> {
  const pieces = await (shape.format === 'json' ? jsonPieces(shape) : eventPieces(shape));
  const headers: Record<string, string> = { 'content-type': TYPES[shape.format], 'x-of-upstream': 'kept' };
  if (shape.coding !== 'plain') headers['content-encoding'] = shape.coding;
  if (shape.length) headers['content-length'] = String(pieces.reduce((sum, piece) => sum + piece.length, 0));
  return { headers, pieces };
}

/** One body, coded as a whole and then cut. Long enough that every chunk has some bytes, coded too. */
async function jsonPieces({ family, chunks, coding }: Shape): Promise<Buffer[]> {
  const body = Buffer.from(JSON.stringify(FAMILY_BODIES[family].answer(words(Math.max(20, chunks)))));
  const blocks = coding === 'zstd' ? cut(body, Math.ceil(body.length / 100_000)) : [body];
  return cut(Buffer.concat(await encodePieces(blocks, coding)), chunks);
}

function cut(bytes: Buffer, count: number): Buffer[] {
  if (bytes.length < count) throw new Error(`${bytes.length} bytes cannot be ${count} chunks`);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(Math.floor((bytes.length * index) / count), Math.floor((bytes.length * (index + 1)) / count)),
  );
}

/** A chunk for each event; with one chunk all events are in it. */
async function eventPieces({ family, format, chunks, coding }: Shape): Promise<Buffer[]> {
  const maker = FAMILY_BODIES[family].events as EventMaker;
  const fixed = maker([]).length;
  const texts = words(Math.max(3, chunks - fixed)).map((word) => `${word} `);
  const events = maker(texts).map((event) => (format === 'sse' ? event : `${event}\n`));
  const pieces = (chunks === 1 ? [events.join('')] : events).map((event) => Buffer.from(event));
  return encodePieces(pieces, coding);
}

/** Words that do not repeat: a text that shrinks 200 times would be taken for a decompression bomb. The same every time. */
function words(count: number): string[] {
  let state = 42;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state.toString(36).padStart(6, 'q');
  });
}
