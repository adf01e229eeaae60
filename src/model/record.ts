import type { ContentPolicy } from './content-policy.js';
import type { Cost } from './cost.js';
import type { RequestContent, ResponseContent } from './message.js';
import type { CallTrace } from './trace.js';
import type { Usage } from './usage.js';

/** What telemetry says of an endpoint as such (telemetry contract, section 1). */
export interface EndpointTraits {
  /** `gen_ai.operation.name` in metrics and metadata. */
  operation: string;
  /** `gen_ai.operation.name` of gen_ai spans; the span's name begins with it. */
  genAiOperation: string;
  /** OpenInference span name. */
  spanName: string;
  /** `openinference.span.kind`. */
  spanKind: 'LLM' | 'EMBEDDING' | 'RERANKER' | 'TOKEN_COUNTER';
  /** `llm.system`; absent where the table says none. */
  system?: string | undefined;
  /** `gen_ai.provider.name` when nothing more precise is known. */
  provider: string;
  /** An answer repeats parts of its request, so that what is hidden of a request must be hidden there too. */
  repeatsRequest?: boolean | undefined;
}

/**
 * How a call failed; absent on a success.
 * `type` is `error.type`, a closed set (telemetry contract, section 3): an HTTP status as text, a known error
 * event's type, `stream_error`, `interrupted`, `unparsable_response` or `unparsable_request`.
 */
export interface Failure {
  type: string;
  /** What the exception event tells; only for HTTP errors and error events. `body` is content: privacy applies. */
  exception?: { status: number; body: string } | undefined;
}

/** Times of one call. Offsets are monotonic milliseconds since `startTime`. */
export interface CallTiming {
  /** Epoch milliseconds at which the request headers arrived. */
  startTime: number;
  /** The end of the response, or of the stream when it was cut; 0 while the call runs. */
  duration: number;
  /** First and last chunk that carried generated content; streams only. */
  firstContent?: number | undefined;
  lastContent?: number | undefined;
}

/** A request's or a response's content. Everything is computed when asked for, after the reply. */
export interface BodyContent<Described> {
  /** Nothing was received. */
  empty: boolean;
  /** The body's own text (a stream's: the folded object as JSON); `undefined` when nothing was kept. */
  text(): string | undefined;
  /** The body as JSON text with what the policy hides taken out or replaced; `undefined` when it does not parse. */
  redacted(policy: ContentPolicy): string | undefined;
  /** The content in no provider's dialect; empty when the body does not parse. */
  describe(): Described;
  mimeType: string;
  /** The kept content is not the whole (cap reached). */
  truncated: boolean;
}

/** Values of mapped request headers by attribute name, for each signal. */
export interface MappedHeaders {
  span: ReadonlyMap<string, string>;
  metrics: ReadonlyMap<string, string>;
  log: ReadonlyMap<string, string>;
}

/** What an access log tells of the exchange as such. */
export interface HttpFacts {
  method?: string | undefined;
  /** Without its query, which may hold a key. */
  path?: string | undefined;
  userAgent?: string | undefined;
  requestId?: string | undefined;
  forwardedFor?: string | undefined;
  /** Milliseconds that Envoy waited for the upstream. */
  upstreamMillis?: number | undefined;
  /** Address and port. */
  upstreamHost?: string | undefined;
  /** Bytes of the bodies as they were on the wire. */
  bytesReceived: number;
  bytesSent: number;
}

/** What is known of a call at some moment; members fill in while it runs. */
export interface CallFacts {
  endpoint: EndpointTraits;
  provider: string;
  /** Envoy's upstream cluster. */
  backend?: string | undefined;
  /** Envoy's route. */
  route?: string | undefined;
  /** The provider's address, where Envoy's configuration tells it. */
  server?: { address: string; port?: number | undefined } | undefined;
  /** What the client sent. */
  originalModel?: string | undefined;
  /** After any override that is visible; else the same as `originalModel`. */
  requestModel?: string | undefined;
  /** The response's model, else the request's. */
  responseModel?: string | undefined;
  /** The response's own model only. */
  reportedModel?: string | undefined;
  responseId?: string | undefined;
  /** The conversation that the request continues, where the API has one. */
  conversation?: string | undefined;
  /** The client asked for a stream, or got one; absent until the request was read. */
  streaming?: boolean | undefined;
  /** HTTP status; absent when no response headers arrived. */
  status?: number | undefined;
  usage: Usage;
  /** Known when the model has prices and the tokens are known. */
  cost?: Cost | undefined;
  /** Costs that users define, by metadata key. */
  customCosts?: ReadonlyMap<string, number> | undefined;
  /** By choice; the first is the call's. */
  finishReasons: string[];
  failure?: Failure | undefined;
  timing: CallTiming;
  headers: MappedHeaders;
  /** Its content was let go because of load. */
  contentShed?: boolean | undefined;
  /** Only where somebody records it. */
  http?: HttpFacts | undefined;
  trace: CallTrace;
}

/** One call as every recorder sees it: neutral, complete, read-only; made once, at whatever end comes. */
export interface GenAiRecord extends CallFacts {
  request: BodyContent<RequestContent>;
  response: BodyContent<ResponseContent>;
}

/** Milliseconds to the first content chunk; streams only. */
export function timeToFirstToken(record: Pick<GenAiRecord, 'timing'>): number | undefined {
  return record.timing.firstContent;
}

/** Milliseconds per output token after the first; streams with more than one output token only. */
export function timePerOutputToken(record: Pick<GenAiRecord, 'timing' | 'usage'>): number | undefined {
  const { firstContent, lastContent } = record.timing;
  const output = record.usage.output;
  if (firstContent === undefined || lastContent === undefined || output === undefined || output <= 1) return undefined;
  return (lastContent - firstContent) / (output - 1);
}

/** Takes finished calls; one signal each. Called after the reply, inside an error boundary. */
export interface Recorder {
  /** Names the signal in counters and logs. */
  readonly name: string;
  record(record: GenAiRecord): void;
}
