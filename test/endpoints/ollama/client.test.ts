import { Ollama } from 'ollama';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureServer, startCaptureServer } from '../../support/capture-server.js';
import { checkCase } from '../../support/check-case.js';
import { BYTE_BY_BYTE, IN_ONE_PIECE } from '../../support/drive-exchange.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import {
  chatAnswer,
  chatLine,
  generateAnswer,
  generateLine,
  JSON_HEADERS,
  LINES_HEADERS,
  lines,
  PLAIN,
  PNG,
  STREAMED,
} from '../../support/ollama-answers.js';

let server: CaptureServer;
let client: Ollama;

beforeAll(async () => {
  server = await startCaptureServer();
  client = new Ollama({ host: server.url });
});
afterAll(() => server.close());

type Answer = NonNullable<ExchangeCase['response']>;

/** Lets the client make its call, and has the endpoint read the request as the client sent it and the answer that it got. */
async function call<Result>(answer: Answer, make: () => Promise<Result>, expected: ExpectedCall): Promise<Result> {
  server.answer(answer);
  const result = await make();
  const one: ExchangeCase = { name: '', request: server.last(), response: answer, expected };
  await checkCase(one, IN_ONE_PIECE);
  await checkCase(one, BYTE_BY_BYTE);
  return result;
}

async function collect<Part>(parts: AsyncIterable<Part>): Promise<Part[]> {
  const all: Part[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

const whole = (body: object): Answer => ({ headers: JSON_HEADERS, body: JSON.stringify(body) });
const input = (index: number) => `llm.input_messages.${index}.message`;
const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

test('chat: a conversation with tools, images and options', async () => {
  const answer = chatAnswer({ tool_calls: [{ function: { name: 'get_weather', arguments: { city: 'Bonn' } } }] });
  const result = await call(
    whole(answer),
    () =>
      client.chat({
        model: 'llama3.2',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'What is this?', images: [Buffer.from(PNG, 'base64')] },
          {
            role: 'assistant',
            content: '',
            tool_calls: [{ function: { name: 'get_weather', arguments: { city: 'Köln' } } }],
          },
          { role: 'tool', tool_name: 'get_weather', content: '11 °C' },
        ],
        tools: [WEATHER],
        think: true,
        options: { temperature: 0, num_predict: 5 },
      }),
    {
      ...PLAIN,
      attributes: {
        [`${input(0)}.content`]: 'Be brief.',
        [`${input(1)}.contents.0.message_content.text`]: 'What is this?',
        [`${input(1)}.contents.1.message_content.image.image.url`]: `data:image/png;base64,${PNG}`,
        [`${input(2)}.tool_calls.0.tool_call.function.arguments`]: '{"city":"Köln"}',
        [`${input(3)}.name`]: 'get_weather',
        'llm.tools.0.tool.json_schema': JSON.stringify(WEATHER),
        'llm.invocation_parameters':
          '{"model":"llama3.2","think":true,"options":{"temperature":0,"num_predict":5},"stream":false}',
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Bonn"}',
      },
    },
  );
  expect(result.message.tool_calls?.[0]?.function.arguments).toEqual({ city: 'Bonn' });
});

test('chat, streamed', async () => {
  const body = lines(
    chatLine({ thinking: 'hm' }),
    chatLine({ content: 'Grüß ' }),
    chatLine({ content: 'Gott' }),
    chatAnswer({}),
  );
  const messages = [{ role: 'user', content: 'Hi' }];
  const parts = await call(
    { headers: LINES_HEADERS, body },
    async () => collect(await client.chat({ model: 'llama3.2', messages, stream: true })),
    { ...STREAMED, output: chatAnswer({ thinking: 'hm', content: 'Grüß Gott' }) },
  );
  expect(parts.map((part) => part.message.content).join('')).toBe('Grüß Gott');
  expect(parts.at(-1)?.eval_count).toBe(298);
});

test('chat: an unknown model', async () => {
  const body = '{"error":"model \'nope\' not found"}';
  const attempt = () =>
    client.chat({ model: 'nope', messages: [] }).then(
      () => 'an answer',
      (error: Error) => error.message,
    );
  const message = await call({ status: 404, headers: JSON_HEADERS, body }, attempt, {
    requestModel: 'nope',
    provider: 'ollama',
    failure: { type: '404', exception: { status: 404, body } },
  });
  expect(message).toContain('not found');
});

test('chat, streamed: an error on the way', async () => {
  const attempt = async () => {
    try {
      await collect(await client.chat({ model: 'llama3.2', messages: [], stream: true }));
      return 'an answer';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const message = await call(
    { headers: LINES_HEADERS, body: lines(chatLine({ content: 'a' }), { error: 'boom' }) },
    attempt,
    {
      ...STREAMED,
      usage: {},
      finishReasons: [],
      failure: { type: 'stream_error', exception: { status: 200, body: '{"error":"boom"}' } },
    },
  );
  expect(message).toBe('boom');
});

test('generate, and generate streamed', async () => {
  const request = { model: 'llama3.2', prompt: 'Why?', system: 'Be brief.', images: [PNG], format: 'json' };
  const attributes = {
    'llm.prompts.0.prompt.text': 'Why?',
    [`${input(0)}.content`]: 'Be brief.',
    [`${input(1)}.contents.0.message_content.image.image.url`]: `data:image/png;base64,${PNG}`,
    'llm.choices.0.completion.text': 'blue',
  };
  const answer = generateAnswer({ response: 'blue' });
  const result = await call(whole(answer), () => client.generate(request), { ...PLAIN, attributes });
  expect(result.response).toBe('blue');
  const body = lines(generateLine({ response: 'bl' }), generateLine({ response: 'ue' }), generateAnswer({}));
  const parts = await call(
    { headers: LINES_HEADERS, body },
    async () => collect(await client.generate({ ...request, stream: true })),
    { ...STREAMED, output: answer, attributes },
  );
  expect(parts.map((part) => part.response).join('')).toBe('blue');
});

test('embed, and the older embeddings', async () => {
  const embedding: ExpectedCall = {
    requestModel: 'all-minilm',
    reportedModel: 'all-minilm',
    provider: 'ollama',
    usage: { input: 8 },
    attributes: {
      'embedding.embeddings.1.embedding.text': 'b',
      'embedding.embeddings.1.embedding.vector': [2],
      'embedding.invocation_parameters': '{"model":"all-minilm","dimensions":1}',
    },
  };
  const answer = { model: 'all-minilm', embeddings: [[1], [2]], total_duration: 1, prompt_eval_count: 8 };
  const embed = () => client.embed({ model: 'all-minilm', input: ['a', 'b'], dimensions: 1 });
  expect((await call(whole(answer), embed, embedding)).embeddings).toEqual([[1], [2]]);
  const older = () => client.embeddings({ model: 'all-minilm', prompt: 'a' });
  const result = await call(whole({ embedding: [0.5] }), older, {
    requestModel: 'all-minilm',
    provider: 'ollama',
    attributes: { 'embedding.embeddings.0.embedding.text': 'a', 'embedding.embeddings.0.embedding.vector': [0.5] },
  });
  expect(result.embedding).toEqual([0.5]);
});
