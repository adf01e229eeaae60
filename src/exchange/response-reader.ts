import type { Limits } from '../config/settings.js';
import type { Endpoint } from '../endpoints/endpoint.js';
import type { JsonObject } from '../model/json.js';
import type { Counters } from '../util/counters.js';
import type { LetGo } from './held-content.js';
import type { ResponseState } from './response-state.js';

/** What came of an answer's content. */
export interface ResponseBody {
  /** Nothing was received. */
  empty: boolean;
  /** The body's own text, or the folded object of a stream as JSON; `undefined` when nothing was kept. */
  text(): string | undefined;
  /** The body, or the folded object, parsed. */
  object(): JsonObject | undefined;
  truncated: boolean;
  /** The answer is a text of its own and `object` was made of it. */
  plain?: boolean;
}

/** Reads one decoded answer in any chunking into a {@link ResponseState}. */
export interface ResponseReader {
  /** Framing and the bounded search for what the reply may carry; the rest is deferred. `at`: offset of the arrival. */
  feed(bytes: Uint8Array, at: number): void;
  /** Does what was deferred, now. */
  drain(): void;
  /** No more bytes. `complete`: the body came to its end. Afterwards the state is final. */
  end(complete: boolean): void;
  body(): ResponseBody;
  /** Bytes of memory that it takes, about. */
  held(): number;
  /** Lets content go, what is to come too; of `everything` nothing more is learned. */
  letGo(what: LetGo): void;
}

export interface ReaderContext {
  endpoint: Endpoint;
  state: ResponseState;
  limits: Limits;
  counters: Counters;
  /** The status promises an answer of the endpoint's kind (2xx). */
  promised: boolean;
  /** Content will be recorded, so it is worth folding. */
  keepContent: boolean;
  /** The answer's content-type without parameters, lower case. */
  mimeType: string;
  /** content-length of an answer without content-encoding. */
  contentLength?: number | undefined;
  defer(work: () => void, bytes?: number): void;
}
