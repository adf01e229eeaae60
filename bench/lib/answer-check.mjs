import { exchanges, STREAM_EVENTS, STREAM_TAIL, stampOf, streamEvent } from './exchanges.mjs';

/**
 * Checks one answer byte by byte as it arrives. `end(status)` gives `undefined` when all is right, else what is wrong.
 * For the paced stream `onDelay` gets the milliseconds between the upstream's write and the arrival here, once for each event.
 */
export function createAnswerCheck(name, onDelay) {
  const { answer } = exchanges[name];
  return answer === undefined ? checkPaced(onDelay) : checkWhole(answer);
}

function checkWhole(expected) {
  let offset = 0;
  let same = true;
  return {
    onBody(piece) {
      same &&= expected.compare(piece, 0, piece.length, offset, Math.min(expected.length, offset + piece.length)) === 0;
      offset += piece.length;
    },
    end(status) {
      if (status !== 200) return `status ${status}`;
      return same && offset === expected.length ? undefined : 'the answer is not what the upstream sent';
    },
  };
}

function checkPaced(onDelay) {
  let text = '';
  let index = 0;
  let problem;
  return {
    onBody(piece) {
      const now = process.hrtime.bigint();
      text += piece.latin1Slice();
      while (index < STREAM_EVENTS) {
        const end = text.indexOf('\n\n');
        if (end < 0) return;
        const event = text.slice(0, end + 2);
        text = text.slice(end + 2);
        const stamp = event.startsWith('data: {') ? stampOf(event) : 0n;
        if (event !== streamEvent(index, stamp)) problem ??= `event ${index} is not what the upstream sent`;
        onDelay(Number(now - stamp) / 1e6);
        index += 1;
      }
    },
    end(status) {
      if (status !== 200) return `status ${status}`;
      if (index < STREAM_EVENTS) return `the stream ended after ${index} of ${STREAM_EVENTS} events`;
      return problem ?? (text === STREAM_TAIL ? undefined : 'the end of the stream is not what the upstream sent');
    },
  };
}
