import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createHeldContent } from '../../src/exchange/held-content.js';
import type { Reply } from '../../src/model/reply.js';
import { Counters } from '../../src/util/counters.js';
import { SHED, type ShedLevel } from '../../src/util/shed-level.js';
import { type Bench, createBench, rawHeaders } from '../support/drive-exchange.js';
import { FORM_HEADERS, form } from '../support/form.js';

const SECRET = 'a word that nobody else says';
const MODEL = 'gpt-4o-mini';
const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const attribute = () => undefined;

const big = (text: string) => text.repeat(20_000);
const requestOf = (content: string) => JSON.stringify({ model: MODEL, messages: [{ role: 'user', content }] });
const answerOf = (content: string) =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: MODEL,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: USAGE,
  });
const chunk = (members: object) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: MODEL, choices: [], ...members })}\n\n`;
const stream = (content: string) =>
  `${chunk({ choices: [{ index: 0, delta: { content } }] }).repeat(50)}${chunk({ usage: USAGE })}data: [DONE]\n\n`;

interface Kind {
  request: string | Buffer;
  answer: string | Buffer;
  path?: string;
  requestHeaders?: Record<string, string>;
  answerHeaders?: Record<string, string>;
}

const KINDS: Record<string, Kind> = {
  'small JSON': { request: requestOf(SECRET), answer: answerOf(SECRET) },
  'big JSON': { request: requestOf(big(SECRET)), answer: answerOf(big(SECRET)) },
  'a stream': {
    request: requestOf(SECRET),
    answer: stream(SECRET),
    answerHeaders: { 'content-type': 'text/event-stream' },
  },
  'compressed JSON': {
    request: gzipSync(requestOf(SECRET)),
    answer: gzipSync(answerOf(SECRET)),
    requestHeaders: { 'content-encoding': 'gzip' },
    answerHeaders: { 'content-encoding': 'gzip' },
  },
  'a form': {
    request: form(['model', 'whisper-1'], ['prompt', SECRET]),
    answer: JSON.stringify({
      text: SECRET,
      usage: { type: 'tokens', input_tokens: 11, output_tokens: 7, total_tokens: 18 },
    }),
    path: '/v1/audio/transcriptions',
    requestHeaders: FORM_HEADERS,
  },
};

const PIECES = 4;

function cut(body: string | Buffer): Buffer[] {
  const bytes = Buffer.from(body);
  const size = Math.ceil(bytes.length / PIECES);
  return Array.from({ length: PIECES }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

/** Runs one call in eight pieces of body; `between`: before the piece of that number. */
async function run(bench: Bench, kind: Kind, between: (piece: number) => void = () => undefined): Promise<Reply[]> {
  const { exchange } = bench;
  const replies: Reply[] = [];
  const head = { ':method': 'POST', ':path': kind.path ?? '/v1/chat/completions', 'content-type': 'application/json' };
  replies.push(exchange.requestHeaders(rawHeaders({ ...head, ...kind.requestHeaders }), false, attribute));
  let piece = 0;
  for (const [index, bytes] of cut(kind.request).entries()) {
    between(piece++);
    replies.push(exchange.requestBody(bytes, index === PIECES - 1, attribute));
  }
  const answer = { ':status': '200', 'content-type': 'application/json', ...kind.answerHeaders };
  replies.push(exchange.responseHeaders(rawHeaders(answer), false, attribute));
  for (const [index, bytes] of cut(kind.answer).entries()) {
    between(piece++);
    replies.push(await exchange.responseBody(bytes, index === PIECES - 1, attribute));
    await wait(0);
  }
  exchange.close();
  bench.settle();
  return replies;
}

/** Everything that a call's span and metadata say, as text. */
function saidBy(bench: Bench, replies: readonly Reply[]): string {
  return JSON.stringify([bench.spans, replies.map(({ metadata }) => [...(metadata ?? [])])]);
}

describe.each(Object.entries(KINDS))('%s under load', (_name, kind) => {
  const told = ({ model, usage, failure }: { model?: unknown; usage: object; failure?: unknown }) => ({
    model,
    usage,
    failure,
  });
  const of = (bench: Bench) => {
    const [record] = bench.records;
    return told({ model: record!.requestModel, usage: record!.usage, failure: record!.failure });
  };

  it('has its content when there is none', async () => {
    const bench = createBench();
    expect(saidBy(bench, await run(bench, kind))).toContain(SECRET);
    expect(bench.counters.values['content.shed']).toBe(0);
    expect(of(bench).usage).toMatchObject({ input: 11, output: 7 });
  });

  it('keeps model, usage and its span, and loses its content, and says so', async () => {
    const quiet = createBench();
    await run(quiet, kind);
    const bench = createBench({ load: { shedLevel: () => SHED.content } });
    const said = saidBy(bench, await run(bench, kind));
    expect(said).not.toContain(SECRET);
    expect(of(bench)).toEqual(of(quiet));
    expect(bench.spans[0]?.attributes).toMatchObject({ 'genai_extproc.content.shed': true });
    expect(bench.spans[0]?.attributes).not.toHaveProperty('input.value');
    expect(bench.counters.values).toMatchObject({ 'content.shed': 1, 'spans.shed': 0, 'calls.recorded': 1 });
  });

  it('has no span when spans are left out, and keeps its record and metadata', async () => {
    const quiet = createBench();
    const whole = await run(quiet, kind);
    const bench = createBench({ load: { shedLevel: () => SHED.spans } });
    const replies = await run(bench, kind);
    expect(bench.started()).toBe(0);
    expect(replies.flatMap(({ headers }) => headers ?? [])).toEqual([]);
    expect(of(bench)).toEqual(of(quiet));
    const keys = (all: readonly Reply[]) => new Set(all.flatMap(({ metadata }) => [...(metadata?.keys() ?? [])]));
    const traced = new Set(['trace_id', 'span_id']);
    expect(keys(replies)).toEqual(new Set([...keys(whole)].filter((key) => !traced.has(key))));
    expect(bench.counters.values).toMatchObject({ 'content.shed': 1, 'spans.shed': 1, 'calls.recorded': 1 });
  });

  it.each(Array.from({ length: 2 * PIECES }, (_, piece) => piece))(
    'lets its content go before piece %i and still finds model and usage',
    async (at) => {
      const quiet = createBench();
      await run(quiet, kind);
      const counters = new Counters();
      const held = createHeldContent(1_000_000, counters);
      const bench = createBench({ counters, load: { held } });
      await run(bench, kind, (piece) => {
        if (piece !== at) return;
        // another call needs all the room that there is
        const other = held.open(() => 0);
        other.set(1_000_001);
        other.close();
      });
      expect(of(bench)).toEqual(of(quiet));
      expect(counters.gauges).toMatchObject({ 'calls.open': 0, 'calls.held': 0 });
    },
  );

  it.each(Array.from({ length: 2 * PIECES }, (_, piece) => piece))(
    'lets everything go before piece %i and is still recorded, once',
    async (at) => {
      const counters = new Counters();
      const held = createHeldContent(1000, counters);
      const bench = createBench({ counters, load: { held } });
      const replies = await run(bench, kind, (piece) => {
        if (piece !== at) return;
        // another call takes all the room that there is
        const other = held.open(() => 10_000);
        other.set(10_000);
        other.close();
      });
      expect(bench.records).toHaveLength(1);
      expect(saidBy(bench, replies)).not.toContain(SECRET);
      expect(counters.values).toMatchObject({ 'content.shed': 1, 'content.given_up': 1, 'calls.recorded': 1 });
      expect(counters.gauges).toMatchObject({ 'calls.open': 0, 'calls.held': 0 });
    },
  );
});

it('a call that began before the load keeps its span to its end', async () => {
  let level: ShedLevel = SHED.nothing;
  const bench = createBench({ load: { shedLevel: () => level } });
  await run(bench, KINDS['a stream'] as Kind, () => {
    level = SHED.spans;
  });
  expect(bench.spans).toHaveLength(1);
  expect(bench.counters.values['spans.shed']).toBe(0);
});
