import type { HeaderMapping, Limits, ProviderMap } from '../config/settings.js';
import type { Endpoint } from '../endpoints/endpoint.js';
import type { Cost } from '../model/cost.js';
import type { MetadataDescription } from '../model/metadata.js';
import type { CallFacts, Recorder } from '../model/record.js';
import type { CallTracer } from '../model/trace.js';
import type { Clock } from '../util/clock.js';
import type { Counters } from '../util/counters.js';
import type { ShedLevel } from '../util/shed-level.js';
import type { HeldContent } from './held-content.js';

/** Everything an exchange works with; made once for all exchanges. */
export interface ExchangeDependencies {
  findEndpoint(method: string | undefined, path: string | undefined): Endpoint | undefined;
  tracer: CallTracer;
  recorders: readonly Recorder[];
  /** The dynamic metadata of what is known so far. */
  describeMetadata: MetadataDescription<CallFacts>;
  /** Whether anybody records the content of answers, so that streams are worth joining. */
  wantsResponseContent: boolean;
  /** Whether anybody records the content of requests, so that big ones are worth parsing. */
  wantsRequestContent: boolean;
  /** Whether the log records the content of answers, with a recorded span or without. */
  logsResponseContent?: boolean | undefined;
  /** Whether anybody records what an access log has of a call. */
  recordsHttp?: boolean | undefined;
  headerMapping: HeaderMapping;
  providers: ProviderMap;
  /** Whether sessions and users are also taken from request bodies. */
  bodySessions: boolean;
  /** What the call cost as far as it is known; `undefined` when it is not. */
  costOf(facts: CallFacts): Cost | undefined;
  /** The costs that users define, by metadata key. */
  customCostsOf(facts: CallFacts): ReadonlyMap<string, number> | undefined;
  limits: Limits;
  /** What load takes away from calls that begin now; absent: nothing ever. */
  shedLevel?: (() => ShedLevel) | undefined;
  /** The book of what open calls hold; absent: they are not bounded together. */
  held?: HeldContent | undefined;
  clock: Clock;
  counters: Counters;
  /** Runs work after the reply (see util/deferred); `bytes`: what it holds in memory until then, about. */
  defer(work: () => void, bytes?: number): void;
  /** Told of an error in a recorder; the other recorders still get the record. */
  onRecorderError(recorder: string, error: unknown): void;
}
