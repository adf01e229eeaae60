import type { RankedDocument } from './document.js';
import type { Json, JsonObject } from './json.js';
import type { RequestParameters } from './request-parameters.js';

/** A tool call as the model asked for it; `arguments` is JSON text as it was sent. */
export interface ToolCall {
  id?: string | undefined;
  name?: string | undefined;
  arguments?: string | undefined;
}

/** One part of a message with mixed content, in the order in which it was sent. */
export type ContentPart =
  /** `signature` and `encryptedContent`: what the provider wants back with a summary of an earlier conversation. */
  | { type: 'text'; text: string; signature?: string | undefined; encryptedContent?: string | undefined }
  /** `url`: a web address, or a data URL for an inline image. */
  | { type: 'image'; url: string }
  | { type: 'audio'; id?: string | undefined; data?: string | undefined; text?: string | undefined }
  | {
      type: 'reasoning';
      id?: string | undefined;
      text?: string | undefined;
      signature?: string | undefined;
      data?: string | undefined;
      encryptedContent?: string | undefined;
    }
  | { type: 'tool_use'; toolCall: ToolCall }
  /** What has no name of its own here: the provider's type and the part as JSON text. Without a name it is a place that tells nothing. */
  | {
      type: 'other';
      name: string;
      text?: string | undefined;
      /** The text without the images in it; absent where it holds none. */
      textWithoutImages?: string | undefined;
      /** It tells of tools and is hidden with them. */
      tools?: boolean | undefined;
    };

/** What an API tells of a call beside its messages (OpenInference semantic conventions, "metadata"). */
export interface CallDetail {
  /** Its key in the span's metadata. Of details of one name the request's objects are completed by the answer's. */
  name: string;
  value: Json;
  /** What stays of it when texts are hidden; absent: all of it. */
  withoutText?: Json | undefined;
  /** It comes from the messages, and is hidden with them. */
  ofMessages?: boolean | undefined;
  /** An answer's detail that quotes the request, and is hidden with its messages and texts. */
  quotes?: boolean | undefined;
}

/** One message of a conversation, in no provider's dialect. A text-only message has `content`, a mixed one `parts`. */
export interface Message {
  role?: string | undefined;
  /** Given apart from the conversation: Anthropic's `system`, the `instructions` of Responses. */
  instructions?: boolean | undefined;
  content?: string | undefined;
  /** `content` without the images in it; absent where it holds none. */
  contentWithoutImages?: string | undefined;
  parts?: ContentPart[] | undefined;
  toolCalls?: ToolCall[] | undefined;
  /** The legacy `function_call` of a chat message. */
  functionCall?: ToolCall | undefined;
  toolCallId?: string | undefined;
  /** Of an answer: why it ended. */
  finishReason?: string | undefined;
  name?: string | undefined;
}

/** What a request body says, as far as its endpoint has it. */
export interface RequestContent {
  messages?: Message[] | undefined;
  /** What a model that knows no messages is asked: the image to make, the text to speak, what was said before a recording. */
  task?: string | undefined;
  /** Legacy completions: one text a prompt. */
  prompts?: string[] | undefined;
  /** Embeddings: the input texts by index; a token-array input leaves its place `undefined`. */
  texts?: (string | undefined)[] | undefined;
  /** Rerank: what the documents are ranked by, the documents in the order of the request, and how many of them are asked for. */
  query?: string | undefined;
  documents?: RankedDocument[] | undefined;
  topDocuments?: number | undefined;
  /** Each tool's JSON text as sent. */
  tools?: string[] | undefined;
  /** The request without its content (telemetry contract, "llm.invocation_parameters"). */
  invocationParameters?: JsonObject | undefined;
  parameters?: RequestParameters | undefined;
  details?: CallDetail[] | undefined;
}

/** What a response body (or the object folded from a stream) says, as far as its endpoint has it. */
export interface ResponseContent {
  messages?: Message[] | undefined;
  /** What was said in a recording. */
  transcript?: string | undefined;
  /** Legacy completions: one text a choice. */
  choices?: string[] | undefined;
  /** Embeddings: the vectors by index. */
  vectors?: (number[] | undefined)[] | undefined;
  /** Rerank: the best documents, best first. */
  documents?: RankedDocument[] | undefined;
  /** Images that were made, by index: web addresses, or data URLs. */
  images?: (string | undefined)[] | undefined;
  details?: CallDetail[] | undefined;
}
