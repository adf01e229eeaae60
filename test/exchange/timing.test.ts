import { describe, expect, test } from 'vitest';
import { timePerOutputToken, timeToFirstToken } from '../../src/model/record.js';
import {
  CHAT_STREAM_REQUEST,
  chatAnswer,
  chatChunk,
  chatDelta,
  STREAM_HEADERS,
  sse,
  USAGE,
  USAGE_CHUNK,
} from '../support/answers.js';
import { type Bench, createBench, rawHeaders, START } from '../support/drive-exchange.js';

const none = () => undefined;

function streaming(): Bench {
  const bench = createBench();
  bench.exchange.requestHeaders(rawHeaders({ ':method': 'POST', ':path': '/v1/chat/completions' }), false, none);
  bench.exchange.requestBody(Buffer.from(JSON.stringify(CHAT_STREAM_REQUEST)), true, none);
  bench.advance(50);
  bench.exchange.responseHeaders(rawHeaders({ ':status': '200', ...STREAM_HEADERS }), false, none);
  return bench;
}

/** One chunk, after so many milliseconds; `settled`: the event loop turned before the next one. */
function chunk(bench: Bench, after: number, events: (object | string)[], settled = true): void {
  bench.advance(after);
  bench.exchange.responseBody(Buffer.from(sse(...events)), false, none);
  if (settled) bench.settle();
}

describe('the clock of a stream', () => {
  test.each([true, false])(
    'first token, last token and end are those of their chunks (turns between: %s)',
    (settled) => {
      const bench = streaming();
      chunk(bench, 100, [chatDelta({ role: 'assistant', content: '' })], settled);
      chunk(bench, 100, [chatDelta({ content: 'a' })], settled);
      chunk(bench, 30, [chatDelta({ content: 'b' })], settled);
      chunk(bench, 30, [chatDelta({ content: 'c' }), chatDelta({}, 'stop')], settled);
      chunk(bench, 40, [USAGE_CHUNK, '[DONE]'], settled);
      bench.advance(5);
      bench.exchange.responseBody(undefined, true, none);
      bench.advance(1000);
      bench.settle();
      const [record] = bench.records;
      expect(record?.timing).toEqual({ startTime: START, duration: 355, firstContent: 250, lastContent: 310 });
      expect(record && timeToFirstToken(record)).toBe(250);
      // 60 ms for the two tokens behind the first
      expect(record && timePerOutputToken(record)).toBe(30);
      expect(bench.spans[0]?.endTime).toBe(START + 355);
      expect(bench.spans[0]?.events).toEqual([{ name: 'First Token Stream Event', time: START + 250, attributes: {} }]);
    },
  );

  test('a chunk that is read ahead does not overtake the one before it', () => {
    const bench = streaming();
    chunk(bench, 10, [chatChunk([])], false);
    chunk(bench, 10, [chatDelta({ content: 'a' })], false);
    chunk(bench, 10, [{ ...chatDelta({ content: 'b' }), usage: USAGE, model: 'the-last' }], false);
    bench.exchange.close();
    bench.settle();
    expect(bench.records[0]).toMatchObject({
      responseModel: 'the-last',
      timing: { firstContent: 70, lastContent: 80 },
    });
  });

  test.each([
    ['text', { content: 'x' }, true],
    ['reasoning', { reasoning_content: 'x' }, true],
    ['a refusal', { refusal: 'x' }, true],
    ['a tool call', { tool_calls: [{ index: 0, function: { name: 'f' } }] }, true],
    ['a legacy function call', { function_call: { name: 'f' } }, true],
    ['sound', { audio: { data: 'AA==' } }, true],
    ['a role', { role: 'assistant' }, false],
    ['an empty text', { role: 'assistant', content: '' }, false],
    ['nothing', { content: null }, false],
    ['an empty list', { tool_calls: [] }, false],
  ])('%s as first content: %s', (_name, delta, content) => {
    const bench = streaming();
    chunk(bench, 10, [chatDelta(delta)]);
    bench.exchange.close();
    bench.settle();
    expect(bench.records[0]?.timing.firstContent).toBe(content ? 60 : undefined);
  });

  test('a call that is cut lasts until the cut', () => {
    const bench = streaming();
    chunk(bench, 10, [chatDelta({ content: 'a' })]);
    bench.advance(500);
    bench.exchange.close();
    bench.settle();
    expect(bench.records[0]).toMatchObject({ failure: { type: 'interrupted' }, timing: { duration: 560 } });
  });

  test('an answer that is no stream has no token times', () => {
    const bench = createBench();
    bench.exchange.requestHeaders(rawHeaders({ ':method': 'POST', ':path': '/v1/chat/completions' }), true, none);
    bench.exchange.responseHeaders(rawHeaders({ ':status': '200' }), false, none);
    bench.advance(10);
    bench.exchange.responseBody(Buffer.from(JSON.stringify(chatAnswer({ content: 'x' }))), true, none);
    bench.settle();
    expect(bench.records[0]?.timing).toEqual({ startTime: START, duration: 10 });
  });
});
