/** Calls with content, and what their gen_ai attributes say of it. */
import { expect } from 'vitest';
import { CHAT_REQUEST, chatAnswer } from '../../support/answers.js';
import { MESSAGES_PATH, message } from '../../support/anthropic-answers.js';
import { FORM_HEADERS, form } from '../../support/form.js';
import { RESPONSES_PATH, response, textItem } from '../../support/responses-answers.js';
import type { GenAiCall } from './gen-ai-span.js';

/** An inline image. */
export const PNG = 'data:image/png;base64,iVBOR';
/** A tool. */
export const WEATHER = {
  name: 'weather',
  description: 'Of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};
/** A chat call around members of its request and its answer's message. */
export const chat = (request: object, answer: object = { content: 'Hello' }): GenAiCall => ({
  path: '/v1/chat/completions',
  request: { model: 'gpt-4o', ...request },
  response: chatAnswer(answer),
});
/** A part with a text. */
export const text = (content: string) => ({ type: 'text', content });
const ANSWER = { 'output.messages': [{ role: 'assistant', parts: [text('Hello')], finish_reason: 'stop' }] };

/** Each: the call, and all that its content attributes say. */
export const CONTENT_CASES: readonly (readonly [name: string, call: GenAiCall, content: object])[] = [
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
