import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countTokens, splitTokens } from '../../src/up/simulated/tokens.js';
import { type SimulatedModel, startSimulatedModel } from '../../src/up/simulated-model.js';

let model: SimulatedModel;
let client: OpenAI;

beforeAll(async () => {
  model = await startSimulatedModel();
  client = new OpenAI({ baseURL: `${model.url}/v1`, apiKey: 'none', maxRetries: 0 });
});

afterAll(() => model.close());

const messages = [
  { role: 'system' as const, content: 'Be brief.' },
  { role: 'user' as const, content: [{ type: 'text' as const, text: 'Say hi' }] },
];

describe('tokens', () => {
  test.each(['', 'Say hi', '  two  blanks ', 'emoji 👩‍💻, ümläuts and ελληνικά', 'averyveryverylongword', '\n\t'])(
    '%j is whole',
    (text) => {
      expect(splitTokens(text).join('')).toBe(text);
      expect(countTokens(text)).toBe(splitTokens(text).length);
    },
  );

  test('a long run of blanks costs no time', () => {
    const began = Date.now();
    countTokens(' '.repeat(1_000_000));
    expect(Date.now() - began).toBeLessThan(1000);
  });
});

describe('chat completions with the official client', () => {
  test('the answer says that it is simulated, quotes the question and counts what it read and wrote', async () => {
    const answer = await client.chat.completions.create({ model: 'any', messages });
    const text = answer.choices[0]?.message.content ?? '';
    expect(text).toMatch(/^This answer is simulated/);
    expect(text).toContain('“Say hi”');
    expect(answer.model).toBe('simulated');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.usage).toEqual({
      prompt_tokens: countTokens('Be brief.\nSay hi'),
      completion_tokens: countTokens(text),
      total_tokens: countTokens('Be brief.\nSay hi') + countTokens(text),
    });
  });

  test('max_tokens cuts it, and n gives several', async () => {
    const answer = await client.chat.completions.create({ model: 'any', messages, max_completion_tokens: 3, n: 2 });
    expect(answer.choices.map((choice) => [choice.index, choice.finish_reason])).toEqual([
      [0, 'length'],
      [1, 'length'],
    ]);
    expect(answer.choices[0]?.message.content).toBe('This answer is');
    expect(answer.usage?.completion_tokens).toBe(6);
  });

  test('a stream says the same as the whole answer, token by token, and its usage comes last', async () => {
    const whole = await client.chat.completions.create({ model: 'any', messages, n: 2 });
    const stream = await client.chat.completions.create({
      model: 'any',
      messages,
      n: 2,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts = ['', ''];
    let chunks = 0;
    let last: OpenAI.ChatCompletionChunk | undefined;
    for await (const chunk of stream) {
      last = chunk;
      for (const choice of chunk.choices) {
        texts[choice.index] += choice.delta.content ?? '';
        if (choice.delta.content) chunks += 1;
      }
      if (chunk.choices.length > 0) expect(chunk.usage).toBeNull();
    }
    expect(texts).toEqual(whole.choices.map((choice) => choice.message.content));
    expect(last?.choices).toEqual([]);
    expect(last?.usage).toEqual(whole.usage);
    expect(chunks).toBe(whole.usage?.completion_tokens);
  });

  test('a stream that did not ask for usage has none', async () => {
    const stream = await client.chat.completions.create({ model: 'any', messages, stream: true });
    for await (const chunk of stream) expect(chunk).not.toHaveProperty('usage');
  });
});

describe('other endpoints', () => {
  test('legacy completions, whole and streamed', async () => {
    const whole = await client.completions.create({ model: 'any', prompt: ['one', 'two'], max_tokens: 5 });
    expect(whole.choices.map((choice) => choice.text)).toEqual(
      ['This answer is simulat', 'This answer is simulat'].map((text) => `${text}ed`),
    );
    let text = '';
    const stream = await client.completions.create({ model: 'any', prompt: 'one', stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
    expect(text).toMatch(/^This answer is simulated/);
  });

  test('embeddings: one unit vector per input, the same for the same text, as floats and base64', async () => {
    const input = ['hello', 'world', 'hello'];
    const floats = await client.embeddings.create({ model: 'any', input, encoding_format: 'float', dimensions: 8 });
    const [first, second, third] = floats.data.map((item) => item.embedding);
    expect(first).toHaveLength(8);
    expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5);
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
    // the client asks for base64 by itself and decodes it
    const decoded = await client.embeddings.create({ model: 'any', input, dimensions: 8 });
    expect(Array.from(decoded.data[0]?.embedding ?? [])).toEqual(first);
    const tokens = input.reduce((sum, text) => sum + countTokens(text), 0);
    expect(floats.usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });
  });

  test('the list of models', async () => {
    const { data } = await client.models.list();
    expect(data.map((entry) => entry.id)).toEqual(['simulated']);
  });

  test('any path prefix, as behind a path rewrite', async () => {
    const response = await fetch(`${model.url}/api/openai/v1/embeddings?x=1`, {
      method: 'POST',
      body: '{"model":"m","input":"hi"}',
    });
    expect(response.status).toBe(200);
  });
});

describe('refusals are OpenAI errors', () => {
  const post = (path: string, body: string) => fetch(`${model.url}${path}`, { method: 'POST', body });

  test.each([
    ['/v1/chat/completions', '{', 400, null],
    ['/v1/chat/completions', '[]', 400, null],
    ['/v1/chat/completions', '{"messages":[]}', 400, 'model'],
    ['/v1/chat/completions', '{"model":"m"}', 400, 'messages'],
    ['/v1/chat/completions', '{"model":"m","messages":[{}],"n":0}', 400, 'n'],
    ['/v1/chat/completions', '{"model":"m","messages":[{}],"n":1000}', 400, 'n'],
    ['/v1/chat/completions', '{"model":"m","messages":[{}],"max_tokens":-1}', 400, 'max_tokens'],
    ['/v1/completions', '{"model":"m"}', 400, 'prompt'],
    ['/v1/embeddings', '{"model":"m","input":[]}', 400, 'input'],
    ['/v1/embeddings', '{"model":"m","input":["a",1]}', 400, 'input'],
    ['/v1/embeddings', '{"model":"m","input":"a","dimensions":1e9}', 400, 'dimensions'],
    ['/v1/embeddings', '{"model":"m","input":"a","encoding_format":"x"}', 400, 'encoding_format'],
    ['/v1/audio/speech', '{}', 404, null],
  ])('%s %s', async (path, body, status, param) => {
    const response = await post(path, body);
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ type: 'invalid_request_error', param });
    expect(error['message']).toEqual(expect.any(String));
  });

  test('the official client raises them as such', async () => {
    await expect(client.chat.completions.create({ model: '', messages })).rejects.toThrow(OpenAI.BadRequestError);
  });

  test('a GET that is no list of models', async () => {
    expect((await fetch(`${model.url}/v1/files`)).status).toBe(404);
  });
});

test('a paced stream comes in pieces, and a client that leaves stops it', async () => {
  const paced = await startSimulatedModel({ paceMillis: 20 });
  const controller = new AbortController();
  const response = await fetch(`${paced.url}/v1/chat/completions`, {
    method: 'POST',
    body: '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}',
    signal: controller.signal,
  });
  const reader = response.body?.getReader();
  const first = new TextDecoder().decode((await reader?.read())?.value);
  expect(first).toContain('"role":"assistant"');
  expect(first).not.toContain('[DONE]');
  controller.abort();
  await paced.close();
});
