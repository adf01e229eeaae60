import type { Endpoint } from '../endpoints/endpoint.js';
import type { CallFacts } from '../model/record.js';
import type { CallTrace, TraceCarrier } from '../model/trace.js';
import { SHED } from '../util/shed-level.js';
import type { ExchangeDependencies } from './dependencies.js';
import type { GivenIdentity } from './given-identity.js';
import type { HeaderView } from './header-view.js';
import { readHttp } from './http-facts.js';
import { identify } from './identity.js';
import { mapHeaders } from './mapped-headers.js';

/** The trace of a call without a span. */
const UNTRACED: CallTrace = {
  sampled: false,
  recording: false,
  headers: [],
  baggage: () => undefined,
  end: () => undefined,
};

/** Ids that stand for none where the tracer wants some. */
const NO_TRACE_ID = '1'.padStart(32, '0');
const NO_SPAN_ID = '1'.padStart(16, '0');

/** What the stream tells of a call's trace. */
export interface TraceSource {
  /** The ext_proc call's own gRPC metadata. */
  grpcMetadata(name: string): string | undefined;
  /** What a filter in front of this one has decided. */
  given?: GivenIdentity | undefined;
}

/** What is known of a call from its request headers on; of a stream that began late, from Envoy's attributes. */
export function beginFacts(
  dependencies: ExchangeDependencies,
  source: TraceSource,
  endpoint: Endpoint,
  headers: HeaderView,
  attribute: (name: string) => string | undefined,
): CallFacts {
  const startTime = dependencies.clock.wallTime();
  const { traits } = endpoint;
  const trace = startTrace(dependencies, source, headers, startTime);
  const identity = identify(dependencies.providers, headers, attribute);
  return {
    endpoint: traits,
    ...identity,
    provider: identity.provider ?? traits.provider,
    usage: {},
    finishReasons: [],
    timing: { startTime, duration: 0 },
    headers: mapHeaders(dependencies.headerMapping, headers, trace, dependencies.limits.headerValueCharacters),
    trace,
    http: dependencies.recordsHttp ? readHttp(headers, attribute) : undefined,
  };
}

/** A trace context that we fail to read costs the span; the metrics and the log still have the call. */
function startTrace(
  dependencies: ExchangeDependencies,
  { grpcMetadata, given }: TraceSource,
  headers: HeaderView,
  startTime: number,
): CallTrace {
  // a call without a span: its trace headers stay as they are
  if ((dependencies.shedLevel?.() ?? SHED.nothing) >= SHED.spans) return UNTRACED;
  const carrier: TraceCarrier = { header: headers.get, grpcMetadata };
  try {
    if (given === undefined) return dependencies.tracer.start(carrier, startTime);
    if (given.span) return dependencies.tracer.start({ ...carrier, given: () => given.span }, startTime);
    // a second draw could come out otherwise
    const none = { traceId: NO_TRACE_ID, spanId: NO_SPAN_ID, sampled: false };
    const trace = dependencies.tracer.start({ ...carrier, given: () => none }, startTime);
    return { ...trace, traceId: given.traceId, spanId: undefined };
  } catch (error) {
    dependencies.defer(() => {
      throw error;
    });
    return UNTRACED;
  }
}
