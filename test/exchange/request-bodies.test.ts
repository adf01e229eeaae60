import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { chatCompletions } from '../../src/endpoints/openai/chat-completions.js';
import { requestContent } from '../../src/exchange/body-content.js';
import { createRequestReader } from '../../src/exchange/request-reader.js';
import { CHAT_REQUEST, chatAnswer, chatDelta, STREAM_HEADERS, sse, USAGE_CHUNK } from '../support/answers.js';
import { cutAt } from '../support/cuttings.js';
import { createBench, driveExchange, IN_ONE_PIECE, rawHeaders } from '../support/drive-exchange.js';

const MIB = 1 << 20;

function read(body: string | Uint8Array, options: { encoding?: string; cut?: boolean; cap?: number } = {}) {
  const reader = createRequestReader({ contentBytes: options.cap ?? MIB });
  for (const piece of cutAt([0.2, 0.21, 0.9])(Buffer.from(body as string))) reader.add(piece);
  return reader.end(options.encoding, options.cut ?? false);
}

const small = JSON.stringify(CHAT_REQUEST);
const large = JSON.stringify({ messages: ['x'.repeat(100_000)], model: 'gpt-4o' });

describe('a request body', () => {
  test.each<[string, string, Parameters<typeof read>[1], string, unknown]>([
    ['a small object', small, {}, 'object', 'gpt-4o'],
    ['with a byte order mark', `\ufeff${small}`, {}, 'object', 'gpt-4o'],
    ['a large object', large, {}, 'object', 'gpt-4o'],
    ['beyond the cap', large, { cap: 1000 }, 'object', 'gpt-4o'],
    ['cut', '{"model":"gpt-4o","messages":[', { cut: true }, 'unknown', 'gpt-4o'],
    ['large and cut', `{"model":"gpt-4o","x":"${'x'.repeat(100_000)}`, { cut: true }, 'unknown', 'gpt-4o'],
    ['broken', '{"model":"gpt-4o",}', {}, 'unparsable', 'gpt-4o'],
    ['broken within balanced braces', '{"model":"gpt-4o","a":oops}', {}, 'unparsable', 'gpt-4o'],
    ['large and broken', `{"model":"gpt-4o","x":"${'x'.repeat(100_000)}`, {}, 'unparsable', 'gpt-4o'],
    ['no JSON', 'hello', {}, 'unparsable', undefined],
    ['nothing', '', {}, 'unparsable', undefined],
    ['a list', '[1]', {}, 'other', undefined],
    ['a large list', `[${'1,'.repeat(100_000)}1]`, {}, 'other', undefined],
    ['a number', '1', {}, 'other', undefined],
  ])('%s', (_name, body, options, kind, model) => {
    const result = read(body, options);
    expect([result.kind, result.members['model']]).toEqual([kind, model]);
    expect(result.truncated).toBe(options?.cap !== undefined);
  });

  test.each([
    ['gzip', gzipSync(small)],
    ['x-gzip', gzipSync(small)],
    ['deflate', deflateSync(small)],
    ['br', brotliCompressSync(small)],
  ])('compressed with %s', (encoding, body) => {
    expect(read(body, { encoding })).toMatchObject({
      kind: 'object',
      members: CHAT_REQUEST,
      bytes: Buffer.from(small),
    });
  });

  test.each([
    ['a coding that is not read', 'zstd', gzipSync(small), MIB],
    ['something else than it says', 'gzip', Buffer.from(small), MIB],
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(4 * MIB, ' ')), MIB],
    ['beyond the cap', 'gzip', gzipSync(large), 50],
  ])('compressed: %s is not known, and no failure', (_name, encoding, body, cap) => {
    expect(read(body, { encoding, cap })).toMatchObject({ kind: 'unknown', members: {} });
  });
});

describe('10 MB each way', () => {
  test.each([
    ['usage behind the content', (content: string) => JSON.stringify(chatAnswer({ content }))],
    [
      'usage before the content',
      (content: string) => JSON.stringify(Object.fromEntries(Object.entries(chatAnswer({ content })).reverse())),
    ],
  ])('%s: bounded, and its facts known', async (_name, answer) => {
    const content = 'All work and no play. "ü"\\'.repeat(400_000);
    const request = JSON.stringify({ messages: [{ role: 'user', content }], model: 'gpt-4o' });
    const chunks = (bytes: Uint8Array) =>
      Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
        bytes.subarray(index * 65_536, (index + 1) * 65_536),
      );
    const driven = await driveExchange(
      { name: '', request: { body: request }, response: { body: answer(content) }, expected: {} },
      { request: chunks, response: chunks },
    );
    const [record] = driven.records;
    expect(record).toMatchObject({
      requestModel: 'gpt-4o',
      reportedModel: 'gpt-4o-2024-08-06',
      usage: { input: 9, output: 3, total: 12 },
      failure: undefined,
    });
    expect(record?.request.truncated && record.response.truncated).toBe(true);
    expect(record?.request.text()).toHaveLength(Buffer.from(request).subarray(0, MIB).toString().length);
    expect(driven.spans[0]?.attributes['genai_extproc.content.truncated']).toBe(true);
    expect(driven.counters.values['content.truncated']).toBe(1);
  });

  test('in one message each, too', async () => {
    const content = 'x'.repeat(10_000_000);
    const driven = await driveExchange(
      {
        name: '',
        request: { body: JSON.stringify({ messages: [{ content }], model: 'm' }) },
        response: { body: JSON.stringify(chatAnswer({ content })) },
        expected: {},
      },
      IN_ONE_PIECE,
    );
    expect(driven.records[0]).toMatchObject({ requestModel: 'm', usage: { total: 12 } });
  });
});

test('a spoken answer of 300 KB tells its finish reason, though only its ends are read before the reply', async () => {
  const answer = JSON.stringify(
    chatAnswer({ content: null, audio: { id: 'a', data: 'A'.repeat(300_000), transcript: 'Hi' } }),
  );
  const driven = await driveExchange(
    { name: '', request: { body: small }, response: { body: answer }, expected: {} },
    IN_ONE_PIECE,
  );
  expect(driven.records[0]?.finishReasons).toEqual(['stop']);
  expect(driven.spans[0]?.attributes['llm.finish_reason']).toBe('stop');
});

test('without a recorded span no stream is joined, and its facts are known all the same', () => {
  const bench = createBench({ recording: false });
  const none = () => undefined;
  bench.exchange.requestHeaders(rawHeaders({ ':method': 'POST', ':path': '/v1/chat/completions' }), true, none);
  bench.exchange.responseHeaders(rawHeaders({ ':status': '200', ...STREAM_HEADERS }), false, none);
  bench.exchange.responseBody(Buffer.from(sse(chatDelta({ content: 'x' }, 'stop'), USAGE_CHUNK)), true, none);
  bench.settle();
  expect(bench.spans).toEqual([]);
  expect(bench.records[0]).toMatchObject({ usage: { total: 12 }, finishReasons: ['stop'] });
  expect(bench.records[0]?.response.text()).toBeUndefined();
});

test('of a big request whose content nobody may have, only what may be told is read', () => {
  const text = JSON.stringify({
    model: 'gpt-4o',
    temperature: 0.5,
    stream: true,
    messages: [{ role: 'user', content: 'long '.repeat(40_000) }],
  });
  const reader = createRequestReader({ contentBytes: 1 << 20 });
  reader.add(Buffer.from(text));
  const body = reader.end(undefined, false);
  const parse = vi.spyOn(JSON, 'parse');
  const hidden = requestContent(chatCompletions, body, 'application/json', false).describe();
  const parsed = parse.mock.calls.map(([argument]) => String(argument).length);
  parse.mockRestore();
  expect(Math.max(0, ...parsed)).toBeLessThan(64 * 1024);
  expect(hidden.invocationParameters).toMatchObject({ model: 'gpt-4o', temperature: 0.5, stream: true });
  expect(JSON.stringify(hidden)).not.toContain('long');
  // wanted, it is read whole
  const shown = requestContent(chatCompletions, body, 'application/json', true).describe();
  expect(shown.messages?.[0]?.content).toContain('long');
});
