/** Bodies in which every text is a secret that says what it is, for the privacy switches of the three endpoints. */
import { sse } from '../../support/answers.js';

/** What a secret is: the switches are about these, one by one. */
export type Kind =
  | 'inputText'
  | 'inputToolCall'
  | 'inputImage'
  | 'longImage'
  | 'prompt'
  | 'embeddingText'
  | 'tool'
  | 'parameter'
  | 'outputText'
  | 'outputToolCall'
  | 'choice'
  | 'vector'
  /** Texts that are sent beside a prompt, or come beside a choice. */
  | 'aroundPrompt'
  | 'aroundChoice'
  /** The prompt as the model got it, with its tools. */
  | 'rendered'
  /** What is ranked, what it is ranked by, and the documents that an answer repeats. */
  | 'document'
  | 'documentImage'
  | 'ranked'
  /** A text of the request as tokens. */
  | 'token'
  /** What is said to models that make images, sound or transcripts, and what they say; the images, and the names of uploaded ones. */
  | 'mediaInput'
  | 'mediaOutput'
  | 'picture'
  | 'imageName'
  | 'error';

/** A secret; `text` varies so that escapes and length do. */
export function secret(kind: Kind, text = ''): string {
  return `SECRET-${kind}-${text}`;
}

/** A part of the chat API's messages for each that may hold text, and the images. */
export function chatRequest(text: string): object {
  const hidden = secret('inputText', text);
  return {
    model: 'gpt-4o',
    temperature: 0.5,
    user: secret('parameter', text),
    metadata: { note: secret('parameter', text) },
    stop: [secret('parameter', text)],
    prediction: { type: 'content', content: hidden },
    messages: [
      { role: 'system', content: hidden },
      {
        role: 'user',
        content: [
          { type: 'text', text: hidden },
          { type: 'refusal', refusal: hidden },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${secret('inputImage', text)}` } },
          { type: 'image_url', image_url: { url: `https://images.test/${secret('inputImage', text)}`, detail: 'low' } },
          {
            type: 'image_url',
            image_url: { url: `data:image/png;base64,${secret('longImage', text)}${'A'.repeat(400)}` },
          },
          { type: 'image', source: { data: secret('inputImage', text) } },
          { type: 'input_audio', input_audio: { data: hidden, format: 'wav' } },
          { type: 'file', file: { file_data: hidden } },
          { type: 'unheard_of', deep: [{ text: hidden }] },
          hidden,
        ],
      },
      {
        role: 'assistant',
        content: null,
        refusal: hidden,
        reasoning: hidden,
        reasoning_content: hidden,
        reasoning_details: [{ text: hidden }],
        thinking_blocks: [{ thinking: hidden }],
        annotations: [{ url_citation: { title: hidden } }],
        audio: { id: 'audio_1', transcript: hidden },
        tool_calls: [{ id: 'call_1', function: { name: 'f', arguments: secret('inputToolCall', text) } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: hidden },
    ],
    tools: [{ type: 'function', function: { name: 'f', description: secret('tool', text) } }],
    functions: [{ name: 'g', description: secret('tool', text) }],
  };
}

/** The same on the answer's side. */
function chatMessage(text: string): object {
  const hidden = secret('outputText', text);
  return {
    role: 'assistant',
    content: hidden,
    refusal: hidden,
    reasoning: hidden,
    reasoning_content: hidden,
    reasoning_details: [{ text: hidden }],
    annotations: [{ url_citation: { title: hidden } }],
    audio: { id: 'audio_2', data: hidden, transcript: hidden },
    tool_calls: [
      { index: 0, id: 'call_2', type: 'function', function: { name: 'f', arguments: secret('outputToolCall', text) } },
    ],
  };
}

const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

function choice(text: string, member: 'message' | 'delta'): object {
  const hidden = secret('outputText', text);
  return {
    index: 0,
    finish_reason: 'stop',
    [member]: chatMessage(text),
    logprobs: { content: [{ token: hidden }], refusal: [{ token: hidden }] },
    stop_reason: hidden,
    token_ids: [hidden],
  };
}

/** One exchange of an endpoint: its path, and bodies with a secret in every place. */
export interface SecretExchange {
  path: string;
  request: string;
  response: string;
  streamed: boolean;
  /** The stream is lines; else server-sent events. */
  lines?: boolean;
  requestHeaders?: Record<string, string>;
  responseHeaders?: Record<string, string>;
}

export function secretExchanges(text: string): Record<string, SecretExchange> {
  const completion = {
    index: 0,
    text: secret('choice', text),
    logprobs: { tokens: [secret('choice', text)] },
    stop_reason: secret('choice', text),
    finish_reason: 'stop',
  };
  const prompt = (more: object) =>
    JSON.stringify({
      model: 'davinci',
      prompt: [secret('prompt', text)],
      suffix: secret('prompt', text),
      user: secret('parameter', text),
      ...more,
    });
  const chat = '/v1/chat/completions';
  return {
    chat: {
      path: chat,
      streamed: false,
      request: JSON.stringify(chatRequest(text)),
      response: JSON.stringify({ id: '1', model: 'm', choices: [choice(text, 'message')], usage: USAGE }),
    },
    'chat, streamed': {
      path: chat,
      streamed: true,
      request: JSON.stringify({ ...chatRequest(text), stream: true }),
      response: sse({ id: '1', model: 'm', choices: [choice(text, 'delta')] }, { choices: [], usage: USAGE }, '[DONE]'),
    },
    completions: {
      path: '/v1/completions',
      streamed: false,
      request: prompt({}),
      response: JSON.stringify({ model: 'm', choices: [completion], usage: USAGE }),
    },
    'completions, streamed': {
      path: '/v1/completions',
      streamed: true,
      request: prompt({ stream: true, prompt: secret('prompt', text) }),
      response: sse({ model: 'm', choices: [completion] }, { choices: [], usage: USAGE }, '[DONE]'),
    },
    embeddings: {
      path: '/v1/embeddings',
      streamed: false,
      request: JSON.stringify({
        model: 'ada',
        input: [secret('embeddingText', text), secret('embeddingText', text)],
        user: secret('parameter', text),
      }),
      response: JSON.stringify({
        model: 'ada',
        data: [
          { index: 0, embedding: secret('vector', text) },
          { index: 1, embedding: [0.123456789, 2] },
        ],
        usage: USAGE,
      }),
    },
    'embeddings of one text': {
      path: '/v1/embeddings',
      streamed: false,
      request: JSON.stringify({ model: 'ada', input: secret('embeddingText', text) }),
      response: JSON.stringify({ model: 'ada', data: [{ index: 0, embedding: [0.123456789] }], usage: USAGE }),
    },
    'broken bodies': {
      path: chat,
      streamed: false,
      request: `{"messages":"${secret('inputText')}"`,
      response: secret('outputText'),
    },
    'not a list of messages': {
      path: chat,
      streamed: false,
      request: JSON.stringify({ model: 'm', messages: secret('inputText', text) }),
      response: JSON.stringify({ choices: [secret('outputText', text), { message: secret('outputText', text) }] }),
    },
  };
}
