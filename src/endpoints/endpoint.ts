import type { ContentPolicy } from '../model/content-policy.js';
import type { JsonObject } from '../model/json.js';
import type { RequestContent, ResponseContent } from '../model/message.js';
import type { EndpointTraits } from '../model/record.js';
import type { ReportedUsage } from '../model/usage.js';

/** What the hot path needs of a request body. */
export interface RequestFacts {
  model?: string | undefined;
  /** The client asked for a streamed answer. */
  stream: boolean;
  /** The conversation that the request continues, where the API has one. */
  conversation?: string | undefined;
  /** The session and the user that the body names; used only where the settings say so. */
  session?: string | undefined;
  user?: string | undefined;
}

/** What an answer, or one event of a streamed one, says; absent members say nothing. */
export interface ResponseFacts {
  usage?: ReportedUsage | undefined;
  model?: string | undefined;
  id?: string | undefined;
  /** By choice; sparse where an event speaks of one choice only. */
  finishReasons?: (string | undefined)[] | undefined;
}

/** What one event of a stream says. */
export interface EventFacts extends ResponseFacts {
  /** The event carries generated content: text, tool call, reasoning, audio (not a role alone, not a ping). */
  content?: boolean;
  /** The event ends the answer, well or badly. */
  terminal?: 'success' | 'failure' | undefined;
  /** The event is an error; `type` as the provider names it. */
  error?: { type?: string | undefined; code?: string | undefined } | undefined;
}

/** Joins the events of one streamed answer. */
export interface StreamFold {
  /** Takes the next event, `characters` long. Never throws for any JSON object. */
  push(event: JsonObject, characters: number): void;
  /** The answer as one object of the shape of a response that was not streamed. */
  result(): JsonObject;
  /** Characters that it holds, where that is far less than those of the events it took; absent: all of them. */
  held?(): number;
  /** Whether the event carries the whole answer, so that what came before, or was too much to take, is no longer missed. */
  isWhole?(event: JsonObject): boolean;
}

/**
 * One GenAI endpoint: everything that is known about its bodies, in one file. Bodies are JSON objects that somebody else wrote,
 * perhaps with members missing; no method throws for any of them and none changes its argument.
 */
export interface Endpoint {
  traits: EndpointTraits;
  /** Ends of the path, each beginning with `/` (telemetry contract, section 1). */
  suffixes: readonly string[];
  /** Parts of a path below which these suffixes are another API's, each beginning and ending with `/`. */
  notBelow?: readonly string[] | undefined;
  /** Other applications use this path too: it is a call only when the body says so. */
  shared: boolean;
  /** Its streams are lines (NDJSON), also where an answer does not tell its type; absent: server-sent events. */
  lines?: boolean | undefined;
  /** Members that stand near the end of a big answer and carry its facts; absent: big answers are scanned. */
  tailMembers?: readonly string[] | undefined;
  readRequest(body: JsonObject): RequestFacts;
  readResponse(body: JsonObject): ResponseFacts;
  /** Gives the fields of a multipart form, all of them text, the types that they have in a JSON request. Absent: they stay text. */
  readForm?: ((fields: JsonObject) => JsonObject) | undefined;
  /**
   * Answers that are no JSON: `readText` makes an object of the shape of a JSON answer from one that is text, with the text as member
   * `text`; with `binary` other bytes are an answer too, of which only type and size are kept. Absent: such an answer is not what the
   * endpoint promises.
   */
  readText?: ((text: string) => JsonObject) | undefined;
  binary?: boolean | undefined;
  /** Whether a 2xx body is what this endpoint promises. Big members may be empty values of their kind. */
  isResponse(body: JsonObject): boolean;
  /** One event of a streamed answer; keeps nothing. */
  readEvent(event: JsonObject): EventFacts;
  createFold(): StreamFold;
  describeRequest(body: JsonObject): RequestContent;
  describeResponse(body: JsonObject): ResponseContent;
  /** A copy without what the policy hides. */
  redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject;
  redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject;
}
