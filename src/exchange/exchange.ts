/** One HTTP exchange as Envoy shows it: a state machine that answers each message and makes one record at whatever end comes. */
import type { Endpoint } from '../endpoints/endpoint.js';
import type { CallFacts, GenAiRecord } from '../model/record.js';
import { GO_ON, type Reply } from '../model/reply.js';
import { hasUsage, totalTokens } from '../model/usage.js';
import { boundedText } from '../util/text.js';
import { beginFacts, type TraceSource } from './begin-facts.js';
import { requestContent, responseContent, shedContent } from './body-content.js';
import { type CallLoad, createCallLoad, withoutContent } from './call-load.js';
import type { ExchangeDependencies } from './dependencies.js';
import { failureOf } from './failure.js';
import { type HeaderView, type RawHeader, viewHeaders } from './header-view.js';
import { readHttpAnswer } from './http-facts.js';
import { withSession } from './mapped-headers.js';
import { createMetadataLedger, type MetadataLedger } from './metadata-ledger.js';
import { createRequestReader, type RequestBody, type RequestReader } from './request-reader.js';
import { createResponseSide, createSilentSide, type ResponseSide, readEncoding } from './response-side.js';
import { UNREAD_BODY } from './unread-body.js';

/** Characters of a model's name, a response id, a finish reason. */
const NAME_CHARACTERS = 256;

/** The shortest duration, in milliseconds: 0 is that of a call that runs. */
const MOMENT = 0.001;

/** The body of a request that was never shown to us. */
const UNSEEN: RequestBody = { ...UNREAD_BODY, truncated: false };

/** Envoy's attributes by name, e.g. `xds.cluster_name`. */
export type AttributeView = (name: string) => string | undefined;

/** What the stream as such says. */
export interface ExchangeStart extends TraceSource {
  /** The bodies come without being asked for (static or per-route mode); nothing is overridden. */
  bodiesComeAnyway: boolean;
  /** Observability mode: replies are not read, and the end of a stream that was cut comes late. */
  observing?: boolean | undefined;
}

/** Answers Envoy's messages of one HTTP exchange, in whatever order they come. */
export interface Exchange {
  requestHeaders(headers: readonly RawHeader[], endOfStream: boolean, attribute: AttributeView): Reply;
  requestBody(bytes: Uint8Array | undefined, endOfStream: boolean, attribute: AttributeView): Reply;
  requestTrailers(): Reply;
  responseHeaders(headers: readonly RawHeader[], endOfStream: boolean, attribute: AttributeView): Reply;
  /** A promise only at the end of a compressed answer whose decoder is still busy; it resolves within `decodeWaitMillis`. */
  responseBody(bytes: Uint8Array | undefined, endOfStream: boolean, attribute: AttributeView): Reply | Promise<Reply>;
  responseTrailers(): Reply | Promise<Reply>;
  /** The stream is over. Safe to call at any time and more than once. */
  close(): void;
}

/** A recognised call: what is there from its first message on. */
interface Call {
  endpoint: Endpoint;
  facts: CallFacts;
  startedAt: number;
  requestType: string | undefined;
  requestEncoding: string | undefined;
  ledger: MetadataLedger;
  load: CallLoad;
}

/**
 * The wait for a decoder is made of so many: time in which this process did not run counts for one of them at most, since the decoder
 * could not have been heard in it.
 */
const WAIT_SLICES = 5;

export function createExchange(dependencies: ExchangeDependencies, start: ExchangeStart): Exchange {
  const { clock, limits, counters } = dependencies;
  let call: Call | undefined; // absent: not a GenAI call, or not known yet
  let ignored = false;
  let over = false; // the answer's end was seen, or the stream's
  let recorded = false;
  let requestReader: RequestReader | undefined;
  let requestBodyRead: RequestBody | undefined;
  let requestHeld = 0; // bytes of memory that it takes
  let response: ResponseSide | undefined;
  let seenVersion = 0;
  let lastSeenAt = 0; // observability mode: the latest message of the call

  /** Nothing of this request is of interest; behind a mode that sends everything anyway the stream is ended. */
  function ignore(endStream: boolean): Reply {
    ignored = true;
    call?.load.close();
    call = undefined;
    requestReader = undefined;
    return endStream ? { end: true } : GO_ON;
  }

  function begin(endpoint: Endpoint, headers: HeaderView, attribute: AttributeView): Call {
    const startedAt = clock.now();
    lastSeenAt = startedAt;
    return {
      endpoint,
      facts: beginFacts(dependencies, start, endpoint, headers, attribute),
      startedAt,
      requestType: headers.get('content-type'),
      requestEncoding: readEncoding(headers.get('content-encoding')),
      ledger: createMetadataLedger(dependencies.describeMetadata),
      load: createCallLoad(
        dependencies,
        () => ({ requestReader, request: requestBodyRead, requestHeld, response }),
        (body) => {
          requestBodyRead = body;
          requestHeld = 0;
        },
      ),
    };
  }

  /** The stream began behind the request headers: only attributes can tell the path. Without them it is no call. */
  function beginLate(attribute: AttributeView): void {
    if (call || ignored || over) return;
    const endpoint = dependencies.findEndpoint(attribute('request.method'), attribute('request.path'));
    if (endpoint) call = begin(endpoint, viewHeaders([]), attribute);
  }

  /** Whether anybody will record what is answered. */
  function keepsContent({ facts: { trace }, load }: Call): boolean {
    if (load.shed()) return false;
    return (trace.recording && dependencies.wantsResponseContent) || dependencies.logsResponseContent === true;
  }

  function beginResponse(current: Call, headers: HeaderView, attribute: AttributeView): ResponseSide {
    const { facts, startedAt } = current;
    const request = {
      stream: facts.streaming === true,
      keepContent: keepsContent(current),
    };
    const bounded = current.load.limits === limits ? dependencies : { ...dependencies, limits: current.load.limits };
    const side = createResponseSide(bounded, current.endpoint, headers, request, () => clock.now() - startedAt);
    response = side;
    facts.status = side.status;
    const cluster = attribute('xds.cluster_name');
    if (cluster !== undefined) facts.backend = boundedText(cluster, NAME_CHARACTERS);
    if (side.streamed) facts.streaming = true;
    if (facts.http) readHttpAnswer(facts.http, headers, attribute);
    return side;
  }

  function withMetadata(current: Call, reply: Reply): Reply {
    if (start.observing) return reply;
    const metadata = current.ledger.news(current.facts);
    return metadata ? { ...reply, metadata } : reply;
  }

  function readerFor({ endpoint, requestType, requestEncoding, load }: Call): RequestReader {
    const expected = { contentType: requestType, encoding: requestEncoding, readForm: endpoint.readForm };
    return createRequestReader(load.limits, expected);
  }

  /** The request is as complete as it gets: reads model and stream. Returns whether this is a call after all. */
  function endRequest(current: Call, cut: boolean): boolean {
    if (requestBodyRead) return true;
    const { endpoint, facts } = current;
    requestHeld = requestReader?.held() ?? 0;
    const body = requestReader?.end(current.requestEncoding, cut) ?? UNSEEN;
    requestReader = undefined;
    requestBodyRead = body;
    const request = endpoint.readRequest(body.members);
    if (endpoint.shared && isForeign(body, request.model)) return false;
    const model = request.model === undefined ? undefined : boundedText(request.model, NAME_CHARACTERS);
    facts.originalModel = model;
    facts.requestModel = model;
    facts.responseModel = model;
    facts.streaming = request.stream;
    facts.conversation =
      request.conversation === undefined ? undefined : boundedText(request.conversation, NAME_CHARACTERS);
    if (dependencies.bodySessions) {
      const session = request.session ?? request.conversation;
      facts.headers = withSession(facts.headers, session, request.user, limits.headerValueCharacters);
    }
    if (current.load.shed()) {
      requestBodyRead = withoutContent(body);
      requestHeld = 0;
    }
    current.load.took(0);
    return true;
  }

  /** Takes over what the answer has said since the last look. */
  function takeResponseFacts(current: Call, side: ResponseSide): void {
    const { facts } = current;
    const { state } = side;
    // a copy: a total that we computed must not stand in the way of later counters
    facts.usage = { ...state.usage, total: totalTokens(state.usage) };
    facts.reportedModel = state.model === undefined ? undefined : boundedText(state.model, NAME_CHARACTERS);
    facts.responseModel = facts.reportedModel ?? facts.requestModel;
    facts.responseId = state.id === undefined ? undefined : boundedText(state.id, NAME_CHARACTERS);
    facts.finishReasons = boundedReasons(state.finishReasons);
    facts.timing.firstContent = state.firstContent;
    facts.timing.lastContent = state.lastContent;
    if (!hasUsage(facts.usage)) return;
    facts.cost = dependencies.costOf(facts);
    facts.customCosts = dependencies.customCostsOf(facts);
  }

  function judge(current: Call, side: ResponseSide, complete: boolean): void {
    const { state } = side;
    current.facts.failure = failureOf({
      status: side.status,
      interrupted: !complete && !state.whole && state.terminal === undefined,
      requestUnparsable: requestBodyRead?.kind === 'unparsable' || requestBodyRead?.kind === 'other',
      responseUnparsable: state.unparsable,
      errorEvent: state.errorEvent,
      errorBody: () => side.body().text() ?? '',
    });
  }

  /** Of a big answer only the ends were read before the reply; a recorded span parses it anyway. */
  function readLateReasons(current: Call, side: ResponseSide): void {
    const { endpoint, facts } = current;
    if (facts.finishReasons.length > 0 || !keepsContent(current)) return;
    const whole = side.body().object();
    if (whole) facts.finishReasons = boundedReasons(endpoint.readResponse(whole).finishReasons ?? []);
  }

  /** Makes the record, once, after the reply. */
  function record(current: Call, side: ResponseSide): void {
    if (recorded) return;
    recorded = true;
    const { endpoint, facts } = current;
    facts.timing.duration ||= clock.now() - current.startedAt;
    current.load.close();
    const request = () =>
      requestContent(endpoint, requestBodyRead, current.requestType, dependencies.wantsRequestContent);
    const finished: GenAiRecord = current.load.shed()
      ? {
          ...facts,
          contentShed: true,
          request: shedContent(current.requestType ?? ''),
          response: shedContent(side.mimeType),
        }
      : { ...facts, request: request(), response: responseContent(endpoint, side.body(), side.mimeType) };
    counters.add('calls.recorded');
    if (!facts.failure && !hasUsage(facts.usage)) counters.add('calls.usage_missing');
    if (finished.request.truncated || finished.response.truncated) counters.add('content.truncated');
    for (const recorder of dependencies.recorders) {
      try {
        recorder.record(finished);
      } catch (error) {
        counters.add('recorder.failed');
        dependencies.onRecorderError(recorder.name, error);
      }
    }
  }

  /** The answer is over: takes the last facts, answers, and records after the reply. */
  function conclude(current: Call, side: ResponseSide, complete: boolean): Reply {
    current.facts.timing.duration ||= clock.now() - current.startedAt;
    try {
      takeResponseFacts(current, side);
      judge(current, side, complete);
    } finally {
      // two pieces of work, so that an error of ours in the first does not cost the record
      dependencies.defer(() => readLateReasons(current, side));
      dependencies.defer(() => record(current, side), requestHeld + side.held());
    }
    return withMetadata(current, GO_ON);
  }

  function endResponse(current: Call, complete: boolean): Reply | Promise<Reply> {
    const side = response ?? createSilentSide();
    let outcome: Reply | undefined;
    let resolve: ((reply: Reply) => void) | undefined;
    let expired: NodeJS.Timeout | undefined;
    current.facts.timing.duration ||= clock.now() - current.startedAt;
    side.end(complete, () => {
      clearTimeout(expired);
      outcome = conclude(current, side, complete);
      resolve?.(outcome);
    });
    if (outcome) return outcome;
    // the decoder of a compressed answer is still busy: the record waits for it, the reply only a bounded moment
    return new Promise((settle) => {
      resolve = settle;
      const slice = (left: number) => {
        expired = setTimeout(() => (left > 1 ? slice(left - 1) : settle(GO_ON)), limits.decodeWaitMillis / WAIT_SLICES);
      };
      slice(WAIT_SLICES);
    });
  }

  function finish(complete: boolean): Reply | Promise<Reply> {
    if (over) return GO_ON;
    over = true;
    if (!call) return GO_ON;
    // the end of what was cut is told late: the call ended after its latest message, if only by a moment
    if (!complete && start.observing) call.facts.timing.duration = Math.max(lastSeenAt - call.startedAt, MOMENT);
    if (!endRequest(call, true)) return ignore(false);
    return endResponse(call, complete);
  }

  return {
    requestHeaders(headers, endOfStream, attribute) {
      if (call || ignored || over) return GO_ON;
      const view = viewHeaders(headers);
      const endpoint = dependencies.findEndpoint(view.get(':method'), view.get(':path'));
      if (!endpoint) return ignore(start.bodiesComeAnyway);
      call = begin(endpoint, view, attribute);
      requestReader = readerFor(call);
      if (endOfStream) endRequest(call, false);
      const reply: Reply = { observe: !start.bodiesComeAnyway, headers: call.facts.trace.headers };
      // a path that others use too says nothing before its body does
      return endpoint.shared && !endOfStream ? reply : withMetadata(call, reply);
    },
    requestBody(bytes, endOfStream, attribute) {
      beginLate(attribute);
      if (!call) return GO_ON;
      requestReader ??= requestBodyRead ? undefined : readerFor(call);
      if (start.observing) lastSeenAt = clock.now();
      if (bytes && requestReader) {
        requestReader.add(bytes);
        call.load.took(bytes.length);
      }
      if (bytes && call.facts.http) call.facts.http.bytesReceived += bytes.length;
      if (!endOfStream) return GO_ON;
      return endRequest(call, false) ? withMetadata(call, GO_ON) : ignore(true);
    },
    requestTrailers() {
      if (!call) return GO_ON;
      return endRequest(call, false) ? withMetadata(call, GO_ON) : ignore(true);
    },
    responseHeaders(headers, endOfStream, attribute) {
      beginLate(attribute);
      if (!call) return ignored ? GO_ON : ignore(start.observing === true);
      // an answer before the request's end: the rest of the request will not be sent
      if (!endRequest(call, true)) return ignore(true);
      if (response) return GO_ON;
      if (start.observing) lastSeenAt = clock.now();
      const side = beginResponse(call, viewHeaders(headers), attribute);
      if (endOfStream) return finish(true) as Reply;
      if (side.status !== undefined && side.status >= 400) judge(call, side, false);
      return withMetadata(call, GO_ON);
    },
    responseBody(bytes, endOfStream, attribute) {
      beginLate(attribute);
      if (!call || over) return GO_ON;
      if (!response) {
        // response headers are not sent to us in this mode: the attributes are all there is
        if (!endRequest(call, true)) return ignore(true);
        const status = Buffer.from(attribute('response.code') ?? '200');
        response = beginResponse(call, viewHeaders([{ key: ':status', rawValue: status }]), attribute);
      }
      lastSeenAt = clock.now();
      if (bytes) {
        response.feed(bytes, lastSeenAt - call.startedAt);
        call.load.took(bytes.length);
      }
      if (bytes && call.facts.http) call.facts.http.bytesSent += bytes.length;
      if (endOfStream) return finish(true);
      if (start.observing || response.state.version === seenVersion) return GO_ON;
      seenVersion = response.state.version;
      takeResponseFacts(call, response);
      // a client that reads an error hangs up: the log's row may not wait for the end
      if (response.state.errorEvent) judge(call, response, false);
      return withMetadata(call, GO_ON);
    },
    responseTrailers: () => finish(true),
    close() {
      void finish(false);
    },
  };
}

function boundedReasons(reasons: readonly (string | undefined)[]): string[] {
  return reasons.filter((reason) => reason !== undefined).map((reason) => boundedText(reason, NAME_CHARACTERS));
}

/** On a path that others use too, only a JSON object with a string `model` is a GenAI call, or what is no JSON at all. */
function isForeign(body: RequestBody, model: string | undefined): boolean {
  return body.kind === 'other' || (body.kind === 'object' && model === undefined);
}
