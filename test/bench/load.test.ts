import { describe, expect, test } from 'vitest';
import { createAnswerCheck } from '../../bench/lib/answer-check.mjs';
import { exchanges, STREAM_EVENTS, STREAM_TAIL, stampOf, streamEvent } from '../../bench/lib/exchanges.mjs';
import { createResponseParser } from '../../bench/lib/response-parser.mjs';

/** Parses the bytes in pieces of `size` and gives status and body of every response. */
function parse(text: string, size: number): { status: number; body: string }[] {
  const responses: { status: number; body: string }[] = [];
  let body = '';
  const consume = createResponseParser(
    (piece) => {
      body += piece.toString('latin1');
    },
    (status) => {
      responses.push({ status, body });
      body = '';
    },
  );
  const bytes = Buffer.from(text, 'latin1');
  for (let offset = 0; offset < bytes.length; offset += size) consume(bytes.subarray(offset, offset + size));
  return responses;
}

describe('response parser', () => {
  const text = [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhello',
    'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nab\r\r\nA\r\n0123456789\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\ntrailer: 1\r\n\r\n',
  ].join('');

  test.each([1, 2, 3, 7, 1000])('in pieces of %i bytes', (size) => {
    expect(parse(text, size)).toEqual([
      { status: 200, body: 'hello' },
      { status: 503, body: '' },
      { status: 200, body: 'ab\r0123456789' },
      { status: 200, body: '' },
    ]);
  });

  test.each([
    ['no HTTP', 'SSH-2.0\r\n\r\n'],
    ['no length', 'HTTP/1.1 200 OK\r\nx: y\r\n\r\n'],
    ['no chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
  ])('refuses %s', (_, wrong) => {
    expect(() => parse(wrong, 1000)).toThrow();
  });
});

describe('answer check', () => {
  function check(name: string, body: Buffer, size: number, status = 200): string | undefined {
    const answer = createAnswerCheck(name, () => {});
    for (let offset = 0; offset < body.length; offset += size) answer.onBody(body.subarray(offset, offset + size));
    return answer.end(status);
  }

  const stream = Buffer.from(
    Array.from({ length: STREAM_EVENTS }, (_, index) => streamEvent(index, process.hrtime.bigint())).join('') +
      STREAM_TAIL,
  );
  const good: [string, Buffer][] = [
    ['small', exchanges['small']!.answer!],
    ['burst', exchanges['burst']!.answer!],
    ['paced', stream],
  ];

  test.each(good)('%s: takes what was sent, in pieces of any size', (name, body) => {
    for (const size of [1, 100, body.length]) expect(check(name, body, size)).toBeUndefined();
  });

  test.each(good)('%s: finds a changed, a missing and an extra byte, and a status', (name, body) => {
    for (const place of [0, body.length >> 1, body.length - 1]) {
      const changed = Buffer.from(body);
      changed[place] = changed[place]! ^ 1;
      expect(check(name, changed, 1000)).toBeTypeOf('string');
    }
    expect(check(name, body.subarray(0, -1), 1000)).toBeTypeOf('string');
    expect(check(name, Buffer.concat([body, Buffer.from('\n')]), 1000)).toBeTypeOf('string');
    expect(check(name, body, 1000, 503)).toBe('status 503');
  });

  test('the stamp of an event comes back', () => {
    expect(stampOf(streamEvent(199, 12345678901234567n))).toBe(12345678901234567n);
  });

  test('delays are milliseconds since the stamp, one an event', () => {
    const delays: number[] = [];
    const answer = createAnswerCheck('paced', (delay) => delays.push(delay));
    answer.onBody(Buffer.from(streamEvent(0, process.hrtime.bigint() - 5_000_000n)));
    expect(delays).toHaveLength(1);
    expect(delays[0]).toBeGreaterThanOrEqual(5);
    expect(delays[0]).toBeLessThan(5000);
  });
});
