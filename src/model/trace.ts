/** A span attribute's value. */
export type AttributeValue = string | number | boolean | string[] | number[];

/** One span event; `time` in epoch milliseconds. */
export interface SpanEvent {
  name: string;
  time: number;
  attributes: Record<string, AttributeValue>;
}

/** OpenTelemetry's kinds of a span, as far as we use them. */
export type SpanKind = 'INTERNAL' | 'CLIENT';

/** How a span ended: a failure has a text. */
export type SpanStatus = { code: 'OK' | 'UNSET' } | { code: 'ERROR'; message: string };

/** Everything a span says at its end; times in epoch milliseconds (fractions allowed). */
export interface SpanEnd {
  /** May speak of the model, which nobody knows when a span begins. */
  name: string;
  endTime: number;
  attributes: Record<string, AttributeValue>;
  events: SpanEvent[];
  status: SpanStatus;
}

/** The trace context of one call, decided when its request headers arrive. */
export interface CallTrace {
  /** Hex trace id: our span's, else the parent's; absent when there is neither. */
  readonly traceId?: string | undefined;
  /** Hex span id of our span; absent when there is none. */
  readonly spanId?: string | undefined;
  readonly sampled: boolean;
  /** True when {@link end} will export a span, so that content is worth keeping. */
  readonly recording: boolean;
  /** Header name and value pairs to set on the request that goes upstream; empty: headers are not touched. */
  readonly headers: readonly (readonly [string, string])[];
  /** The span's identity, for a filter behind this one that goes on with it ({@link TraceCarrier.given}); absent without a span. */
  identity?(): GivenSpan | undefined;
  /** A W3C baggage entry of the request. */
  baggage(key: string): string | undefined;
  /** Ends and exports the span; does nothing when not recording. At most once. */
  end(span: SpanEnd): void;
}

/** A span's identity that was decided elsewhere, and whose context travels with the request already. Ids in lower-case hex. */
export interface GivenSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string | undefined;
  sampled: boolean;
  /** The W3C tracestate that the span belongs to, as it stands in the header. */
  traceState?: string | undefined;
}

/** Where trace context is read from. Names are lower case. */
export interface TraceCarrier {
  /** A request header's value. */
  header(name: string): string | undefined;
  /** A value of the ext_proc call's own gRPC metadata (it carries Envoy's span when Envoy traces). */
  grpcMetadata(name: string): string | undefined;
  /**
   * The identity that another filter in front of this one has given to the call's span: the span has it then, nothing is sampled or
   * read again, and no header is written. Absent, or without a valid identity: decided here.
   */
  given?(): GivenSpan | undefined;
}

/** Starts the span of a call. */
export interface CallTracer {
  /** `startTime` in epoch milliseconds. Never throws. */
  start(carrier: TraceCarrier, startTime: number): CallTrace;
}
