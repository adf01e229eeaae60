import type { EventFacts, ResponseFacts } from '../endpoints/endpoint.js';
import { mergeUsage, type ReportedUsage, settleUsage, type Usage } from '../model/usage.js';
import { cutText } from '../util/text.js';

/** Characters of a name or an id: more than any use of it takes. */
const NAME_CHARACTERS = 1024;
/** Characters of an error event; its exception takes fewer. */
const ERROR_CHARACTERS = 64 * 1024;

/** What an answer has said so far. */
export interface ResponseState {
  usage: Usage;
  /** What {@link usage} comes from: all that was reported, field by field. */
  reportedUsage: ReportedUsage;
  model?: string | undefined;
  id?: string | undefined;
  /** By choice; sparse until every choice has ended. */
  finishReasons: (string | undefined)[];
  terminal?: 'success' | 'failure' | undefined;
  errorEvent?: { type?: string | undefined; code?: string | undefined; text: string } | undefined;
  /** Offsets of the first and the last chunk with generated content. */
  firstContent?: number | undefined;
  lastContent?: number | undefined;
  /** The answer came to its own end: its JSON is whole, or content-length was reached. */
  whole: boolean;
  /** A 2xx body that is not what the endpoint promises. */
  unparsable: boolean;
  /** Counts up when something was learned that metadata tells, so that nobody has to compare. */
  version: number;
}

/** The state of an answer that has not said anything. */
export function createResponseState(): ResponseState {
  return { usage: {}, reportedUsage: {}, finishReasons: [], whole: false, unparsable: false, version: 0 };
}

/** Takes over what a body or an event says: the last value wins, field by field. */
export function learn(state: ResponseState, facts: ResponseFacts): void {
  if (facts.usage) {
    mergeUsage(state.reportedUsage, facts.usage);
    state.usage = settleUsage(state.reportedUsage);
    state.version += 1;
  }
  const model = facts.model === undefined ? undefined : bounded(facts.model);
  if (model !== undefined && model !== state.model) {
    state.model = model;
    state.version += 1;
  }
  if (facts.id !== undefined) state.id = bounded(facts.id);
  facts.finishReasons?.forEach((reason, index) => {
    if (reason === undefined) return;
    state.finishReasons[index] = bounded(reason);
    state.version += 1;
  });
}

/** Takes over what an event says; `at`: the offset of its arrival; `text`: the event's data, kept when it is an error. */
export function learnEvent(state: ResponseState, facts: EventFacts, at: number, text: string): void {
  learn(state, facts);
  if (facts.content) {
    if (state.firstContent === undefined) {
      state.firstContent = at;
      state.version += 1;
    }
    state.lastContent = at;
  }
  if (facts.error && !state.errorEvent) {
    state.errorEvent = {
      ...facts.error,
      text: text.length > ERROR_CHARACTERS ? cutText(text, ERROR_CHARACTERS) : text,
    };
    state.version += 1;
  }
  if (facts.terminal !== undefined) state.terminal ??= facts.terminal;
}

/** An open call keeps it as long as it lasts. */
function bounded(text: string): string {
  return text.length > NAME_CHARACTERS ? cutText(text, NAME_CHARACTERS) : text;
}
