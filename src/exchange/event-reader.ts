/** Reads an answer that is a stream of events, each a JSON object: server-sent events or lines. */
import type { EventFraming } from '../decode/event-framing.js';
import type { StreamFold } from '../endpoints/endpoint.js';
import { type JsonObject, parseObject, writeJson } from '../model/json.js';
import type { ReaderContext, ResponseReader } from './response-reader.js';
import { learnEvent } from './response-state.js';

/** An event that the reply may have to speak of: it carries usage, or it is an error. */
function isUrgent(data: string): boolean {
  // the plain searches are several times faster than the expressions, which then look at few events
  if (data.includes('"error"')) return true;
  if (data.includes('"usage"') && /"usage"\s*:\s*\{/.test(data)) return true;
  return data.includes('"done"') && /"done"\s*:\s*true/.test(data);
}

/** Bytes of a stream that may wait to be read; small ones, so that catching up takes a fraction of a millisecond. */
const PENDING_BYTES = 64 * 1024;
/** Characters that an event may have once content was let go: those that tell the usage have far less. */
const NARROW_CHARACTERS = 16 * 1024;
/** What ends the streams of OpenAI's API; not JSON. */
const DONE = '[DONE]';

/** An event that waits to be folded; or to be read at all, when nothing before the reply asked for it. */
interface PendingEvent {
  data: string;
  at: number;
  /** Parsed; absent when it was not yet read, or is no object. */
  object?: JsonObject | undefined;
}

/** Makes the framing of a stream: server-sent events or lines. */
export type CreateFraming = (limit: number, onData: (data: string) => void, onOversized: () => void) => EventFraming;

export function createEventReader(context: ReaderContext, createFraming: CreateFraming): ResponseReader {
  const { endpoint, state, limits, counters } = context;
  let fold: StreamFold | undefined = context.keepContent ? endpoint.createFold() : undefined;
  let pending: PendingEvent[] = [];
  let readPending = 0; // so many of the pending events were read
  let atHand = 0; // from here on they came with the message that is being answered
  let pendingBytes = 0;
  let scheduled = false;
  let now = 0;
  let bytesSeen = 0;
  let keptCharacters = 0;
  let events = 0; // JSON objects seen
  let full = false; // no more is kept
  let truncated = false;
  let given = false; // everything was let go

  const framing = createFraming(limits.eventBytes, onData, () => {
    truncated = true;
    counters.add('events.oversized');
  });

  function onData(data: string): void {
    if (data.startsWith(DONE)) {
      state.terminal ??= 'success';
      return;
    }
    pending.push({ data, at: now });
    // the first event names the model, the first with content tells the time to the first token
    if (state.firstContent === undefined || isUrgent(data)) readFacts();
  }

  /**
   * Takes the facts of everything that waits, in order: the last value wins, so no event may be read before an earlier one. An event on
   * which we fail costs what it says, not the others; nor the message at hand, when it came with an earlier one.
   */
  function readFacts(): void {
    let failure: { error: unknown } | undefined;
    for (; readPending < pending.length; readPending += 1) {
      const event = pending[readPending] as PendingEvent;
      event.object = parseObject(event.data);
      if (event.object === undefined) {
        counters.add('events.unparsable');
        continue;
      }
      events += 1;
      try {
        learnEvent(state, endpoint.readEvent(event.object), event.at, event.data);
      } catch (error) {
        if (readPending >= atHand) failure ??= { error };
        else {
          context.defer(() => {
            throw error;
          });
        }
      }
    }
    if (failure) throw failure.error;
  }

  function drain(): void {
    try {
      readFacts();
    } finally {
      const batch = pending;
      pending = [];
      pendingBytes = 0;
      readPending = 0;
      if (fold) for (const event of batch) keep(fold, event);
    }
  }

  function catchUp(): void {
    scheduled = false;
    drain();
  }

  function keep(into: StreamFold, { object, data }: PendingEvent): void {
    if (!object) return;
    const characters = data.length;
    if (into.isWhole?.(object) && characters <= limits.contentBytes) {
      into.push(object, characters);
      full = false;
      truncated = false;
      return;
    }
    const before = into.held?.() ?? keptCharacters;
    keptCharacters += characters;
    // what is small enough to fit later would leave a gap that nothing shows
    full ||= before + characters > limits.contentBytes;
    if (full) truncated = true;
    else into.push(object, characters);
  }

  return {
    feed(bytes, at) {
      if (given) return;
      now = at;
      bytesSeen += bytes.length;
      atHand = pending.length;
      framing.feed(bytes);
      if (context.contentLength !== undefined && bytesSeen >= context.contentLength) state.whole = true;
      if (pending.length === 0) return;
      pendingBytes += bytes.length;
      if (pendingBytes > PENDING_BYTES) drain();
      else if (!scheduled) {
        scheduled = true;
        context.defer(catchUp, PENDING_BYTES);
      }
    },
    drain,
    held: () => framing.held() + pendingBytes + (fold ? (fold.held?.() ?? keptCharacters) : 0),
    letGo(what) {
      drain();
      if (fold && events > 0) truncated = true;
      fold = undefined;
      given ||= what === 'everything';
      framing.narrow(given ? 0 : NARROW_CHARACTERS);
    },
    end(complete) {
      if (given) return;
      atHand = pending.length;
      framing.end();
      drain();
      const nothing = events === 0 && state.terminal === undefined && bytesSeen > 0;
      if (nothing && (complete || state.whole)) state.unparsable = context.promised;
    },
    body: () => ({
      empty: events === 0,
      text: () => (fold && events > 0 ? writeJson(fold.result()) : undefined),
      object: () => (fold && events > 0 ? fold.result() : undefined),
      truncated,
    }),
  };
}
