import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answerOf,
  chatCompletion,
  chatEvents,
  chunkOf,
  eventOf,
  headOf,
  LAST_CHUNK,
  SSE_HEAD,
} from '../support/openai-answers.js';
import { sumOf } from '../support/prometheus-page.js';
import { askRaw } from '../support/raw-http.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { HTTP2_CLUSTER, type ListenerParts } from './support/gateway-config.js';
import { askBoth, chatBody, expectSameTraffic, type Traffic, withoutFilter } from './support/same-traffic.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

/** What passes through Envoy is the same with the sidecar as without: a second listener has no ext_proc filter at all. */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage({
    unobserved: { change: withoutFilter },
    trailers: { change: withTrailers },
    trailersUnobserved: { change: (parts) => [withTrailers, withoutFilter].forEach((change) => void change(parts)) },
  });
});
afterAll(() => stage?.close());

/** Both codecs pass trailers on. */
function withTrailers({ manager, routes, clusters }: ListenerParts): void {
  manager['http_protocol_options'] = { enable_trailers: true };
  if (!clusters.some((cluster) => cluster.name === 'llm_trailers')) {
    const llm = clusters.find((cluster) => cluster.name === 'llm_upstream')!;
    const options = structuredClone(HTTP2_CLUSTER);
    Object.assign(Object.values(options['typed_extension_protocol_options'] as object)[0], {
      explicit_http_config: { http_protocol_options: { enable_trailers: true } },
    });
    const loads = { ...(llm['load_assignment'] as object), cluster_name: 'llm_trailers' };
    clusters.push({ ...structuredClone(llm), ...options, name: 'llm_trailers', load_assignment: loads });
  }
  for (const route of routes) if (route.route) route.route['cluster'] = 'llm_trailers';
}

const expectSame = (mark: Mark, run: UpstreamScript, traffic?: Traffic) => expectSameTraffic(stage, mark, run, traffic);

const json =
  (mark: Mark, headers: Record<string, string> = {}): UpstreamScript =>
  (exchange) =>
    exchange.write(answerOf(chatCompletion(mark.model), headers));

describe('answers', () => {
  test('JSON with content-length, which stays', async () => {
    const mark = stage.mark();
    const answer = await expectSame(mark, json(mark, { 'x-of-upstream': 'kept', 'openai-processing-ms': '7' }));
    expect(answer.headers).toContain(`content-length: ${chatCompletion(mark.model).length}`);
    expect(answer.headers).toContain('x-of-upstream: kept');
    expect(answer.body.toString()).toBe(chatCompletion(mark.model));
    expect((await stage.observe(mark)).span.status.code).toBe('OK');
  });

  test('JSON in chunks of odd sizes', async () => {
    const mark = stage.mark();
    const answer = await expectSame(mark, async (exchange) => {
      const body = Buffer.from(chatCompletion(mark.model, { choices: [{ index: 0, message: { content: 'ü€😀' } }] }));
      await exchange.write(headOf('200 OK', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }));
      for (let at = 0; at < body.length; at += 17) await exchange.write(chunkOf(body.subarray(at, at + 17)));
      await exchange.pause(5);
      await exchange.write(LAST_CHUNK);
    });
    expect(JSON.parse(answer.body.toString())).toMatchObject({ model: `${mark.model}-2024` });
    const { span } = await stage.observe(mark);
    expect(span.attributes['llm.output_messages.0.message.content']).toBe('ü€😀');
  });

  test('SSE byte by byte, with CRLF, comments, and a last event without its newline', async () => {
    const mark = stage.mark();
    const text = `: ping\r\n\r\n${chatEvents(mark.model).join('').replaceAll('\n', '\r\n').trimEnd()}`;
    const answer = await expectSame(mark, async (exchange) => {
      await exchange.write(SSE_HEAD);
      for (const byte of Buffer.from(text)) await exchange.write(chunkOf(Buffer.of(byte)));
      await exchange.write(LAST_CHUNK);
    });
    expect(answer.body.toString()).toBe(text);
    const { span, row } = await stage.observe(mark);
    expect(span.attributes['llm.output_messages.0.message.content']).toBe('Hello there');
    expect(row['gen_ai.usage.total_tokens']).toBe(31);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('%s: the bytes pass as they are, usage is read from a copy', async (encoding, compress) => {
    const mark = stage.mark();
    const bytes = compress(chatCompletion(mark.model));
    const answer = await expectSame(mark, (exchange) =>
      exchange.write(answerOf(bytes, { 'content-encoding': encoding })),
    );
    expect(answer.body.equals(bytes)).toBe(true);
    const { span, row } = await stage.observe(mark);
    expect(span.attributes).toMatchObject({ 'output.value': chatCompletion(mark.model), 'llm.token_count.total': 31 });
    expect(row['gen_ai.usage.total_tokens']).toBe(31);
  });

  test('a compressed stream, cut anywhere', async () => {
    const mark = stage.mark();
    const bytes = gzipSync(chatEvents(mark.model).join(''));
    const answer = await expectSame(mark, async (exchange) => {
      await exchange.write(SSE_HEAD.replace('\r\n\r\n', '\r\ncontent-encoding: gzip\r\n\r\n'));
      for (let at = 0; at < bytes.length; at += 7) await exchange.write(chunkOf(bytes.subarray(at, at + 7)));
      await exchange.write(LAST_CHUNK);
    });
    expect(answer.body.equals(bytes)).toBe(true);
    const { span, row } = await stage.observe(mark);
    expect(span.attributes['llm.output_messages.0.message.content']).toBe('Hello there');
    expect(row['gen_ai.usage.total_tokens']).toBe(31);
  });

  test('a coding that is none', async () => {
    const mark = stage.mark();
    const answer = await expectSame(mark, json(mark, { 'content-encoding': 'gzip' }));
    expect(answer.body.toString()).toBe(chatCompletion(mark.model));
    await stage.observe(mark);
  });

  test('an HTML page with status 200', async () => {
    const mark = stage.mark();
    const answer = await expectSame(mark, (exchange) =>
      exchange.write(answerOf('<html>Log in first</html>', { 'content-type': 'text/html' })),
    );
    expect(answer.body.toString()).toBe('<html>Log in first</html>');
    const { span, row, metrics } = await stage.observe(mark);
    expect(span.attributes['error.type']).toBe('unparsable_response');
    expect(row['error_type']).toBe('unparsable_response');
    expect(sumOf(metrics, 'gen_ai_server_request_duration_seconds_count', { error_type: 'unparsable_response' })).toBe(
      1,
    );
  });

  test('a 503 with a body, and one without', async () => {
    const [bodied, bodyless] = [stage.mark(), stage.mark()];
    await expectSame(bodied, (exchange) => exchange.write(answerOf('{"error":"busy"}', {}, '503 Service Unavailable')));
    await expectSame(bodyless, (exchange) =>
      exchange.write(headOf('503 Service Unavailable', { 'content-length': '0', 'retry-after': '1' })),
    );
    for (const mark of [bodied, bodyless]) {
      const { span, row } = await stage.observe(mark);
      expect(span.attributes['error.type']).toBe('503');
      expect(row['error_type']).toBe('503');
    }
  });

  test('204 without a body is a success', async () => {
    const mark = stage.mark();
    await expectSame(mark, (exchange) => exchange.write(headOf('204 No Content', {})));
    expect((await stage.observe(mark)).span.status.code).toBe('OK');
  });

  test('10 MB down', async () => {
    const mark = stage.mark();
    const filler = randomBytes(5 << 20).toString('hex');
    const body = chatCompletion(mark.model, { choices: [{ index: 0, message: { content: filler } }] });
    const answer = await expectSame(mark, (exchange) => exchange.write(answerOf(body)));
    expect(answer.body.equals(Buffer.from(body))).toBe(true);
    const { span, row } = await stage.observe(mark);
    expect(span.attributes).toMatchObject({ 'genai_extproc.content.truncated': true, 'llm.token_count.total': 31 });
    expect(row['gen_ai.usage.total_tokens']).toBe(31);
  });

  test('a stream of one 3 MB event', async () => {
    const mark = stage.mark();
    const big = eventOf({ choices: [{ index: 0, delta: { content: 'y'.repeat(3 << 20) } }] });
    const answer = await expectSame(mark, async (exchange) => {
      await exchange.write(SSE_HEAD);
      for (const event of [big, ...chatEvents(mark.model).slice(-2)]) await exchange.write(chunkOf(event));
      await exchange.write(LAST_CHUNK);
    });
    expect(answer.body.length).toBeGreaterThan(3 << 20);
    const { span, row } = await stage.observe(mark);
    expect(span.attributes['genai_extproc.content.truncated']).toBe(true);
    expect(row['gen_ai.usage.total_tokens']).toBe(31);
  });

  test('trailers behind a chunked answer', async () => {
    const mark = stage.mark();
    const traffic: Traffic = { listeners: ['trailers', 'trailersUnobserved'], headers: { te: 'trailers' } };
    const answer = await expectSame(
      mark,
      async (exchange) => {
        await exchange.write(headOf('200 OK', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }));
        await exchange.write(chunkOf(chatCompletion(mark.model)));
        await exchange.write('0\r\nx-checksum: abc\r\n\r\n');
      },
      traffic,
    );
    expect(answer.trailers).toEqual(['x-checksum: abc']);
    const { span, row } = await stage.observe(mark, 'trailers');
    expect(span.status.code).toBe('OK');
    expect(row['gen_ai.usage.total_tokens']).toBe(31);
  });
});

describe('requests', () => {
  test('10 MB up', async () => {
    const mark = stage.mark();
    const body = chatBody(mark, { padding: randomBytes(5 << 20).toString('hex'), stream: false });
    await expectSame(mark, json(mark), { body });
    const { span, row } = await stage.observe(mark);
    expect(span.attributes['genai_extproc.content.truncated']).toBe(true);
    expect(row).toMatchObject({ 'gen_ai.request.model': mark.model, bytes_received: Buffer.byteLength(body) });
  });

  test('a body in mid-character pieces, chunked', async () => {
    const mark = stage.mark();
    const script = stage.upstream.script(json(mark));
    const body = Buffer.from(chatBody(mark, { user: '😀😀😀' }));
    const head = `POST /v1/chat/completions?t=${mark.id} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-script: ${script}\r\n`;
    const pieces = Array.from({ length: Math.ceil(body.length / 5) }, (_, index) =>
      chunkOf(body.subarray(index * 5, index * 5 + 5)),
    );
    const answer = await askRaw(
      stage.port(),
      Buffer.concat([Buffer.from(`${head}transfer-encoding: chunked\r\n\r\n`), ...pieces, Buffer.from(LAST_CHUNK)]),
    );
    expect(answer.body.toString()).toBe(chatCompletion(mark.model));
    expect(stage.upstream.requests(script)[0]?.body.equals(body)).toBe(true);
    const { span } = await stage.observe(mark);
    expect(span.attributes['input.value']).toBe(body.toString());
  });

  test('gzip', async () => {
    const mark = stage.mark();
    const body = gzipSync(chatBody(mark));
    await expectSame(mark, json(mark), { body, headers: { 'content-encoding': 'gzip' } });
    expect((await stage.observe(mark)).span.attributes['input.value']).toBe(chatBody(mark));
  });

  test('credentials reach the upstream, not the sidecar', async () => {
    const mark = stage.mark();
    const headers = { authorization: 'Bearer sk-secret', 'api-key': 'k-secret', cookie: 'c=secret' };
    const { requests } = await askBoth(stage, mark, json(mark), { headers });
    expect(requests[0]?.headers('authorization')).toEqual(['Bearer sk-secret']);
    expect(requests[0]?.headers('api-key')).toEqual(['k-secret']);
    expect(requests[0]?.headers('cookie')).toEqual(['c=secret']);
    const { span, row } = await stage.observe(mark);
    expect(JSON.stringify([span, row])).not.toContain('secret');
  });

  test.each([
    ['no JSON', 'not json', 'unparsable_request'],
    ['cut JSON', '{"model":"x","messages":[', 'unparsable_request'],
    ['an array', '[1,2]', 'unparsable_request'],
    ['nothing', '', 'unparsable_request'],
  ])('a body that is %s: refused by the upstream, and what the status says counts', async (_name, body, type) => {
    const [refused, taken] = [stage.mark(), stage.mark()];
    await expectSame(refused, (exchange) => exchange.write(answerOf('{"error":{}}', {}, '400 Bad Request')), { body });
    await expectSame(taken, json(taken), { body });
    const typeOf = async (mark: Mark) => {
      const row = await stage.row(mark);
      return row['error_type'];
    };
    expect(await typeOf(refused)).toBe('400');
    expect(await typeOf(taken)).toBe(type);
  });
});

describe('all of them', () => {
  test('every call gave exactly one span and one duration sample', () => stage.expectOneRecordPerCall());

  test('Envoy had no trouble with the observation', () => stage.expectNoTrouble('llm', 'trailers'));
});
