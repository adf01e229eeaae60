/**
 * An HTTP/2 server connection (RFC 9113), as much of it as gRPC needs: no push, no priorities. Node's own HTTP/2 makes a stream object of
 * its general kind for each call, with several turns of the event loop and calls into native code for each message; here a message costs
 * a few comparisons and a copy. What Node's client, grpc-js and Envoy say is the test of it.
 */
import type { Socket } from 'node:net';
import { createFrameReader, type FrameReader } from './frame-reader.js';
import { ConnectionError, ERROR, FIRST_WINDOW, FLAG, FRAME, GREATEST, SETTING } from './frames.js';
import { createHeaderBlocks } from './header-blocks.js';
import { LIMITS } from './limits.js';
import { OpenStream } from './open-stream.js';
import { isRequest, isTrailers } from './request-headers.js';
import { Sender } from './sender.js';
import type { StreamServer } from './stream.js';

/** One client's connection. */
export interface Http2Connection {
  /** Takes no new streams, says so, and ends when those that are open have ended. */
  drain(): void;
  /** Ends the streams that are open, in peace; the connection is over when the client has done so too. */
  cut(): void;
  /** Ends the connection; streams that are open are over. */
  close(): void;
}

/** What the PING of a drain carries: until its answer new streams may be on their way. */
const DRAIN_PING = Buffer.from('draining', 'latin1');

/** Serves a connection until it ends, then calls `onClosed`. */
export function serveConnection(socket: Socket, serve: StreamServer, onClosed: () => void): Http2Connection {
  const sender = new Sender(socket);
  const { output } = sender;
  const streams = new Map<number, OpenStream>();
  const blocks = createHeaderBlocks();
  let newest = 0; // the greatest identifier of a stream that the client has opened
  let receiveWindow: number = LIMITS.connectionWindow;
  let greeted = false; // the client's settings have come
  let draining: 'no' | 'announced' | 'yes' = 'no';
  let ended = false;

  const reader: FrameReader = createFrameReader(receive);
  const greeting = setTimeout(() => end(ERROR.protocol), LIMITS.greetingMillis);
  greeting.unref();

  socket.on('data', (chunk: Buffer) => {
    output.hold();
    try {
      if (!ended) reader.read(chunk);
      sender.sendMore();
    } catch (error) {
      end(error instanceof ConnectionError ? error.code : ERROR.internal);
    }
    output.release();
  });
  socket.on('end', () => close());
  socket.on('error', () => undefined); // 'close' follows
  socket.on('close', () => {
    clearTimeout(greeting);
    ended = true;
    closeStreams();
    onClosed();
  });
  greet();

  function greet(): void {
    const settings = [
      [SETTING.maxConcurrentStreams, LIMITS.streams],
      [SETTING.initialWindowSize, LIMITS.streamWindow],
      [SETTING.maxHeaderListSize, LIMITS.headerListBytes],
    ] as const;
    output.frame(FRAME.settings, 0, 0, settings.length * 6);
    for (const [name, value] of settings) {
      output.uint16(name);
      output.uint32(value);
    }
    output.frame(FRAME.windowUpdate, 0, 0, 4);
    output.uint32(LIMITS.connectionWindow - FIRST_WINDOW);
  }

  function receive(type: number, flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (ended) return;
    if (!greeted && type !== FRAME.settings) throw new ConnectionError(ERROR.protocol, 'settings come first');
    if (blocks.isOpen !== (type === FRAME.continuation))
      throw new ConnectionError(ERROR.protocol, 'a header block is not continued');
    switch (type) {
      case FRAME.data:
        onData(flags, id, bytes, from, to);
        break;
      case FRAME.headers:
        if (id % 2 === 0) throw new ConnectionError(ERROR.protocol, 'a client’s streams have odd numbers');
        if (blocks.begin(flags, id, bytes, from, to)) onHeaders();
        break;
      case FRAME.continuation:
        if (blocks.proceed(flags, id, bytes, from, to)) onHeaders();
        break;
      case FRAME.resetStream:
        onReset(id, to - from);
        break;
      case FRAME.settings:
        onSettings(flags, id, bytes, from, to);
        break;
      case FRAME.ping:
        onPing(flags, id, bytes, from, to);
        break;
      case FRAME.windowUpdate:
        onWindowUpdate(id, bytes, from, to);
        break;
      case FRAME.priority:
        if (id === 0) throw new ConnectionError(ERROR.protocol, 'a priority without a stream');
        if (to - from !== 5) reset(id, ERROR.frameSize);
        else if ((bytes.readUInt32BE(from) & GREATEST) === id) reset(id, ERROR.protocol);
        break;
      case FRAME.pushPromise:
        throw new ConnectionError(ERROR.protocol, 'a client does not push');
      case FRAME.goAway:
        if (id !== 0) throw new ConnectionError(ERROR.protocol, 'a GOAWAY on a stream');
        break; // it opens no more streams and closes the connection when it has done with them
      default: // of extensions that we do not know
    }
  }

  function onData(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (id === 0) throw new ConnectionError(ERROR.protocol, 'data without a stream');
    const length = to - from;
    receiveWindow -= length;
    if (receiveWindow < 0) throw new ConnectionError(ERROR.flowControl, 'more data than the window of the connection');
    if (receiveWindow < LIMITS.connectionWindow / 2) {
      output.frame(FRAME.windowUpdate, 0, 0, 4);
      output.uint32(LIMITS.connectionWindow - receiveWindow);
      receiveWindow = LIMITS.connectionWindow;
    }
    let begin = from;
    let end = to;
    if ((flags & FLAG.padded) !== 0) {
      begin += 1;
      end -= bytes[from] ?? 0;
      if (length === 0 || begin > end) throw new ConnectionError(ERROR.protocol, 'more padding than data');
    }
    const stream = streams.get(id);
    if (stream === undefined || stream.remoteEnded) {
      assertOpened(id);
      reset(id, ERROR.streamClosed);
      return;
    }
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) {
      reset(id, ERROR.flowControl);
      return;
    }
    const done = begin < end ? stream.handler.data(bytes, begin, end) : 0;
    stream.credit(done + length - (end - begin));
    if ((flags & FLAG.endStream) !== 0) endRemotely(stream);
  }

  function onHeaders(): void {
    const { id, headers, endsStream } = blocks;
    const stream = streams.get(id);
    if (stream !== undefined) {
      // trailers; gRPC has none in requests
      if (stream.remoteEnded) reset(id, ERROR.streamClosed);
      else if (endsStream && headers && isTrailers(headers)) endRemotely(stream);
      else reset(id, ERROR.protocol);
      return;
    }
    if (id <= newest) {
      // trailers may have been on their way when we reset the stream: no fault of the other streams
      if (!endsStream || (headers && !isTrailers(headers)))
        throw new ConnectionError(ERROR.streamClosed, 'headers on a closed stream');
      reset(id, ERROR.streamClosed);
      return;
    }
    if (draining === 'yes') return; // the client knows which streams were taken
    newest = id;
    if (headers === undefined) reset(id, ERROR.enhanceYourCalm);
    else if (streams.size >= LIMITS.streams) reset(id, ERROR.refusedStream);
    else if (!isRequest(headers)) reset(id, ERROR.protocol);
    else {
      const opened = new OpenStream(id, headers, sender, finish);
      streams.set(id, opened);
      opened.handler = serve(opened);
      if (endsStream) endRemotely(opened);
    }
  }

  function onReset(id: number, length: number): void {
    if (length !== 4) throw new ConnectionError(ERROR.frameSize, 'a reset of another size');
    assertOpened(id);
    const stream = streams.get(id);
    if (stream) finish(stream);
  }

  function onSettings(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (id !== 0) throw new ConnectionError(ERROR.protocol, 'settings of a stream');
    const isAck = (flags & FLAG.ack) !== 0;
    if ((to - from) % 6 !== 0 || (isAck && to > from))
      throw new ConnectionError(ERROR.frameSize, 'settings of another size');
    if (!greeted && isAck) throw new ConnectionError(ERROR.protocol, 'settings come first');
    if (!greeted) {
      greeted = true;
      clearTimeout(greeting);
    }
    if (isAck) return;
    for (let at = from; at < to; at += 6) setOption(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    output.frame(FRAME.settings, FLAG.ack, 0, 0);
  }

  function setOption(name: number, value: number): void {
    if (name === SETTING.initialWindowSize) {
      if (value > GREATEST) throw new ConnectionError(ERROR.flowControl, 'a window beyond the greatest');
      sender.streamWindow = value;
      sender.opened = true;
    } else if (name === SETTING.maxFrameSize) {
      if (value < 16_384 || value > 0xff_ffff) throw new ConnectionError(ERROR.protocol, 'a frame size out of range');
      // greater frames than everybody takes would not make anything faster
    } else if (name === SETTING.headerTableSize) {
      sender.setTable(value);
    } else if (name === SETTING.enablePush && value > 1) {
      throw new ConnectionError(ERROR.protocol, 'neither push nor no push');
    }
  }

  function onPing(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (id !== 0) throw new ConnectionError(ERROR.protocol, 'a ping on a stream');
    if (to - from !== 8) throw new ConnectionError(ERROR.frameSize, 'a ping of another size');
    if ((flags & FLAG.ack) === 0) {
      output.frame(FRAME.ping, FLAG.ack, 0, 8);
      output.bytes(bytes, from, to);
    } else if (DRAIN_PING.equals(bytes.subarray(from, to))) refuseNew();
  }

  /** The client has been told, and what it had sent before it knew has come. */
  function refuseNew(): void {
    if (draining !== 'announced' || ended) return;
    draining = 'yes';
    goAway(newest, ERROR.none);
    closeWhenIdle();
  }

  function onWindowUpdate(id: number, bytes: Buffer, from: number, to: number): void {
    if (to - from !== 4) throw new ConnectionError(ERROR.frameSize, 'a window update of another size');
    const increment = bytes.readUInt32BE(from) & GREATEST;
    if (id === 0) {
      if (increment === 0) throw new ConnectionError(ERROR.protocol, 'a window update of nothing');
      sender.window += increment;
      sender.opened = true;
      if (sender.window > GREATEST) throw new ConnectionError(ERROR.flowControl, 'a window beyond the greatest');
    } else {
      assertOpened(id);
      const stream = streams.get(id);
      if (increment === 0) reset(id, ERROR.protocol);
      else if (stream && !stream.widen(increment)) reset(id, ERROR.flowControl);
    }
  }

  /** A stream that is none any more may still be spoken of; one that never was may not. */
  function assertOpened(id: number): void {
    if (id === 0 || id % 2 === 0 || (id > newest && draining !== 'yes'))
      throw new ConnectionError(ERROR.protocol, 'a stream that was not opened');
  }

  function endRemotely(stream: OpenStream): void {
    stream.remoteEnded = true;
    if (stream.localEnded) finish(stream);
    else stream.handler.ended();
  }

  function reset(id: number, code: number): void {
    output.frame(FRAME.resetStream, 0, id, 4);
    output.uint32(code);
    const stream = streams.get(id);
    if (stream) finish(stream);
  }

  function finish(stream: OpenStream): void {
    streams.delete(stream.id);
    stream.close();
    closeWhenIdle();
  }

  function closeWhenIdle(): void {
    if (draining === 'yes' && streams.size === 0 && !ended) close();
  }

  function goAway(last: number, code: number): void {
    output.frame(FRAME.goAway, 0, 0, 8);
    output.uint32(last);
    output.uint32(code);
  }

  function closeStreams(): void {
    for (const stream of [...streams.values()]) finish(stream);
  }

  /** Ends the connection for an error of the peer's, or of ours. */
  function end(code: number): void {
    if (ended) return;
    goAway(newest, code);
    close();
  }

  function close(): void {
    if (ended) return;
    ended = true;
    closeStreams();
    output.release();
    socket.destroySoon();
    // what is left to send may never leave
    setTimeout(() => socket.destroy(), LIMITS.farewellMillis).unref();
  }

  return {
    drain() {
      if (draining !== 'no' || ended) return;
      if (!greeted) {
        close();
        return;
      }
      draining = 'announced';
      goAway(GREATEST, ERROR.none);
      output.frame(FRAME.ping, 0, 0, 8);
      output.bytes(DRAIN_PING);
      setTimeout(refuseNew, LIMITS.drainMillis).unref();
    },
    cut() {
      draining = 'yes';
      for (const stream of [...streams.values()]) stream.handler.cut();
      goAway(newest, ERROR.none);
      closeWhenIdle();
    },
    close,
  };
}
