import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { answerOf, chatCompletion, chatEvents, chunkOf, LAST_CHUNK, SSE_HEAD } from '../support/openai-answers.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import type { ListenerParts } from './support/gateway-config.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

/** The access log's filter of examples/access-log-sampling, on the recommended configuration. */
const FILTER_TEXT = readFileSync(
  new URL('../../examples/access-log-sampling/access-log-filter.yaml', import.meta.url),
  'utf8',
);

/** Puts the filter in, with another share, and a slowness that a test can wait for. */
function sample(share: number, slow = '30s') {
  return ({ manager }: ListenerParts): void => {
    const text = FILTER_TEXT.replace("duration('30s')", `duration('${slow}')`).replace(
      'numerator: 10,',
      `numerator: ${share},`,
    );
    expect(text).toContain(`numerator: ${share},`);
    expect(text).toContain(`duration('${slow}')`);
    const [log] = manager['access_log'] as [{ filter?: unknown }];
    log.filter = (parse(text) as { filter: unknown }).filter;
  };
}

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    asWritten: { change: sample(10) },
    none: { change: sample(0) },
    all: { change: sample(100) },
    quick: { change: sample(0, '0.2s') },
  });
});
afterAll(() => stage.close());

type Variant = 'asWritten' | 'none' | 'all' | 'quick';

/** Makes one call through a listener, whatever becomes of it. */
async function call(variant: Variant, run: UpstreamScript): Promise<Mark> {
  const mark = stage.mark();
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const headers = { 'x-script': stage.upstream.script(run) };
  await stage
    .client(variant)
    .chat.completions.create({ model: mark.model, messages }, { query: { t: mark.id }, headers })
    .catch(() => undefined);
  return mark;
}

/** Which of the calls have a row. Rows are written in order, so one that comes surely, made last, says that all are there. */
async function logged(variant: Variant, marks: readonly Mark[]): Promise<boolean[]> {
  await stage.row(await call(variant, (exchange) => exchange.write(answerOf('{}', {}, '500 Internal Server Error'))));
  const rows = await stage.envoy.accessLog();
  return marks.map((mark) => rows.some((row) => String(row['request.path']).includes(`t=${mark.id}`)));
}

const answered =
  (usage: object, pauseMillis = 0): UpstreamScript =>
  async (exchange) => {
    await exchange.pause(pauseMillis);
    await exchange.write(answerOf(chatCompletion('m', { usage })));
  };
const cheap = answered({ prompt_tokens: 5_000, completion_tokens: 4_999, total_tokens: 9_999 });
const failing =
  (status: string): UpstreamScript =>
  (exchange) =>
    exchange.write(answerOf('{"error":{"message":"no"}}', {}, status));
/** A stream in which an error event follows its first content. */
const broken: UpstreamScript = async (exchange) => {
  await exchange.write(SSE_HEAD);
  for (const event of chatEvents('m').slice(0, 2)) await exchange.write(chunkOf(event));
  await exchange.write(chunkOf('data: {"error":{"type":"overloaded_error","message":"no"}}\n\n'));
  await exchange.write(LAST_CHUNK);
};

/** A stream that the upstream gives up. */
const cut: UpstreamScript = async (exchange) => {
  await exchange.write(SSE_HEAD);
  for (const event of chatEvents('m').slice(0, 3)) await exchange.write(chunkOf(event));
  await exchange.pause(50);
  exchange.reset();
};

test('with a share of nothing only the calls worth reading have a row', async () => {
  const scripts: [UpstreamScript, boolean][] = [
    [cheap, false],
    [answered({ prompt_tokens: 9_000, completion_tokens: 1_000, total_tokens: 10_000 }), true],
    [answered({ prompt_tokens: 10_000, total_tokens: 10_000 }), true],
    [answered({}), false],
    [failing('400 Bad Request'), true],
    [failing('429 Too Many Requests'), true],
    [failing('503 Service Unavailable'), true],
    [broken, true],
    [cut, true],
    [cheap, false],
  ];
  const marks: Mark[] = [];
  for (const [script] of scripts) marks.push(await call('none', script));
  expect(await logged('none', marks)).toEqual(scripts.map(([, kept]) => kept));
});

test('a slow call has a row', async () => {
  const marks = [await call('quick', answered({}, 0)), await call('quick', answered({}, 400))];
  expect(await logged('quick', marks)).toEqual([false, true]);
});

test('with a share of all every call has a row', async () => {
  expect(await logged('all', [await call('all', cheap), await call('all', cheap)])).toEqual([true, true]);
});

test('as it is written, some have one and most have none', async () => {
  const marks: Mark[] = [];
  for (let index = 0; index < 60; index++) marks.push(await call('asWritten', cheap));
  const kept = (await logged('asWritten', marks)).filter(Boolean).length;
  // the chance of more than 20 of 60 at one in ten is below one in a million
  expect(kept).toBeLessThanOrEqual(20);
});
