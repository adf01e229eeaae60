const NOTHING = Buffer.alloc(0);
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';

/**
 * A small HTTP/1.1 response parser for a load generator that must not be the bottleneck: content-length and chunked bodies,
 * pieces cut anywhere. `onBody(piece)` gets the body without its framing, `onEnd(status)` comes once for each response.
 * Throws on what it does not understand.
 */
export function createResponseParser(onBody, onEnd) {
  let state = 'head';
  let status = 0;
  let chunked = false;
  let remaining = 0;
  let carry = NOTHING;

  function finish() {
    state = 'head';
    onEnd(status);
  }

  function readHead(text) {
    const match = /^HTTP\/1\.1 (\d{3})/.exec(text);
    if (match === null) throw new Error(`not an HTTP/1.1 response: ${text.slice(0, 80)}`);
    status = Number(match[1]);
    chunked = /\r\ntransfer-encoding: *chunked/i.test(text);
    const length = /\r\ncontent-length: *(\d+)/i.exec(text);
    if (!chunked && length === null) throw new Error(`a response without a length: ${text.slice(0, 200)}`);
    if (chunked) {
      state = 'size';
      return;
    }
    remaining = Number(length[1]);
    if (remaining === 0) finish();
    else state = 'data';
  }

  function readLine(line) {
    if (state === 'size') {
      remaining = Number.parseInt(line, 16);
      if (Number.isNaN(remaining)) throw new Error(`not a chunk size: ${line.slice(0, 80)}`);
      state = remaining === 0 ? 'trailer' : 'data';
    } else if (state === 'after-chunk') state = 'size';
    else if (line === '') finish();
  }

  return function consume(piece) {
    const buffer = carry.length === 0 ? piece : Buffer.concat([carry, piece]);
    carry = NOTHING;
    let offset = 0;
    while (offset < buffer.length) {
      if (state === 'data') {
        const end = Math.min(buffer.length, offset + remaining);
        remaining -= end - offset;
        onBody(offset === 0 && end === buffer.length ? buffer : buffer.subarray(offset, end));
        offset = end;
        if (remaining > 0) return;
        if (chunked) state = 'after-chunk';
        else finish();
        continue;
      }
      const marker = state === 'head' ? HEAD_END : LINE_END;
      const end = buffer.indexOf(marker, offset);
      if (end < 0) {
        carry = buffer.subarray(offset);
        return;
      }
      const text = buffer.latin1Slice(offset, end);
      offset = end + marker.length;
      if (state === 'head') readHead(text);
      else readLine(text);
    }
  };
}
