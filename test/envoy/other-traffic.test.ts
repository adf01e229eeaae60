import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answerOf,
  chatCompletion,
  chatEvents,
  chunkOf,
  headOf,
  LAST_CHUNK,
  SSE_HEAD,
} from '../support/openai-answers.js';
import { askRaw, type RawAnswer } from '../support/raw-http.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { askBoth, chatBody, expectSameTraffic, seen, type Traffic, withoutFilter } from './support/same-traffic.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ unobserved: { change: withoutFilter } });
});
afterAll(() => stage?.close());

const expectSame = (mark: Mark, run: UpstreamScript, traffic?: Traffic) => expectSameTraffic(stage, mark, run, traffic);

describe('traffic that is no GenAI call', () => {
  test.each([
    ['GET', '/v1/models'],
    ['POST', '/v1/files'],
    ['HEAD', '/v1/chat/completions'],
    ['GET', '/v1/chat/completions'],
    ['POST', '/v1/completions'], // another application's: no model
  ])('%s %s is the same with us', async (method, path) => {
    const mark = stage.mark('not recorded');
    const body = '{"name":"x"}';
    const length = method === 'HEAD' ? headOf('200 OK', { 'content-length': '4711', etag: '"1"' }) : undefined;
    const answer = await expectSame(mark, (exchange) => exchange.write(length ?? answerOf(body)), {
      method,
      path,
      body,
    });
    if (method === 'HEAD') expect(answer.headers).toContain('content-length: 4711');
    const row = await stage.row(mark);
    expect(row).toMatchObject({ trace_id: null, error_type: null, 'gen_ai.request.model': null });
  });

  test('costs one message, and no override', async () => {
    const before = await stage.extProc();
    const received = stage.sidecar.counters.values['messages.received'];
    const run: UpstreamScript = (exchange) => exchange.write(answerOf('{}'));
    const mark = stage.mark('not recorded');
    await askBoth(stage, mark, run, { path: '/v1/files', body: 'x'.repeat(100_000) });
    await stage.row(mark);
    const after = await stage.extProc();
    const difference = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
    expect([difference('streams_started'), difference('stream_msgs_sent'), difference('stream_msgs_received')]).toEqual(
      [1, 1, 1],
    );
    expect(stage.sidecar.counters.values['messages.received'] - received).toBe(1);
  });

  test('a route with the filter switched off costs none', async () => {
    const before = await stage.extProc();
    expect(await (await fetch(`http://127.0.0.1:${stage.port()}/healthz`)).text()).toBe('ok');
    expect((await stage.extProc())['streams_started']).toBe(before['streams_started']);
  });

  test("malformed requests still get Envoy's own answers", async () => {
    const malformed: [string, number][] = [
      ['NONSENSE\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nhost: a\r\nx-big: ${'x'.repeat(70_000)}\r\n\r\n`, 431],
      ['GET /v1/models HTTP/1.0\r\n\r\n', 426],
      ['POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}', 400],
    ];
    // Envoy takes its time to close after such an answer
    const check = async ([request, status]: [string, number]) => {
      const ports = [stage.port(), stage.port('unobserved')];
      const [observed, control] = (await Promise.all(ports.map((port) => askRaw(port, request)))) as [
        RawAnswer,
        RawAnswer,
      ];
      expect(observed.statusLine).toContain(` ${status} `);
      expect(seen(observed)).toEqual(seen(control));
    };
    await Promise.all(malformed.map(check));
  });
});

describe('HTTP/2 clients', () => {
  test('a stream: headers, bytes and signals', async () => {
    const mark = stage.mark();
    const text = chatEvents(mark.model).join('');
    const script = stage.upstream.script(async (exchange) => {
      await exchange.write(SSE_HEAD);
      for (const event of chatEvents(mark.model)) await exchange.write(chunkOf(event));
      await exchange.write(LAST_CHUNK);
    });
    const session = connect(`http://127.0.0.1:${stage.port()}`);
    const request = session.request({
      ':method': 'POST',
      ':path': `/v1/chat/completions?t=${mark.id}`,
      'content-type': 'application/json',
      'x-script': script,
    });
    request.end(chatBody(mark, { stream: true }));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    session.close();
    expect(Buffer.concat(chunks).toString()).toBe(text);
    const { span, row } = await stage.observe(mark);
    expect(span.attributes['llm.output_messages.0.message.content']).toBe('Hello there');
    expect(row).toMatchObject({ streaming: true, 'gen_ai.usage.total_tokens': 31 });
  });

  test('many at once on one connection, each with its own telemetry', async () => {
    const marks = Array.from({ length: 30 }, () => stage.mark());
    const session = connect(`http://127.0.0.1:${stage.port()}`);
    const texts = await Promise.all(
      marks.map(async (mark) => {
        const script = stage.upstream.script(async (exchange) => {
          await exchange.pause(5);
          await exchange.write(answerOf(chatCompletion(mark.model)));
        });
        const request = session.request({
          ':method': 'POST',
          ':path': `/v1/chat/completions?t=${mark.id}`,
          'x-script': script,
        });
        request.end(chatBody(mark));
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks).toString();
      }),
    );
    session.close();
    expect(texts).toEqual(marks.map((mark) => chatCompletion(mark.model)));
    for (const mark of marks) {
      const { span } = await stage.observe(mark);
      expect(span.attributes['llm.request.model_name']).toBe(mark.model);
    }
  });
});

describe('all of them', () => {
  test('every call gave exactly one span and one duration sample', () => stage.expectOneRecordPerCall());

  test('Envoy had no trouble with the observation', () => stage.expectNoTrouble());
});
