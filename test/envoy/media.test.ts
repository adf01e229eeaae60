import { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, chunkOf, eventOf, LAST_CHUNK, SSE_HEAD } from '../support/openai-answers.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

const options = (mark: Mark, run: UpstreamScript) => ({
  query: { t: mark.id },
  headers: { 'x-script': stage.upstream.script(run), 'agent-session-id': 's-media' },
});
const streamOf =
  (...events: object[]): UpstreamScript =>
  async (exchange) => {
    await exchange.write(SSE_HEAD);
    for (const event of events) {
      await exchange.write(chunkOf(eventOf(event)));
      await exchange.pause(5);
    }
    await exchange.write(LAST_CHUNK);
  };

const IMAGE_USAGE = { input_tokens: 10, output_tokens: 20, total_tokens: 30 };
const SOUND_USAGE = { type: 'tokens', input_tokens: 14, output_tokens: 45, total_tokens: 59 };
/** More than Envoy shows in one message, and more than is kept of a body. */
const SOUND = Buffer.alloc(3 << 20, 'sound ');

describe('the official client, images and audio', () => {
  test('a large image', async () => {
    const mark = stage.mark();
    const body = JSON.stringify({ created: 1, data: [{ b64_json: 'QUJD'.repeat(375_000) }], usage: IMAGE_USAGE });
    const answer = await stage.client().images.generate(
      { model: mark.model, prompt: 'a cat' },
      options(mark, (exchange) => exchange.write(answerOf(body))),
    );
    expect(answer.data?.[0]?.b64_json).toHaveLength(1_500_000);
    const { row, span } = await stage.observe(mark);
    expect(span).toMatchObject({ name: 'ImagesResponse', status: { code: 'OK' } });
    expect(span.attributes).toMatchObject({ 'llm.token_count.total': 30, 'genai_extproc.content.truncated': true });
    expect(row).toMatchObject({ 'gen_ai.usage.total_tokens': 30, 'session.id': 's-media' });
  });

  test('an edit: the form of the client, whose model comes behind its files', async () => {
    const mark = stage.mark();
    const body = JSON.stringify({ created: 1, data: [{ url: 'https://images.test/1.png' }], usage: IMAGE_USAGE });
    await stage.client().images.edit(
      {
        image: [await toFile(SOUND, 'cat ü.png', { type: 'image/png' }), await toFile(Buffer.from('x'), 'dog.png')],
        prompt: 'both',
        model: mark.model,
        n: 2,
      },
      options(mark, (exchange) => exchange.write(answerOf(body))),
    );
    const { row, span } = await stage.observe(mark);
    expect(JSON.parse(String(span.attributes['input.value']))).toEqual({
      image: [
        { name: 'cat ü.png', size: SOUND.length },
        { name: 'dog.png', size: 1 },
      ],
      prompt: 'both',
      model: mark.model,
      n: 2,
    });
    expect(span.attributes).toMatchObject({
      'llm.invocation_parameters': JSON.stringify({ model: mark.model, n: 2 }),
      'output.images.0.image.url': 'https://images.test/1.png',
    });
    expect(row).toMatchObject({ 'gen_ai.request.model': mark.model, 'gen_ai.usage.output_tokens': 20 });
  });

  test('speech: the client has every byte, the span their number', async () => {
    const mark = stage.mark();
    const answer = await stage.client().audio.speech.create(
      { model: mark.model, input: 'Hello', voice: 'alloy' },
      options(mark, (exchange) => exchange.write(answerOf(SOUND, { 'content-type': 'audio/mpeg' }))),
    );
    expect(Buffer.from(await answer.arrayBuffer()).equals(SOUND)).toBe(true);
    const { span } = await stage.observe(mark);
    expect(span).toMatchObject({ name: 'AudioSpeech', status: { code: 'OK' } });
    expect(span.attributes['output.value']).toBe(JSON.stringify({ content_type: 'audio/mpeg', size: SOUND.length }));
    expect(span.attributes['genai_extproc.content.truncated']).toBeUndefined();
  });

  test('a transcript as JSON', async () => {
    const mark = stage.mark();
    const body = JSON.stringify({ text: 'Hello', usage: SOUND_USAGE });
    const answer = await stage.client().audio.transcriptions.create(
      { file: await toFile(SOUND, 'hello.wav'), model: mark.model, include: ['logprobs'], temperature: 0.5 },
      options(mark, (exchange) => exchange.write(answerOf(body))),
    );
    expect(answer.text).toBe('Hello');
    const { row, span } = await stage.observe(mark);
    expect(JSON.parse(String(span.attributes['input.value']))).toEqual({
      file: { name: 'hello.wav', size: SOUND.length },
      model: mark.model,
      include: ['logprobs'],
      temperature: 0.5,
    });
    expect(span.attributes).toMatchObject({ 'output.value': body, 'llm.token_count.prompt': 14 });
    expect(row).toMatchObject({ 'gen_ai.request.model': mark.model, 'gen_ai.usage.total_tokens': 59 });
  });

  test('a transcript as a text', async () => {
    const mark = stage.mark();
    const answer = await stage.client().audio.transcriptions.create(
      { file: await toFile(Buffer.from('x'), 'hello.wav'), model: mark.model, response_format: 'srt' },
      options(mark, (exchange) => exchange.write(answerOf('1\nHello\n', { 'content-type': 'text/plain' }))),
    );
    expect(answer).toBe('1\nHello\n');
    const { span } = await stage.observe(mark);
    expect(span).toMatchObject({ name: 'Transcription', status: { code: 'OK' } });
    expect(span.attributes).toMatchObject({ 'output.value': '1\nHello\n', 'output.mime_type': 'text/plain' });
  });

  test('a transcript as a stream', async () => {
    const mark = stage.mark();
    const stream = await stage
      .client()
      .audio.transcriptions.create(
        { file: await toFile(Buffer.from('x'), 'hello.wav'), model: mark.model, stream: true },
        options(
          mark,
          streamOf(
            { type: 'transcript.text.delta', delta: 'Hel' },
            { type: 'transcript.text.delta', delta: 'lo' },
            { type: 'transcript.text.done', text: 'Hello', usage: SOUND_USAGE },
          ),
        ),
      );
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toHaveLength(3);
    const { span, metrics } = await stage.observe(mark);
    expect(span.events.map(({ name }) => name)).toEqual(['First Token Stream Event']);
    expect(span.attributes).toMatchObject({
      'output.value': JSON.stringify({ text: 'Hello', usage: SOUND_USAGE }),
      'llm.token_count.completion': 45,
    });
    expect(metrics.map(({ name }) => name)).toContain('gen_ai_server_time_to_first_token_seconds_count');
  });

  test('every call gave one record, and Envoy had no trouble with us', async () => {
    await stage.expectOneRecordPerCall();
    await stage.expectNoTrouble();
  });
});
