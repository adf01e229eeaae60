/** The answer's half of an exchange: chooses how to read it by its headers, and decodes a copy where it is compressed. */
import { type ContentDecoder, createContentDecoder, isSupportedEncoding } from '../decode/content-encoding.js';
import { createLineReader } from '../decode/ndjson.js';
import { createSseReader } from '../decode/sse.js';
import type { Endpoint } from '../endpoints/endpoint.js';
import { createBinaryReader, isBinary } from './binary-reader.js';
import type { ExchangeDependencies } from './dependencies.js';
import { type CreateFraming, createEventReader } from './event-reader.js';
import type { HeaderView } from './header-view.js';
import type { LetGo } from './held-content.js';
import { createJsonReader } from './json-reader.js';
import type { ReaderContext, ResponseBody, ResponseReader } from './response-reader.js';
import { createResponseState, type ResponseState } from './response-state.js';

export interface ResponseSide {
  state: ResponseState;
  status: number | undefined;
  /** Of the content, see {@link body}. */
  mimeType: string;
  streamed: boolean;
  feed(bytes: Uint8Array, at: number): void;
  /** Does what was deferred, now. */
  drain(): void;
  /**
   * No more bytes. `complete`: the body came to its end. Calls `done` once when the state is final: at once, or, for a compressed
   * answer, when its decoder is through.
   */
  end(complete: boolean, done: () => void): void;
  body(): ResponseBody;
  /** Bytes of memory that it takes, about. */
  held(): number;
  /** Lets content go, what is to come too; of `everything` nothing more is learned. */
  letGo(what: LetGo): void;
}

type Dependencies = Pick<ExchangeDependencies, 'limits' | 'counters' | 'defer' | 'clock'>;

/** Characters of a content-type that are kept. */
const MIME_CHARACTERS = 128;

/** What an answer says whose headers never came. */
export function createSilentSide(): ResponseSide {
  return {
    state: createResponseState(),
    status: undefined,
    mimeType: '',
    streamed: false,
    feed: () => undefined,
    drain: () => undefined,
    end: (_complete, done) => done(),
    body: () => ({ empty: true, text: () => undefined, object: () => undefined, truncated: false }),
    held: () => 0,
    letGo: () => undefined,
  };
}

/** `offset`: milliseconds since the call's start, for content that comes out of a decoder. */
export function createResponseSide(
  dependencies: Dependencies,
  endpoint: Endpoint,
  headers: HeaderView,
  request: { stream: boolean; keepContent: boolean },
  offset: () => number,
): ResponseSide {
  const status = readStatus(headers.get(':status'));
  const mimeType =
    (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase().slice(0, MIME_CHARACTERS) ?? '';
  const encoding = readEncoding(headers.get('content-encoding'));
  const state = createResponseState();
  const promised = status !== undefined && status >= 200 && status < 300;
  const context: ReaderContext = {
    endpoint,
    state,
    limits: dependencies.limits,
    counters: dependencies.counters,
    promised,
    keepContent: request.keepContent,
    mimeType,
    contentLength: encoding === undefined ? readLength(headers.get('content-length')) : undefined,
    defer: dependencies.defer,
  };
  const framing = promised ? framingOf(mimeType, request.stream, endpoint.lines === true) : undefined;
  const streamed = framing !== undefined;
  const binary = !streamed && promised && endpoint.binary === true && isBinary(mimeType);
  const createPlainReader = binary ? createBinaryReader : createJsonReader;
  const reader = framing ? createEventReader(context, framing) : createPlainReader(context);
  const bytes = encoding === undefined ? plainBytes(reader) : encodedBytes(dependencies, encoding, reader, offset);
  // a stream's content is the object folded from it, that of bytes their description
  const contentType = streamed || binary ? 'application/json' : mimeType;
  return { state, status, mimeType: contentType, streamed, drain: reader.drain, body: reader.body, ...bytes };
}

/** How a stream's events are divided; `undefined` for an answer that is no stream. */
function framingOf(mimeType: string, asked: boolean, lines: boolean): CreateFraming | undefined {
  if (mimeType === 'application/x-ndjson' || mimeType === 'application/jsonl') return createLineReader;
  if (mimeType === 'text/event-stream') return createSseReader;
  if (!asked || mimeType !== '') return undefined;
  return lines ? createLineReader : createSseReader;
}

type Bytes = Pick<ResponseSide, 'feed' | 'end' | 'held' | 'letGo'>;

function plainBytes(reader: ResponseReader): Bytes {
  return {
    feed: reader.feed,
    held: reader.held,
    letGo: reader.letGo,
    end(complete, done) {
      try {
        reader.end(complete);
      } finally {
        done(); // a bug of ours in the last bytes does not cost the record
      }
    },
  };
}

/** A coding that cannot be read, or an answer over a limit, leaves the call as it is: unread, not failed. */
function encodedBytes(
  dependencies: Dependencies,
  encoding: string,
  reader: ResponseReader,
  offset: () => number,
): Bytes {
  const { limits, counters } = dependencies;
  if (!isSupportedEncoding(encoding)) {
    return {
      feed: () => undefined,
      held: () => 0,
      letGo: () => undefined,
      end(_complete, done) {
        counters.add('decode.failed');
        done();
      },
    };
  }
  let ended: 'complete' | 'failed' | 'limited' | undefined;
  let whenEnded: (() => void) | undefined;

  /** The decoder's turns lie outside of the exchange's error boundary: what is thrown there would end the process. */
  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      dependencies.defer(() => {
        throw error;
      });
    }
  }

  const decoder: ContentDecoder = createContentDecoder(
    encoding,
    limits,
    (bytes) => guarded(() => reader.feed(bytes, offset())),
    (end) => {
      ended = end;
      if (end === 'failed') counters.add('decode.failed');
      if (end === 'limited') counters.add('decode.limited');
      whenEnded?.();
    },
  );
  return {
    feed: (bytes) => decoder.write(bytes),
    held: () => decoder.held() + reader.held(),
    letGo(what) {
      reader.letGo(what);
      if (what === 'everything') decoder.giveUp();
    },
    end(complete, done) {
      whenEnded = () => {
        whenEnded = undefined;
        guarded(() => reader.end(complete && ended === 'complete'));
        guarded(done);
      };
      if (ended) whenEnded();
      else decoder.end();
    },
  };
}

function readStatus(value: string | undefined): number | undefined {
  return value !== undefined && /^[1-5]\d\d$/.test(value) ? Number(value) : undefined;
}

function readLength(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** The content coding; `undefined` for none. */
export function readEncoding(value: string | undefined): string | undefined {
  const encoding = value?.trim().toLowerCase();
  return encoding === undefined || encoding === '' || encoding === 'identity' ? undefined : encoding;
}
