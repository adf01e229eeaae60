import { connect } from 'node:http2';
import { gzipSync } from 'node:zlib';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, chatCompletion, chatEvents, chunkOf, headOf, SSE_HEAD } from '../support/openai-answers.js';
import { freePort } from '../support/ports.js';
import { sumOf } from '../support/prometheus-page.js';
import { askRaw, openRaw, parseRaw, rawRequest } from '../support/raw-http.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { clusterAt } from './support/gateway-config.js';
import { type Mark, type Observed, type Stage, startStage } from './support/stage.js';

let stage: Stage;

beforeAll(async () => {
  const dead = await freePort();
  stage = await startStage({
    down: {
      change({ routes, clusters }) {
        clusters.push(clusterAt('llm_down', dead));
        for (const route of routes) if (route.route) route.route['cluster'] = 'llm_down';
      },
    },
    slow: {
      change({ routes }) {
        for (const route of routes) if (route.route) route.route['timeout'] = '0.2s';
      },
    },
    retried: {
      change({ routes }) {
        for (const route of routes) if (route.route) route.route['retry_policy'] = { retry_on: '5xx', num_retries: 2 };
      },
    },
  });
});
afterAll(() => stage?.close());

const messages = [{ role: 'user' as const, content: 'Hi' }];
const bodyOf = (mark: Mark, more: object = {}) => JSON.stringify({ model: mark.model, messages, ...more });

/** A raw chat request that leads to a script. */
const requestFor = (mark: Mark, run: UpstreamScript, body = bodyOf(mark, { stream: true })) =>
  rawRequest(
    'POST',
    `/v1/chat/completions?t=${mark.id}`,
    { 'x-script': stage.upstream.script(run), 'content-type': 'application/json' },
    body,
  );

/** Sends some events of a stream and then waits for the other side to go. */
const eventsThenSilence =
  (mark: Mark, count: number): UpstreamScript =>
  async (exchange) => {
    await exchange.write(SSE_HEAD);
    for (const event of chatEvents(mark.model).slice(0, count)) {
      await exchange.write(chunkOf(event));
      await exchange.pause(2);
    }
    await exchange.gone;
  };

/** Leaves in mid-stream, once the given text has come. */
async function leaveAfter(mark: Mark, events: number, text: string): Promise<Observed> {
  const connection = openRaw(stage.port());
  connection.write(requestFor(mark, eventsThenSilence(mark, events)));
  await connection.until(text);
  connection.reset();
  return stage.observe(mark);
}

function expectFailure({ span, row, metrics }: Observed, type: string): void {
  expect(span.status).toMatchObject({ code: 'ERROR' });
  expect(span.attributes['error.type']).toBe(type);
  expect(sumOf(metrics, 'gen_ai_server_request_duration_seconds_count', { error_type: type })).toBe(1);
  expect(row['trace_id']).toBe(span.traceId);
}

function expectSuccess({ span, metrics }: Observed): void {
  expect(span.status.code).toBe('OK');
  expect(span.attributes).not.toHaveProperty(['error.type']);
  expect(metrics.some((sample) => 'error_type' in sample.labels)).toBe(false);
}

describe('the client leaves', () => {
  test('before any answer', async () => {
    const mark = stage.mark();
    const connection = openRaw(stage.port());
    const arrived = new Promise<void>((resolve) => {
      connection.write(
        requestFor(mark, async (exchange) => {
          resolve();
          await exchange.gone;
        }),
      );
    });
    await arrived;
    connection.reset();
    const observed = await stage.observe(mark);
    expectFailure(observed, 'interrupted');
    expect(observed.span.events).toEqual([]);
    expect(observed.span.attributes['input.value']).toBe(bodyOf(mark, { stream: true }));
  });

  test('in the middle of its own request', async () => {
    const mark = stage.mark();
    const connection = openRaw(stage.port());
    const received = stage.sidecar.counters.values['messages.received'];
    connection.write(requestFor(mark, (exchange) => exchange.gone).subarray(0, -20));
    await expect.poll(() => stage.sidecar.counters.values['messages.received'] - received).toBe(2);
    connection.reset();
    const observed = await stage.observe(mark);
    expectFailure(observed, 'interrupted');
    expect(observed.span.attributes['input.value']).toBe(bodyOf(mark, { stream: true }).slice(0, -20));
  });

  test('before the usage came: what was seen until then', async () => {
    const mark = stage.mark();
    const observed = await leaveAfter(mark, 3, 'lo ');
    expectFailure(observed, 'interrupted');
    expect(observed.span.attributes['llm.output_messages.0.message.content']).toBe('Hello ');
    expect(observed.span.attributes).not.toHaveProperty(['llm.token_count.total']);
    expect(sumOf(observed.metrics, 'gen_ai_client_token_usage_count')).toBe(0);
    expect(sumOf(observed.metrics, 'gen_ai_server_time_to_first_token_seconds_count')).toBe(1);
    expect(observed.row).toMatchObject({ response_flags: 'DC', streaming: true, 'gen_ai.usage.total_tokens': null });
  });

  test('after the usage came: the tokens are in every signal', async () => {
    const mark = stage.mark();
    const observed = await leaveAfter(mark, 6, '"total_tokens":31');
    expectFailure(observed, 'interrupted');
    expect(observed.span.attributes['llm.token_count.total']).toBe(31);
    expect(sumOf(observed.metrics, 'gen_ai_client_token_usage_count')).toBe(4);
    expect(observed.row).toMatchObject({ response_flags: 'DC', 'gen_ai.usage.total_tokens': 31 });
  });

  test('at [DONE], as clients do: a success', async () => {
    const mark = stage.mark();
    const observed = await leaveAfter(mark, 7, '[DONE]');
    expectSuccess(observed);
    expect(observed.row).toMatchObject({ 'gen_ai.usage.total_tokens': 31, finish_reason: 'stop', error_type: null });
  });

  test('with the official client’s own abort', async () => {
    const mark = stage.mark();
    const controller = new AbortController();
    const headers = { 'x-script': stage.upstream.script(eventsThenSilence(mark, 3)) };
    const stream = await stage
      .client()
      .chat.completions.create(
        { model: mark.model, messages, stream: true },
        { query: { t: mark.id }, headers, signal: controller.signal },
      );
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'lo ') controller.abort();
    expectFailure(await stage.observe(mark), 'interrupted');
  });

  test('with an HTTP/2 reset', async () => {
    const mark = stage.mark();
    const session = connect(`http://127.0.0.1:${stage.port()}`);
    const request = session.request({
      ':method': 'POST',
      ':path': `/v1/chat/completions?t=${mark.id}`,
      'x-script': stage.upstream.script(eventsThenSilence(mark, 3)),
    });
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => {
      if (chunk.includes('lo ')) request.close(8);
    });
    request.end(bodyOf(mark, { stream: true }));
    const observed = await stage.observe(mark);
    session.close();
    expectFailure(observed, 'interrupted');
    expect(observed.span.attributes['llm.output_messages.0.message.content']).toBe('Hello ');
  });

  test('after the last byte of a JSON answer with content-length: a success', async () => {
    const mark = stage.mark();
    const connection = openRaw(stage.port());
    connection.write(
      requestFor(mark, (exchange) => exchange.write(answerOf(chatCompletion(mark.model))), bodyOf(mark)),
    );
    await connection.until('"total_tokens":31');
    connection.reset();
    const observed = await stage.observe(mark);
    expectSuccess(observed);
    expect(observed.row['gen_ai.usage.total_tokens']).toBe(31);
  });

  test('in the middle of a JSON answer', async () => {
    const mark = stage.mark();
    const body = chatCompletion(mark.model);
    const connection = openRaw(stage.port());
    connection.write(
      requestFor(
        mark,
        async (exchange) => {
          await exchange.write(answerOf(body).subarray(0, -40));
          await exchange.gone;
        },
        bodyOf(mark),
      ),
    );
    await connection.until('Hello there');
    connection.reset();
    const observed = await stage.observe(mark);
    expectFailure(observed, 'interrupted');
    expect(observed.span.attributes['output.value']).toContain('Hello there');
  });

  test('in the middle of a compressed stream', async () => {
    const mark = stage.mark();
    const bytes = gzipSync(chatEvents(mark.model).slice(0, 4).join(''), { finishFlush: 2 });
    const connection = openRaw(stage.port());
    connection.write(
      requestFor(mark, async (exchange) => {
        await exchange.write(SSE_HEAD.replace('\r\n\r\n', '\r\ncontent-encoding: gzip\r\n\r\n'));
        await exchange.write(chunkOf(bytes));
        await exchange.gone;
      }),
    );
    await connection.until('content-encoding: gzip');
    await connection.until('\r\n\r\n');
    await expect.poll(() => connection.received().length).toBeGreaterThan(bytes.length);
    connection.reset();
    const observed = await stage.observe(mark);
    expectFailure(observed, 'interrupted');
    expect(observed.span.attributes['llm.output_messages.0.message.content']).toBe('Hello there');
  });
});

describe('the upstream fails', () => {
  test('reset in mid-stream: what came goes to the client, the call is interrupted', async () => {
    const mark = stage.mark();
    const events = chatEvents(mark.model).slice(0, 4);
    const connection = openRaw(stage.port());
    let arrived = () => {};
    const hasArrived = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    connection.write(
      requestFor(mark, async (exchange) => {
        await exchange.write(SSE_HEAD);
        for (const event of events) await exchange.write(chunkOf(event));
        // a reset overtakes what is still on its way, with a filter and without
        await hasArrived;
        exchange.reset();
      }),
    );
    await connection.until(events[3] as string);
    arrived();
    await connection.closed;
    expect(parseRaw(connection.received()).body.toString()).toBe(events.join(''));
    const observed = await stage.observe(mark);
    expectFailure(observed, 'interrupted');
    expect(observed.span.attributes['llm.output_messages.0.message.content']).toBe('Hello there');
    expect(observed.row['response_flags']).toContain('U');
  });

  test('reset after [DONE]: a success', async () => {
    const mark = stage.mark();
    await askRaw(
      stage.port(),
      requestFor(mark, async (exchange) => {
        await exchange.write(SSE_HEAD);
        for (const event of chatEvents(mark.model)) await exchange.write(chunkOf(event));
        await exchange.pause(20);
        exchange.reset();
      }),
    );
    expectSuccess(await stage.observe(mark));
  });

  test('closed in order in the middle of a JSON answer', async () => {
    const mark = stage.mark();
    await askRaw(
      stage.port(),
      requestFor(
        mark,
        async (exchange) => {
          await exchange.write(answerOf(chatCompletion(mark.model)).subarray(0, -30));
          exchange.finish();
        },
        bodyOf(mark),
      ),
    );
    expectFailure(await stage.observe(mark), 'interrupted');
  });

  test('an answer without length that ends with the connection', async () => {
    const mark = stage.mark();
    const answer = await askRaw(
      stage.port(),
      requestFor(
        mark,
        async (exchange) => {
          await exchange.write(headOf('200 OK', { 'content-type': 'application/json', connection: 'close' }));
          await exchange.write(chatCompletion(mark.model));
          exchange.finish();
        },
        bodyOf(mark),
      ),
    );
    expect(answer.body.toString()).toBe(chatCompletion(mark.model));
    expectSuccess(await stage.observe(mark));
  });

  test('before any answer: Envoy’s 503', async () => {
    const mark = stage.mark();
    const answer = await askRaw(
      stage.port(),
      requestFor(mark, (exchange) => exchange.reset()),
    );
    expect(answer.statusLine).toContain('503');
    const observed = await stage.observe(mark);
    expectFailure(observed, '503');
    expect(observed.row['error_type']).toBe('503');
  });

  test('not there: 503, for the official client too', async () => {
    const mark = stage.mark();
    const asked = stage
      .client('down')
      .chat.completions.create({ model: mark.model, messages }, { query: { t: mark.id } });
    await expect(asked).rejects.toThrow(OpenAI.InternalServerError);
    const observed = await stage.observe(mark, 'down');
    expectFailure(observed, '503');
    expect(observed.span.events[0]?.attributes['exception.type']).toBe('InternalServerError');
    expect(observed.row).toMatchObject({ response_flags: 'UF', error_type: '503', backend_name: 'llm_down' });
  });

  test('too slow: Envoy’s 504', async () => {
    const mark = stage.mark();
    const answer = await askRaw(
      stage.port('slow'),
      requestFor(mark, (exchange) => exchange.gone),
    );
    expect(answer.statusLine).toContain('504');
    expectFailure(await stage.observe(mark, 'slow'), '504');
  });

  test('an answer while the request is still coming', async () => {
    const mark = stage.mark();
    const script = stage.upstream.earlyScript(async (exchange) => {
      await exchange.write(answerOf('{"error":"no"}', { connection: 'close' }, '401 Unauthorized'));
      exchange.finish();
    });
    const connection = openRaw(stage.port());
    connection.write(
      `POST /v1/chat/completions?t=${mark.id} HTTP/1.1\r\nhost: a\r\nx-script: ${script}\r\ncontent-length: 5000\r\n\r\n`,
    );
    connection.write(bodyOf(mark).slice(0, -5));
    await connection.until('{"error":"no"}');
    connection.close();
    expectFailure(await stage.observe(mark), '401');
  });

  test('retried by Envoy: one call, the last answer', async () => {
    const mark = stage.mark();
    let attempts = 0;
    const answer = await askRaw(
      stage.port('retried'),
      requestFor(
        mark,
        (exchange) => {
          attempts += 1;
          return exchange.write(
            attempts < 3 ? answerOf('{}', {}, '500 Internal Server Error') : answerOf(chatCompletion(mark.model)),
          );
        },
        bodyOf(mark),
      ),
    );
    expect(answer.body.toString()).toBe(chatCompletion(mark.model));
    expect(attempts).toBe(3);
    expectSuccess(await stage.observe(mark, 'retried'));
  });
});

describe('all of them', () => {
  test('every call gave exactly one span and one duration sample', () => stage.expectOneRecordPerCall());

  test('Envoy had no trouble with the observation', () => stage.expectNoTrouble('llm', 'down', 'slow', 'retried'));
});
