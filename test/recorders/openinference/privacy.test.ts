import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import type { SpanEnd } from '../../../src/model/trace.js';
import type { Driven } from '../../support/drive-exchange.js';
import { chatRequest, type Kind, type SecretExchange, secret, secretExchanges } from './privacy-fields.js';
import { drive, EXCHANGES, everyExchange, HIDES, hiddenKinds, policyOf, SWITCHES } from './privacy-switches.js';

const attributesOf = (driven: Driven) => (driven.spans[0] as SpanEnd).attributes;

/** The kinds of secrets that left the process with the span or the metadata. */
function shown({ spans, metadata }: Driven): Set<string> {
  const everything = JSON.stringify({ spans, metadata: { ...metadata } });
  return new Set([...everything.matchAll(/SECRET-(\w+)-/g)].map((match) => match[1] as string));
}

describe.each(EXCHANGES)('%s', (name) => {
  const exchange = (text = '') => everyExchange(text)[name] as SecretExchange;
  const present = (one: SecretExchange) =>
    new Set([...`${one.request}${one.response}`.matchAll(/SECRET-(\w+)-/g)].map((match) => match[1]));

  test('without a switch everything is shown', async () => {
    const seen = shown(await drive(exchange(), {}));
    expect(seen).toEqual(present(exchange()));
  });

  test.each(SWITCHES)('%s hides its own, and nothing that another switch is for', async (each) => {
    const one = exchange();
    const seen = shown(await drive(one, { [each]: true }));
    for (const kind of HIDES[each]) expect(seen.has(kind) ? kind : 'hidden').toBe('hidden');
    if (name === 'broken bodies') return; // what does not parse is hidden whole
    const others = [...present(one)].filter((kind) => !HIDES[each].includes(kind as Kind));
    // of hidden inputs' parameters only numbers, booleans and the model stay; the rest of both sides is untouched
    for (const kind of others) expect(seen.has(kind as string) ? 'shown' : kind).toBe('shown');
  });

  test('any switches together hide what each of them hides', async () => {
    const texts = fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'x', 'ü', '🙂', '{', ','), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.subarray(SWITCHES), texts, async (switches, text) => {
        const driven = await drive(exchange(text), policyOf(switches));
        const seen = shown(driven);
        for (const kind of hiddenKinds(switches)) expect(seen.has(kind) ? kind : 'hidden').toBe('hidden');
        expect(driven.errors).toEqual([]);
      }),
      { numRuns: 40, seed: 21 },
    );
  });

  test.each(SWITCHES)('%s leaves no body in an exception', async (each) => {
    const one = { ...exchange(), response: secret('error') };
    const { spans } = await drive(one, { [each]: true }, 429);
    expect(JSON.stringify(spans)).not.toContain('SECRET-error');
    expect(spans[0]?.status).toEqual({ code: 'ERROR', message: 'Error code: 429' });
    expect(spans[0]?.events[0]?.attributes).toEqual({
      'exception.type': 'RateLimitError',
      'exception.message': 'Error code: 429',
    });
  });
});

describe('error events', () => {
  test('are hidden like error answers, and shown without a switch', async () => {
    const one = {
      ...(secretExchanges('')['chat, streamed'] as SecretExchange),
      response: `data: {"error":{"type":"${secret('error')}"}}\n\n`,
    };
    expect(shown(await drive(one, { hideInputText: true })).has('error')).toBe(false);
    const { spans } = await drive(one, {});
    expect(spans[0]?.status).toMatchObject({ message: expect.stringContaining('SECRET-error') });
  });
});

describe('inline images', () => {
  const one = (limit: number, policy: Partial<ContentPolicy> = {}) =>
    drive(secretExchanges('')['chat'] as SecretExchange, { base64ImageMaxLength: limit, ...policy });

  test('beyond the limit are replaced in both places, whatever is switched', async () => {
    const driven = await one(200);
    expect(shown(driven).has('longImage')).toBe(false);
    expect(shown(driven).has('inputImage')).toBe(true);
    const attributes = attributesOf(driven);
    expect(attributes['llm.input_messages.1.message.contents.4.message_content.image.image.url']).toBe('__REDACTED__');
    expect(String(attributes['input.value'])).toContain('"image_url":{"url":"__REDACTED__"}');
  });

  test('up to the limit are shown, and the body stays as it was', async () => {
    const attributes = attributesOf(await one(32_000));
    expect(attributes['input.value']).toBe(JSON.stringify(chatRequest('')));
  });

  test('that are hidden are dropped as parts, and marked in the value', async () => {
    const attributes = attributesOf(await one(32_000, { hideInputImages: true }));
    expect(Object.keys(attributes).filter((key) => key.includes('.image.'))).toEqual([]);
    expect(attributes['llm.input_messages.1.message.contents.2.message_content.type']).toBeUndefined();
    expect(attributes['llm.input_messages.1.message.contents.0.message_content.text']).toBe(secret('inputText'));
    expect(String(attributes['input.value'])).toContain('"image_url":{"detail":"low","url":"__REDACTED__"}');
  });
});

describe('what takes the place of the hidden', () => {
  test('HIDE_INPUTS and HIDE_OUTPUTS: the marker without a mime type, and harmless parameters', async () => {
    const attributes = attributesOf(
      await drive(secretExchanges('')['chat'] as SecretExchange, { hideInputs: true, hideOutputs: true }),
    );
    expect(attributes['input.value']).toBe('__REDACTED__');
    expect(attributes['output.value']).toBe('__REDACTED__');
    expect(attributes['input.mime_type']).toBeUndefined();
    expect(attributes['output.mime_type']).toBeUndefined();
    expect(attributes['llm.invocation_parameters']).toBe('{"model":"gpt-4o","temperature":0.5}');
    expect(attributes['llm.token_count.total']).toBe(3);
    expect(Object.keys(attributes).filter((key) => /^llm\.(input_messages|output_messages|tools)/.test(key))).toEqual(
      [],
    );
  });

  test('texts: the marker, and the keys stay', async () => {
    const attributes = attributesOf(
      await drive(secretExchanges('')['chat'] as SecretExchange, { hideInputText: true, hideOutputText: true }),
    );
    expect(attributes['llm.input_messages.0.message.content']).toBe('__REDACTED__');
    expect(attributes['llm.input_messages.0.message.role']).toBe('system');
    expect(attributes['llm.input_messages.1.message.contents.0.message_content.text']).toBe('__REDACTED__');
    expect(attributes['llm.output_messages.0.message.content']).toBe('__REDACTED__');
    expect(JSON.parse(String(attributes['output.value'])).choices).toEqual([
      {
        index: 0,
        finish_reason: 'stop',
        message: {
          role: 'assistant',
          content: '__REDACTED__',
          refusal: '__REDACTED__',
          reasoning: '__REDACTED__',
          reasoning_content: '__REDACTED__',
          reasoning_details: '__REDACTED__',
          annotations: '__REDACTED__',
          audio: '__REDACTED__',
          tool_calls: [
            { index: 0, id: 'call_2', type: 'function', function: { name: 'f', arguments: secret('outputToolCall') } },
          ],
        },
      },
    ]);
  });

  test('messages: values without them', async () => {
    const attributes = attributesOf(
      await drive(secretExchanges('')['chat'] as SecretExchange, { hideInputMessages: true, hideOutputMessages: true }),
    );
    expect(Object.keys(JSON.parse(String(attributes['input.value'])))).toEqual([
      'model',
      'temperature',
      'user',
      'metadata',
      'stop',
      'tools',
      'functions',
    ]);
    expect(JSON.parse(String(attributes['output.value'])).choices).toEqual([{ index: 0, finish_reason: 'stop' }]);
  });

  test('prompts, choices, texts and vectors: a marker each', async () => {
    const policy = { hidePrompts: true, hideChoices: true, hideEmbeddingsText: true, hideEmbeddingsVectors: true };
    const completion = attributesOf(await drive(secretExchanges('')['completions'] as SecretExchange, policy));
    expect(completion['llm.prompts.0.prompt.text']).toBe('__REDACTED__');
    expect(completion['llm.choices.0.completion.text']).toBe('__REDACTED__');
    expect(JSON.parse(String(completion['input.value']))).toMatchObject({
      prompt: ['__REDACTED__'],
      suffix: '__REDACTED__',
    });
    const embedding = attributesOf(await drive(secretExchanges('')['embeddings'] as SecretExchange, policy));
    expect(embedding['embedding.embeddings.1.embedding.text']).toBe('__REDACTED__');
    expect(embedding['embedding.embeddings.1.embedding.vector']).toBe('__REDACTED__');
    expect(JSON.parse(String(embedding['output.value'])).data[1]).toEqual({ index: 1, embedding: '__REDACTED__' });
    expect(JSON.stringify(embedding)).not.toContain('0.123456789');
  });

  test('a body that does not parse: the marker as a whole', async () => {
    const attributes = attributesOf(
      await drive(secretExchanges('')['broken bodies'] as SecretExchange, { hideTools: true, hideOutputText: true }),
    );
    expect([attributes['input.value'], attributes['output.value']]).toEqual(['__REDACTED__', '__REDACTED__']);
  });
});
