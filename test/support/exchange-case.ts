import type { ContentPolicy } from '../../src/model/content-policy.js';
import type { Failure } from '../../src/model/record.js';
import type { AttributeValue } from '../../src/model/trace.js';
import type { Usage } from '../../src/model/usage.js';

/** How an answer's stream ends: with its end of stream, in trailers, or not at all. */
export type AnswerEnd = 'complete' | 'trailers' | 'cut';

/** Where a case's request goes that does not say it. */
export const DEFAULT_PATH = '/v1/chat/completions';

/** One HTTP exchange and what must be known of it, however its bytes are cut into messages. */
export interface ExchangeCase {
  name: string;
  request: {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string | Uint8Array;
  };
  /** Absent: the stream is cut before an answer. */
  response?: {
    status?: number;
    /** content-type is application/json unless it says otherwise. */
    headers?: Record<string, string>;
    body?: string | Uint8Array;
    end?: AnswerEnd;
  };
  /** The caps, where the case is about them. */
  contentBytes?: number;
  eventBytes?: number;
  policy?: Partial<ContentPolicy>;
  /** `ignored`: no call, and the sidecar lets go of the stream. */
  expected: ExpectedCall | 'ignored';
}

/** What a record must say. Members that a case leaves out are what a plain success has: nothing. */
export interface ExpectedCall {
  requestModel?: string;
  /** The response's own model. */
  reportedModel?: string;
  responseId?: string;
  streaming?: boolean;
  provider?: string;
  usage?: Usage;
  finishReasons?: string[];
  failure?: Failure;
  /** A stream with generated content in it. */
  content?: boolean;
  truncated?: boolean;
  /** The parsed `output.value`; a text stands for a body that is no JSON. */
  output?: unknown;
  /** Span attributes by name; `undefined`: must be absent. */
  attributes?: Record<string, AttributeValue | undefined>;
}
