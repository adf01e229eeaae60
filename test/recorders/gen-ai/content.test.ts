import { describe, expect, test } from 'vitest';
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import { CHAT_REQUEST, chatAnswer } from '../../support/answers.js';
import { MESSAGES_PATH, message } from '../../support/anthropic-answers.js';
import { FORM_HEADERS, form } from '../../support/form.js';
import { RESPONSES_PATH, response, textItem } from '../../support/responses-answers.js';
import { type GenAiCall, spanOf } from './gen-ai-span.js';

/** The content attributes, parsed, by their last names. */
async function contentOf(call: GenAiCall, policy: Partial<ContentPolicy> = {}): Promise<Record<string, unknown>> {
  const { content } = await spanOf(call, { content: true, policy });
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [name.replace('gen_ai.', ''), JSON.parse(value as string)]),
  );
}

const PNG = 'data:image/png;base64,iVBOR';
const WEATHER = {
  name: 'weather',
  description: 'Of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};
const chat = (request: object, answer: object = { content: 'Hello' }): GenAiCall => ({
  path: '/v1/chat/completions',
  request: { model: 'gpt-4o', ...request },
  response: chatAnswer(answer),
});
const text = (content: string) => ({ type: 'text', content });
const ANSWER = { 'output.messages': [{ role: 'assistant', parts: [text('Hello')], finish_reason: 'stop' }] };

/** Each: the call, and all that its content attributes say. */
const CASES: readonly (readonly [name: string, call: GenAiCall, content: object])[] = [
  [
    'chat: texts, images, sound, tool calls and their answers, in order',
    chat({
      messages: [
        { role: 'system', content: 'Be kind.' },
        {
          role: 'user',
          name: 'Ada',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: PNG } },
            { type: 'image_url', image_url: { url: 'https://images.test/1' } },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'Hm.',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
            { id: 'call_2', type: 'custom', custom: { name: 'free', input: 'not json' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'Rain' },
        { role: 'assistant', content: null, function_call: { name: 'old', arguments: '' } },
        { role: 'function', name: 'old', content: 'done' },
      ],
    }),
    {
      'input.messages': [
        { role: 'system', parts: [text('Be kind.')] },
        {
          role: 'user',
          parts: [
            text('What is this?'),
            { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'iVBOR' },
            { type: 'uri', modality: 'image', uri: 'https://images.test/1' },
            { type: 'audio' },
          ],
          name: 'Ada',
        },
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'Hm.' },
            { type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Bern' } },
            { type: 'tool_call', id: 'call_2', name: 'free', arguments: 'not json' },
          ],
        },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'Rain' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', name: 'old', arguments: '' }] },
        { role: 'function', parts: [{ type: 'tool_call_response', response: 'done' }], name: 'old' },
      ],
      ...ANSWER,
    },
  ],
  [
    'chat: an answer with reasoning before its text, and tool calls',
    chat(CHAT_REQUEST, {
      content: 'Let me look.',
      reasoning: 'I need the weather.',
      tool_calls: [{ id: 'call_1', function: { name: 'weather', arguments: '{}' } }],
    }),
    {
      'input.messages': [{ role: 'user', parts: [text('Hi')] }],
      'output.messages': [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'I need the weather.' },
            text('Let me look.'),
            { type: 'tool_call', id: 'call_1', name: 'weather', arguments: {} },
          ],
          finish_reason: 'stop',
        },
      ],
    },
  ],
  [
    'tools of every dialect',
    chat({
      ...CHAT_REQUEST,
      tools: [
        { type: 'function', function: WEATHER },
        { type: 'custom', custom: { name: 'free' } },
      ],
      functions: [WEATHER],
    }),
    {
      'tool.definitions': [
        { type: 'function', ...WEATHER },
        { type: 'custom', custom: { name: 'free' } },
        { type: 'function', ...WEATHER },
      ],
      'input.messages': [{ role: 'user', parts: [text('Hi')] }],
      ...ANSWER,
    },
  ],
  [
    'legacy completions: a message for each prompt and for each choice',
    {
      path: '/v1/completions',
      request: { model: 'm', prompt: ['a', 'b'] },
      response: {
        choices: [
          { text: 'A', finish_reason: 'stop' },
          { index: 1, text: 'B', finish_reason: 'length' },
        ],
      },
    },
    {
      'input.messages': [
        { role: 'user', parts: [text('a')] },
        { role: 'user', parts: [text('b')] },
      ],
      'output.messages': [
        { role: 'assistant', parts: [text('A')], finish_reason: 'stop' },
        { role: 'assistant', parts: [text('B')], finish_reason: 'length' },
      ],
    },
  ],
  [
    'embeddings have no messages',
    {
      path: '/v1/embeddings',
      request: { model: 'e', input: 'secret' },
      response: { data: [{ embedding: [0.5] }] },
    },
    {},
  ],
  [
    'responses: instructions apart, items of one answer together',
    {
      path: RESPONSES_PATH,
      request: {
        model: 'gpt-5',
        instructions: 'Be brief.',
        tools: [{ type: 'function', ...WEATHER }, { type: 'web_search' }],
        input: [
          { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
          { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' },
          { type: 'function_call_output', call_id: 'call_1', output: 'Rain' },
          { type: 'item_reference', id: 'msg_0' },
        ],
      },
      response: response([
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] },
        textItem('It rains.'),
        { type: 'function_call', call_id: 'call_2', name: 'weather', arguments: '{"city":"Basel"}' },
      ]),
    },
    {
      'tool.definitions': [{ type: 'function', ...WEATHER }, { type: 'web_search' }],
      system_instructions: [text('Be brief.')],
      'input.messages': [
        { role: 'user', parts: [text('Weather?')] },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Bern' } }],
        },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'Rain' }] },
      ],
      'output.messages': [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'Hm.' },
            text('It rains.'),
            { type: 'tool_call', id: 'call_2', name: 'weather', arguments: { city: 'Basel' } },
          ],
        },
      ],
    },
  ],
  [
    'messages: system apart, tool use once, tool results as messages of their own',
    {
      path: MESSAGES_PATH,
      request: {
        model: 'claude',
        system: [{ type: 'text', text: 'Be kind.' }],
        tools: [{ name: 'weather', description: 'Of a city', input_schema: WEATHER.parameters }],
        messages: [
          { role: 'user', content: 'Weather?' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'tu_1', name: 'weather', input: { city: 'Bern' } }] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'tu_1', content: 'Rain' },
              { type: 'text', text: 'And tomorrow?' },
            ],
          },
        ],
      },
      response: message([
        { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
        { type: 'text', text: 'Sun.' },
        { type: 'tool_use', id: 'tu_2', name: 'weather', input: {} },
      ]),
    },
    {
      'tool.definitions': [{ type: 'function', ...WEATHER }],
      system_instructions: [text('Be kind.')],
      'input.messages': [
        { role: 'user', parts: [text('Weather?')] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'tu_1', name: 'weather', arguments: { city: 'Bern' } }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'tu_1', response: 'Rain' }] },
        { role: 'user', parts: [text('And tomorrow?')] },
      ],
      'output.messages': [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'Hm.' },
            text('Sun.'),
            { type: 'tool_call', id: 'tu_2', name: 'weather', arguments: {} },
          ],
          finish_reason: 'end_turn',
        },
      ],
    },
  ],
  [
    'Ollama chat: arguments that are objects',
    {
      path: '/api/chat',
      request: { model: 'llama3.2', stream: false, messages: [{ role: 'user', content: 'Hi' }] },
      response: {
        message: {
          role: 'assistant',
          content: '',
          tool_calls: [{ function: { name: 'weather', arguments: { city: 'Bern' } } }],
        },
        done: true,
        done_reason: 'stop',
      },
    },
    {
      'input.messages': [{ role: 'user', parts: [text('Hi')] }],
      'output.messages': [
        {
          role: 'assistant',
          parts: expect.arrayContaining([{ type: 'tool_call', name: 'weather', arguments: { city: 'Bern' } }]),
          finish_reason: 'stop',
        },
      ],
    },
  ],
  [
    'images: what to make, and what was made',
    {
      path: '/v1/images/generations',
      request: { model: 'gpt-image-1', prompt: 'A cat' },
      response: { data: [{ b64_json: 'AAAA' }, { url: 'https://images.test/2' }] },
    },
    {
      'input.messages': [{ role: 'user', parts: [text('A cat')] }],
      'output.messages': [
        {
          role: 'assistant',
          parts: [
            { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' },
            { type: 'uri', modality: 'image', uri: 'https://images.test/2' },
          ],
        },
      ],
    },
  ],
  [
    'speech: what to say',
    {
      path: '/v1/audio/speech',
      request: { model: 'tts', input: 'Hi', voice: 'alloy' },
      response: 'RIFF',
      responseHeaders: { 'content-type': 'audio/wav' },
    },
    { 'input.messages': [{ role: 'user', parts: [text('Hi')] }] },
  ],
  [
    'transcriptions: what was said',
    {
      path: '/v1/audio/transcriptions',
      request: form(['model', 'whisper-1'], ['prompt', 'Names: Ada'], ['file', { name: 'a.wav', bytes: 'RIFF' }]),
      requestHeaders: FORM_HEADERS,
      response: { text: 'Hello Ada' },
    },
    {
      'input.messages': [{ role: 'user', parts: [text('Names: Ada')] }],
      'output.messages': [{ role: 'assistant', parts: [text('Hello Ada')] }],
    },
  ],
  [
    'bodies that do not parse say nothing',
    { path: '/v1/chat/completions', request: '{"model":"gpt-4o","messages":[', response: '{"choices":[' },
    {},
  ],
];

describe('the gen_ai content of', () => {
  test.each(CASES)('%s', async (_name, call, expected) => {
    expect(await contentOf(call)).toEqual(expected);
  });

  test('nothing, unless it is asked for', async () => {
    for (const [, call] of CASES) expect((await spanOf(call)).content).toEqual({});
  });

  test('an error: its request; the answer is the exception, with its text where content is shown', async () => {
    const call: GenAiCall = { ...chat(CHAT_REQUEST), status: 429, response: '{"error":{"message":"slow down"}}' };
    const shown = await spanOf(call, { content: true });
    expect(Object.keys(shown.content)).toEqual(['gen_ai.input.messages']);
    expect(shown.status).toEqual({ code: 'ERROR', message: 'Error code: 429 - {"error":{"message":"slow down"}}' });
    const silent = await spanOf(call);
    expect(silent.status).toEqual({ code: 'ERROR', message: 'Error code: 429' });
    expect(silent.facts['error.type']).toBe('429');
    expect(silent.events).toEqual([
      {
        name: 'exception',
        time: expect.any(Number),
        attributes: { 'exception.type': 'RateLimitError', 'exception.message': 'Error code: 429' },
      },
    ]);
    expect((await spanOf(call, { content: true, policy: { hideOutputText: true } })).status).toEqual(silent.status);
  });
});

const RICH = chat(
  {
    stop: ['STOP'],
    temperature: 0.5,
    messages: [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: PNG } },
        ],
      },
      { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"a":1}' } }] },
      { role: 'tool', tool_call_id: 'c', content: 'Rain' },
    ],
    tools: [{ type: 'function', function: WEATHER }],
  },
  { content: 'Hello', reasoning: 'Hm.' },
);
const HIDDEN = '__REDACTED__';

describe('the switches in the content', () => {
  test.each([
    ['hideInputs', { hideInputs: true }, ['output.messages']],
    ['hideOutputs', { hideOutputs: true }, ['tool.definitions', 'input.messages']],
    ['hideInputMessages', { hideInputMessages: true }, ['tool.definitions', 'output.messages']],
    ['hideOutputMessages', { hideOutputMessages: true }, ['tool.definitions', 'input.messages']],
    ['hideTools', { hideTools: true }, ['input.messages', 'output.messages']],
  ] as const)('%s leaves out', async (_name, policy, names) => {
    expect(Object.keys(await contentOf(RICH, policy))).toEqual(names);
  });

  test('hideInputText: the marker in the place of every text of the request', async () => {
    const content = await contentOf(RICH, { hideInputText: true });
    expect(content['input.messages']).toEqual([
      { role: 'system', parts: [text(HIDDEN)] },
      {
        role: 'user',
        parts: [text(HIDDEN), { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'iVBOR' }],
      },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: { a: 1 } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: HIDDEN }] },
    ]);
    expect(content['output.messages']).toEqual([
      { role: 'assistant', parts: [{ type: 'reasoning', content: 'Hm.' }, text('Hello')], finish_reason: 'stop' },
    ]);
  });

  test('hideOutputText: the marker in the place of every text of the answer', async () => {
    expect((await contentOf(RICH, { hideOutputText: true }))['output.messages']).toEqual([
      { role: 'assistant', parts: [{ type: 'reasoning', content: HIDDEN }, text(HIDDEN)], finish_reason: 'stop' },
    ]);
  });

  test('images are left out, or hidden where they are too long', async () => {
    const partsOf = async (policy: Partial<ContentPolicy>) =>
      ((await contentOf(RICH, policy))['input.messages'] as { parts: object[] }[])[1]?.parts;
    expect(await partsOf({ hideInputImages: true })).toEqual([text('Look')]);
    expect(await partsOf({ base64ImageMaxLength: 10 })).toEqual([
      text('Look'),
      { type: 'blob', modality: 'image', mime_type: 'image/png', content: HIDDEN },
    ]);
  });

  test.each([
    ['hidePrompts', { hidePrompts: true }, 'input.messages'],
    ['hideChoices', { hideChoices: true }, 'output.messages'],
  ] as const)('%s: the texts of legacy completions', async (_name, policy, attribute) => {
    const call: GenAiCall = {
      path: '/v1/completions',
      request: { model: 'm', prompt: 'p' },
      response: { choices: [{ text: 'c' }] },
    };
    const [first] = (await contentOf(call, policy))[attribute] as { parts: object[] }[];
    expect(first?.parts).toEqual([text(HIDDEN)]);
  });

  test('parameters go with the invocation parameters; of hidden inputs only numbers stay', async () => {
    const factsOf = async (policy: Partial<ContentPolicy>) => (await spanOf(RICH, { policy })).facts;
    expect(await factsOf({})).toMatchObject({
      'gen_ai.request.stop_sequences': ['STOP'],
      'gen_ai.request.temperature': 0.5,
    });
    const inputs = await factsOf({ hideInputs: true });
    expect(inputs).toMatchObject({ 'gen_ai.request.temperature': 0.5, 'gen_ai.request.model': 'gpt-4o' });
    expect(inputs).not.toHaveProperty(['gen_ai.request.stop_sequences']);
    const without = Object.keys(await factsOf({ hideInvocationParameters: true }));
    expect(without.filter((name) => name.startsWith('gen_ai.request.'))).toEqual(['gen_ai.request.model']);
  });

  test('a conversation is a parameter too', async () => {
    const call: GenAiCall = {
      path: RESPONSES_PATH,
      request: { model: 'gpt-5', input: 'Hi', conversation: 'conv_1' },
      response: response([]),
    };
    const name = 'gen_ai.conversation.id';
    expect((await spanOf(call)).facts[name]).toBe('conv_1');
    expect((await spanOf(call, { policy: { hideInputs: true } })).facts[name]).toBeUndefined();
    expect((await spanOf(call, { policy: { hideInvocationParameters: true } })).facts[name]).toBeUndefined();
  });
});
