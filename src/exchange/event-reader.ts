/** Reads an answer that is a stream of server-sent events, each a JSON object. */
import { createSseReader } from '../decode/sse.js';
import type { StreamFold } from '../endpoints/endpoint.js';
import { type JsonObject, parseObject, writeJson } from '../model/json.js';
import type { ReaderContext, ResponseReader } from './response-reader.js';
import { learnEvent } from './response-state.js';

/** An event that the reply may have to speak of: it carries usage, or it is an error. */
const URGENT = /"usage"\s*:\s*\{|"error"/;
/** What ends the streams of OpenAI's API; not JSON. */
const DONE = '[DONE]';

interface PendingEvent {
  data: string;
  at: number;
  /** Parsed, and its facts taken, before its turn. */
  object?: JsonObject | undefined;
}

export function createEventReader(context: ReaderContext): ResponseReader {
  const { endpoint, state, limits, counters } = context;
  const fold: StreamFold | undefined = context.keepContent ? endpoint.createFold() : undefined;
  let pending: PendingEvent[] = [];
  let scheduled = false;
  let now = 0;
  let bytesSeen = 0;
  let keptCharacters = 0;
  let events = 0; // JSON objects seen
  let truncated = false;

  const reader = createSseReader(limits.eventBytes, onData, () => {
    truncated = true;
    counters.add('events.oversized');
  });

  function onData(data: string): void {
    if (data === DONE) {
      state.terminal ??= 'success';
      return;
    }
    const event: PendingEvent = { data, at: now };
    pending.push(event);
    // the first event names the model
    if (events === 0 || URGENT.test(data)) readAhead(event);
  }

  /** Takes an event's facts before the reply; it is folded in its turn. */
  function readAhead(event: PendingEvent): void {
    event.object = parseObject(event.data);
    if (event.object) takeFacts(event, event.object);
  }

  function drain(): void {
    scheduled = false;
    const batch = pending;
    pending = [];
    for (const event of batch) take(event);
  }

  function takeFacts(event: PendingEvent, object: JsonObject): void {
    events += 1;
    learnEvent(state, endpoint.readEvent(object), event.at, event.data);
  }

  function take(event: PendingEvent): void {
    const object = event.object ?? parseObject(event.data);
    if (!object) {
      counters.add('events.unparsable');
      return;
    }
    if (!event.object) takeFacts(event, object);
    if (!fold) return;
    keptCharacters += event.data.length;
    if (keptCharacters <= limits.contentBytes) fold.push(object);
    else truncated = true;
  }

  return {
    feed(bytes, at) {
      now = at;
      bytesSeen += bytes.length;
      reader.feed(bytes);
      if (context.contentLength !== undefined && bytesSeen >= context.contentLength) state.whole = true;
      if (pending.length === 0 || scheduled) return;
      scheduled = true;
      context.defer(drain);
    },
    drain,
    end(complete) {
      reader.end();
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
