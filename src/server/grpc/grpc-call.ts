import { firstHeader } from '../http2/request-headers.js';
import type { Http2Stream, StreamHandler } from '../http2/stream.js';
import { ByteQueue } from './byte-queue.js';
import type { Call, CallListener } from './call.js';
import { MessageAssembler } from './message-assembler.js';
import { STATUS } from './status.js';
import { RESPONSE_HEADERS, trailersOf } from './trailers.js';

/** A message's prefix, written anew for each: what is sent is copied at once. */
const PREFIX = Buffer.alloc(5);

/** A gRPC call on an HTTP/2 stream. */
export class GrpcCall implements Call, StreamHandler {
  private readonly stream: Http2Stream;
  private readonly assembler: MessageAssembler;
  private listener: CallListener | undefined;
  private started = false; // the first headers were sent
  private over = false; // nothing more is sent, and the listener was told
  private paused = false;
  private reading = false; // the listener is being told messages
  private remoteEnded = false;
  private toldEnd = false;
  private readonly parked = new ByteQueue(); // what came while the call was paused; the stream's window bounds it
  private deadline: NodeJS.Timeout | undefined;

  constructor(stream: Http2Stream, messageBytes: number) {
    this.stream = stream;
    this.assembler = new MessageAssembler(messageBytes);
  }

  /** From now on the listener is told what happens. */
  listen(listener: CallListener): void {
    this.listener = listener;
  }

  /** The call fails when it is not over by then. */
  setDeadline(millis: number): void {
    this.deadline = setTimeout(() => this.fail(STATUS.deadlineExceeded, 'the deadline of the call has passed'), millis);
    this.deadline.unref();
  }

  metadata(name: string): string | undefined {
    return firstHeader(this.stream.headers, name);
  }

  write(message: Buffer): boolean {
    if (this.over) return true;
    if (!this.started) {
      this.started = true;
      this.stream.sendHeaders(RESPONSE_HEADERS, false);
    }
    PREFIX.writeUInt32BE(message.length, 1);
    return this.stream.sendData(PREFIX, message);
  }

  end(): void {
    this.finish(trailersOf(STATUS.ok, ''));
  }

  fail(status: number, details: string): void {
    this.finish(trailersOf(status, details));
  }

  /** Ends the call with a block of trailers. */
  finish(trailers: Buffer): void {
    if (this.over) return;
    this.stream.sendHeaders(this.started ? trailers : Buffer.concat([RESPONSE_HEADERS, trailers]), true);
    this.stream.credit(this.parked.length);
    this.closed();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    if (this.reading) return;
    const { parked } = this;
    if (parked.length > 0) {
      const { bytes, begin, end } = parked;
      const position = this.read(bytes, begin, end);
      if (this.over) return; // they were credited when it ended
      this.stream.credit(position - begin);
      parked.dropUntil(position);
    }
    this.tellEnd();
  }

  data(bytes: Buffer, from: number, to: number): number {
    if (this.over) return to - from;
    const position = this.parked.length > 0 ? from : this.read(bytes, from, to);
    if (this.over || position === to) return to - from;
    this.parked.append(bytes, position, to);
    return position - from;
  }

  ended(): void {
    this.remoteEnded = true;
    this.tellEnd();
  }

  writable(): void {
    this.listener?.writable();
  }

  closed(): void {
    if (this.over) return;
    this.over = true;
    this.parked.clear();
    clearTimeout(this.deadline);
    this.listener?.closed();
  }

  /** The server ends: so does the call, in peace. */
  cut(): void {
    this.paused = false;
    this.parked.clear();
    this.ended();
    this.end();
  }

  private tellEnd(): void {
    if (!this.remoteEnded || this.toldEnd || this.over || this.paused || this.parked.length > 0) return;
    this.toldEnd = true;
    this.listener?.ended();
  }

  /** Tells the messages in these bytes until the call is paused or over; returns the position after what was read. */
  private read(bytes: Buffer, from: number, to: number): number {
    const { assembler } = this;
    let position = from;
    this.reading = true;
    while (position < to && !this.paused && !this.over) {
      position = assembler.take(bytes, position, to);
      const { message } = assembler;
      if (message !== undefined) {
        assembler.message = undefined;
        this.listener?.message(message);
      } else if (assembler.problem !== undefined) this.failReading(assembler.problem);
    }
    this.reading = false;
    return position;
  }

  private failReading(problem: NonNullable<MessageAssembler['problem']>): void {
    if (problem === 'too long') this.fail(STATUS.resourceExhausted, 'a message is longer than the limit');
    else this.fail(STATUS.internal, 'a message is compressed, and no encoding was named');
  }
}
