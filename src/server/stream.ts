/** One ext_proc stream: gRPC messages in, exactly one reply each out, in order; the boundary at which our errors end. */
import type { AttributeView, Exchange } from '../exchange/exchange.js';
import { GO_ON, type Reply } from '../model/reply.js';
import type { Counters } from '../util/counters.js';
import { viewAttributes } from '../wire/attributes.js';
import { BODY_MODE, type MessageKind, messageKind, type ProcessingRequest } from '../wire/messages.js';
import type { ReplyEncoder } from '../wire/replies.js';
import { decodeProcessingRequest } from '../wire/request-decoder.js';
import type { Call, CallListener } from './grpc/call.js';
import { STATUS } from './grpc/status.js';
import type { Watchdog } from './watchdog.js';

/** What the first message and the gRPC call tell of a stream as such. */
export interface StreamStart {
  grpcMetadata(name: string): string | undefined;
  bodiesComeAnyway: boolean;
  /** Observability mode. */
  observing: boolean;
  /** The dynamic metadata that Envoy forwards to an observing filter; a `Metadata` as bytes. */
  forwardedMetadata?: Buffer | undefined;
}

export interface StreamDependencies {
  createExchange(start: StreamStart): Exchange;
  encodeReply: ReplyEncoder;
  counters: Counters;
  /** Streams that may be open; further ones are ended at once, and their calls go on unobserved. Absent: any number. */
  maxStreams?: number | undefined;
  watchdog: Watchdog;
  /** A stream was refused for its body mode. */
  onRefusedMode(mode: string): void;
  onInternalError(error: unknown): void;
}

const ignore = () => undefined;
/** Of a stream that was ended as soon as it came nothing is heard any more. */
const REFUSED: CallListener = { message: ignore, ended: ignore, writable: ignore, closed: ignore };

/** Serves one stream until it is over. Never throws; an error of ours ends the stream, and Envoy goes on without us. */
export function serveStream(call: Call, dependencies: StreamDependencies): CallListener {
  const { counters, watchdog } = dependencies;
  let exchange: Exchange | undefined;
  let observing = false; // observability mode: Envoy awaits no replies
  let ended = false; // we have ended the stream: nothing may be written any more
  let owed = false; // a reply is being awaited; Envoy's messages wait with it

  counters.add('streams.opened');
  if (counters.gauges['streams.open'] >= (dependencies.maxStreams ?? Number.POSITIVE_INFINITY)) {
    counters.add('streams.refused');
    call.end();
    return REFUSED;
  }
  counters.gauges['streams.open'] += 1;
  let open = true;
  return { message: onBytes, ended: over, writable: onWritable, closed: over };

  function endStream(): void {
    if (ended) return;
    ended = true;
    call.end();
  }

  function over(): void {
    if (open) counters.gauges['streams.open'] -= 1;
    open = false;
    watchdog.settled(call);
    try {
      exchange?.close();
    } catch (error) {
      failed(error);
    }
    endStream();
  }

  /** Ending the stream is the one answer that is always safe: Envoy releases what it holds and goes on. */
  function failed(error: unknown): void {
    counters.add('streams.internal_error');
    dependencies.onInternalError(error);
    endStream();
  }

  function onBytes(bytes: Buffer): void {
    if (ended) return;
    let message: ProcessingRequest;
    try {
      message = decodeProcessingRequest(bytes);
    } catch {
      fail(STATUS.internal, 'a message is no ProcessingRequest');
      return;
    }
    onMessage(message);
  }

  function onWritable(): void {
    if (!owed) call.resume();
  }

  function onMessage(message: ProcessingRequest): void {
    counters.add('messages.received');
    try {
      const kind = messageKind(message);
      if (kind === undefined && message.observabilityMode) return; // Envoy sends such beside a websocket's frames
      if (!exchange && !begin(message)) return;
      // a message of a kind that we do not know cannot be answered
      if (kind === undefined || !exchange) {
        unservable();
        return;
      }
      const reply = answer(exchange, kind, message);
      if (reply instanceof Promise) awaitReply(kind, reply);
      else send(kind, reply, isLast(kind, message));
    } catch (error) {
      over();
      failed(error);
    }
  }

  /** The first message shows the mode; `false`: it cannot be served and the stream was ended. */
  function begin(message: ProcessingRequest): boolean {
    observing = message.observabilityMode === true;
    const request = message.protocolConfig?.requestBodyMode ?? BODY_MODE.none;
    const response = message.protocolConfig?.responseBodyMode ?? BODY_MODE.none;
    if (request >= BODY_MODE.fullDuplexStreamed || response >= BODY_MODE.fullDuplexStreamed) {
      refuse(Math.max(request, response));
      return false;
    }
    exchange = dependencies.createExchange({
      grpcMetadata: (name) => call.metadata(name),
      bodiesComeAnyway: observing || (request !== BODY_MODE.none && response !== BODY_MODE.none),
      observing,
      forwardedMetadata: observing ? message.metadataContext : undefined,
    });
    return true;
  }

  function unservable(): void {
    counters.add('streams.unsupported_mode');
    over();
  }

  /**
   * In this mode Envoy has parted with the bytes it sent us: after an end in peace the request would go on without them, and its
   * client might wait for ever. A status makes Envoy answer at once, and the reason reaches its access log.
   */
  function refuse(mode: number): void {
    counters.add('streams.unsupported_mode');
    dependencies.onRefusedMode(mode === BODY_MODE.fullDuplexStreamed ? 'FULL_DUPLEX_STREAMED' : `unknown mode ${mode}`);
    fail(
      STATUS.unimplemented,
      'FULL_DUPLEX_STREAMED is not served: set the body modes to NONE and allow_mode_override, or to STREAMED',
    );
  }

  /** Ends the stream with a status: what came is not a message that could be answered. */
  function fail(code: number, details: string): void {
    ended = true;
    call.fail(code, details);
  }

  function awaitReply(kind: MessageKind, reply: Promise<Reply>): void {
    if (observing) {
      // nobody waits but us, for the record's sake
      reply.then(over, (error) => {
        over();
        failed(error);
      });
      return;
    }
    owed = true;
    watchdog.owes(call, () => {
      counters.add('streams.watchdog');
      over();
    });
    call.pause();
    reply.then(
      (settled) => {
        owed = false;
        watchdog.settled(call);
        if (ended) return;
        if (send(kind, settled, true)) call.resume();
      },
      (error) => {
        over();
        failed(error);
      },
    );
  }

  /** `false`: Envoy does not take the reply yet, and nothing more is read from it until it does. */
  function send(kind: MessageKind, reply: Reply, last: boolean): boolean {
    if (observing) {
      // no reply is awaited; without an end from us Envoy would keep the stream for its deferred_close_timeout
      if (last || reply.end) over();
      return true;
    }
    const taken = call.write(dependencies.encodeReply(kind, reply));
    if (!taken) call.pause();
    if (reply.end) endStream();
    return taken;
  }

  /** `true` for the message that ends the answer. */
  function isLast(kind: MessageKind, message: ProcessingRequest): boolean {
    if (kind === 'responseTrailers') return true;
    if (kind === 'responseBody') return message.responseBody?.endOfStream === true;
    return kind === 'responseHeaders' && message.responseHeaders?.endOfStream === true;
  }
}

function answer(exchange: Exchange, kind: MessageKind, message: ProcessingRequest): Reply | Promise<Reply> {
  const attribute: AttributeView = viewAttributes(message.attributes);
  switch (kind) {
    case 'requestHeaders':
      return exchange.requestHeaders(
        message.requestHeaders?.headers?.headers ?? [],
        message.requestHeaders?.endOfStream === true,
        attribute,
      );
    case 'requestBody':
      return exchange.requestBody(message.requestBody?.body, message.requestBody?.endOfStream === true, attribute);
    case 'requestTrailers':
      return exchange.requestTrailers();
    case 'responseHeaders':
      return exchange.responseHeaders(
        message.responseHeaders?.headers?.headers ?? [],
        message.responseHeaders?.endOfStream === true,
        attribute,
      );
    case 'responseBody':
      return exchange.responseBody(message.responseBody?.body, message.responseBody?.endOfStream === true, attribute);
    case 'responseTrailers':
      return exchange.responseTrailers();
    default:
      return GO_ON;
  }
}
