/** What load makes of one call: whether its content is kept, and what it holds in the book of all open calls. */
import { SHED, type ShedLevel } from '../util/shed-level.js';
import type { ExchangeDependencies } from './dependencies.js';
import type { HeldAccount, LetGo } from './held-content.js';
import type { RequestBody, RequestReader } from './request-reader.js';
import type { ResponseSide } from './response-side.js';
import { UNREAD_BODY } from './unread-body.js';

/** Kept of a body whose content nobody will record, until model and usage were read: what is parsed whole. */
const UNRECORDED_BYTES = 64 * 1024;
/** A call is weighed anew after so many bytes: a stream's events are a few hundred each. */
const WEIGH_BYTES = 4096;
/** Memory that a small body takes beside its bytes, as a text and as an object, by its bytes. */
const PARSED = 3;

/** What a call holds at this moment. */
export interface CallParts {
  requestReader: RequestReader | undefined;
  request: RequestBody | undefined;
  /** What the reader of the request held when it was done. */
  requestHeld: number;
  response: ResponseSide | undefined;
}

export interface CallLoad {
  /** No content of this call is recorded. */
  shed(): boolean;
  /** Limits on this call: those of all calls, or less. */
  limits: ExchangeDependencies['limits'];
  /** Bytes were taken, or (0) the call holds something else than before. */
  took(bytes: number): void;
  /** The call holds nothing any more. */
  close(): void;
}

/** Opens the account of a call that begins. `parts`: what it holds; `replaceRequest`: takes a smaller request body. */
export function createCallLoad(
  dependencies: Pick<ExchangeDependencies, 'limits' | 'counters' | 'shedLevel' | 'held'>,
  parts: () => CallParts,
  replaceRequest: (body: RequestBody) => void,
): CallLoad {
  const { limits, counters, held } = dependencies;
  const level: ShedLevel = dependencies.shedLevel?.() ?? SHED.nothing;
  let shed = false;
  let unweighed = 0;

  function shedContent(): void {
    if (shed) return;
    shed = true;
    counters.add('content.shed');
  }

  function letGo(what: LetGo): number {
    shedContent();
    if (what === 'everything') counters.add('content.given_up');
    const { requestReader, request, response } = parts();
    requestReader?.letGo(what);
    response?.letGo(what);
    if (request) replaceRequest(withoutContent(request));
    return weigh(parts());
  }

  if (level >= SHED.content) shedContent();
  if (level >= SHED.spans) counters.add('spans.shed');
  const account: HeldAccount | undefined = held?.open(letGo);
  return {
    shed: () => shed,
    limits: shed ? { ...limits, contentBytes: Math.min(limits.contentBytes, UNRECORDED_BYTES) } : limits,
    took(bytes) {
      unweighed += bytes;
      if (account === undefined || (bytes > 0 && unweighed < WEIGH_BYTES)) return;
      unweighed = 0;
      account.set(weigh(parts()));
    },
    close: () => account?.close(),
  };
}

/** A body that was read, without what only recorders want. */
export function withoutContent({ kind }: RequestBody): RequestBody {
  return { ...UNREAD_BODY, kind };
}

function weigh({ requestReader, request, requestHeld, response }: CallParts): number {
  const read = request?.whole ? requestHeld * (1 + PARSED) : requestHeld;
  return (requestReader?.held() ?? 0) + read + (response?.held() ?? 0);
}
